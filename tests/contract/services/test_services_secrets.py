"""Every service: a secret is in the request it is for and nowhere else."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from notifier.errors import ConfigError, DeliveryError
from notifier.model import Receipt
from notifier.redaction import MASK, one_line
from notifier.services import Service, redaction
from notifier.services.http import Client
from notifier.services.redaction import Redactor
from tests.contract.services.rows import PLANTED, Row
from tests.contract.services.servers import HOST, Receiver, Talk, free_port, resets, says, talk


def shown(error: BaseException | None) -> Iterator[str]:
    """All that a logger could print of an error: its texts, its fields and those it came from."""
    while error:
        yield f"{error!s} {error!r} {vars(error)} {error.args}"
        error = error.__cause__ or error.__context__


async def outcome(service: Service, row: Row) -> str:
    """All that an attempt tells, whichever way it ends."""
    try:
        receipt: Receipt = await service.send(row.letter())
    except DeliveryError as error:
        return " ".join(shown(error))
    return str(receipt)


def leaks(text: str) -> set[str]:
    return {name for name, secret in PLANTED.items() if secret in text or json.dumps(secret)[1:-1] in text}


async def test_the_secrets_are_really_sent(row: Row, client: Client, receiver: Receiver) -> None:
    await row.service(client, receiver.url).send(row.letter())
    (got,) = receiver.got
    assert set(row.sent) <= leaks(got.everything)


@pytest.mark.parametrize("status", [200, 302, 400, 429, 500])
async def test_a_receiver_that_echoes_them_reveals_none(
    row: Row, client: Client, receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.status, receiver.echo = status, True
    asyncio.get_running_loop().set_debug(True)
    told = await outcome(row.service(client, receiver.url), row)
    assert MASK in told
    assert not leaks(told + caplog.text)


async def test_it_is_the_redactor_that_keeps_them_out(
    row: Row, client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "pattern", lambda _secrets: re.compile(r"(?!)"))
    receiver.status, receiver.echo = 500, True
    assert leaks(await outcome(row.service(client, receiver.url), row))


async def test_what_is_secret_by_its_place_is_known_without_being_told(
    row: Row, client: Client, receiver: Receiver
) -> None:
    receiver.status, receiver.echo = 500, True
    told = await outcome(row.service(client, receiver.url, secrets=frozenset()), row)
    assert leaks(told) <= {"template"}


@pytest.mark.parametrize("conversation", [resets, says(b""), says(b"junk\r\n\r\n"), says(b"", then_hangs=True)])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_failure_without_answer_reveals_none(
    row: Row, client: Client, conversation: Talk, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with talk(conversation) as port:
        told = await outcome(row.service(client, f"{scheme}://{HOST}:{port}", timeout=0.5), row)
    assert f"{HOST}:{port}" in told
    assert not leaks(told + caplog.text)


@pytest.mark.parametrize("place", ["127.0.0.1:{port}", "no-such-host.invalid", "[::1", "a host"])
async def test_an_unreachable_or_impossible_url_reveals_none(row: Row, client: Client, place: str) -> None:
    try:
        told = await outcome(row.service(client, f"http://{place.format(port=free_port())}"), row)
    except ConfigError as error:
        told = " ".join(shown(error))
    assert told
    assert not leaks(told)


async def test_a_service_printed_reveals_none(row: Row, client: Client) -> None:
    service = row.service(client, "http://127.0.0.1")
    options = row.service(client, "http://127.0.0.1").options_model.read(row.config("http://127.0.0.1"))
    assert not leaks(f"{service!r} {vars(service)} {options!r} {options!s}")


def test_a_configuration_error_reveals_none(row: Row, client: Client) -> None:
    wrong = {key: [value] for key, value in row.config("http://127.0.0.1").items()}
    with pytest.raises(ConfigError) as caught:
        type(row.service(client, "http://127.0.0.1")).from_config(wrong, client, frozenset())
    assert not leaks(" ".join(shown(caught.value)))


words = st.text(min_size=1, max_size=12).filter(lambda text: "*" not in text and bool(one_line(text)))


@given(st.sets(words, min_size=1, max_size=5), st.lists(st.text(max_size=8), max_size=6))
def test_no_secret_survives_wherever_it_stands(secrets: set[str], filler: list[str]) -> None:
    text = "".join(f"{before}{secret}" for before, secret in zip([*filler, *[""] * 5], sorted(secrets), strict=False))
    told = Redactor(secrets)(text)
    assert not any(one_line(secret) in told for secret in secrets)


@pytest.mark.parametrize(
    "spelling", ["a b/c+d", "a%20b%2Fc%2Bd", "a%20b/c%2Bd", "a+b%2Fc%2Bd", "YSBiL2MrZA==", "a \n b/c+d"]
)
def test_a_secret_is_known_in_its_usual_disguises(spelling: str) -> None:
    assert Redactor({"a b/c+d\n"})(f"<{spelling}>") == f"<{MASK}>"


def test_the_longest_secret_is_replaced_first() -> None:
    assert Redactor({"abc", "abcdef", "bcd"})("abcdef abcd") == f"{MASK} {MASK}d"


def test_a_secret_across_the_end_of_the_excerpt_is_not_shown_in_part() -> None:
    assert "SEC" not in Redactor({"SECRET"}).excerpt(b"x" * 197 + b"SECRET")


def test_no_secrets_means_no_masks() -> None:
    assert Redactor({"", " \n"})("plain  text") == "plain text"
