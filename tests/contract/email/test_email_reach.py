"""Email: which mail servers the configuration of a namespace may use."""

import pytest

from notifier.errors import ConfigError, Permanent
from notifier.sandbox.mail import MailSink
from notifier.services.egress import Egress, parse
from notifier.services.http import Client, connect
from tests.contract.email.mailing import decision, failure, letter, service
from tests.contract.services.servers import HOST, Names

NAME = "mail.example"
TENANT = Egress()


@pytest.mark.parametrize(
    "host", [HOST, "::ffff:127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "localhost"]
)
async def test_no_spelling_of_this_machine_leads_a_namespace_to_it(client: Client, sink: MailSink, host: str) -> None:
    error = await failure(service(client.restricted(TENANT), sink.port, host=host), letter())
    assert isinstance(error, Permanent)
    assert str(error).startswith("namespace configurations may not reach ")
    assert sink.connections == 0


async def test_nor_does_a_public_name_that_resolves_to_it(sink: MailSink) -> None:
    async with connect({}, resolver=Names((HOST,))) as client:
        error = await failure(service(client.restricted(TENANT), sink.port, host=NAME), letter())
    assert isinstance(error, Permanent)
    assert str(error) == f"{NAME} resolves to {HOST}, which namespace configurations may not reach"
    assert sink.connections == 0


async def test_what_was_checked_is_what_is_dialled_whatever_the_name_says_next(sink: MailSink) -> None:
    names = Names(("127.0.0.2", HOST), ("127.0.0.2",))
    async with connect({}, resolver=names) as client:
        first, second = (service(client.restricted(parse(allow=[HOST])), sink.port, host=NAME) for _ in range(2))
        assert await decision(first, letter()) == "250"
        assert names.asked == 1
        assert await decision(second, letter()) == "Permanent "
        await first.close()
    assert sink.connections == 1


@pytest.mark.parametrize("host", [HOST, "localhost"])
async def test_an_address_that_is_allowed_is_reached(client: Client, sink: MailSink, host: str) -> None:
    email = service(client.restricted(parse(allow=[f"{HOST}:{sink.port}"])), sink.port, host=host)
    assert await decision(email, letter()) == "250"
    await email.close()


async def test_a_namespace_reads_no_file_of_ours(client: Client) -> None:
    with pytest.raises(ConfigError, match=r"^caFile: namespace configurations read no files"):
        service(client.restricted(TENANT), 25, caFile="/no/such/file")
