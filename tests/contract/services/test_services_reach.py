"""Every service: where the configuration of a namespace may send, however its place is written, and the operator's."""

import socket

import pytest

from notifier.errors import ConfigError, Permanent
from notifier.services.egress import Egress, parse
from notifier.services.http import Client, connect
from tests.contract.services.rows import PLANTED, Row
from tests.contract.services.servers import HOST, Names, Receiver, proxy_to

NAME = "receiver.example"
TENANT = Egress()
INSIDE = "10.0.0.5"
OTHER_LOOPBACK = "127.0.0.2"
SPELLINGS = [
    HOST,
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "①②⑦.⓪.⓪.①",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "0.0.0.0",  # noqa: S104 - as a destination it is this machine
]


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rpartition(":")[2])


async def refusal(row: Row, client: Client, url: str) -> str:
    """Why nothing may go to a URL."""
    with pytest.raises(Permanent) as caught:
        await row.service(client, url).send(row.letter())
    return str(caught.value)


async def test_the_operators_own_configuration_goes_anywhere(row: Row, client: Client, receiver: Receiver) -> None:
    await row.service(client, receiver.url).send(row.letter())
    assert len(receiver.got) == 1


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_an_address_leads_a_namespace_to_it(
    row: Row, client: Client, receiver: Receiver, host: str
) -> None:
    told = await refusal(row, client.restricted(TENANT), f"http://{host}:{port_of(receiver)}")
    assert told.startswith("namespace configurations may not reach ")
    assert not receiver.got


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "x.localhost"])
async def test_nor_does_the_machines_own_name(row: Row, receiver: Receiver, host: str) -> None:
    async with connect({}, resolver=Names((HOST,))) as client:
        await refusal(row, client.restricted(TENANT), f"http://{host}:{port_of(receiver)}")
    assert not receiver.got


async def test_nor_does_a_public_name_that_resolves_to_it(row: Row, receiver: Receiver) -> None:
    async with connect({}, resolver=Names((HOST,))) as client:
        told = await refusal(row, client.restricted(TENANT), f"http://{NAME}:{port_of(receiver)}")
    assert told == f"{NAME} resolves to {HOST}, which namespace configurations may not reach"
    assert not receiver.got


async def test_of_several_addresses_the_permitted_alone_are_dialled(row: Row, receiver: Receiver) -> None:
    port = port_of(receiver)
    with socket.create_server((OTHER_LOOPBACK, port)) as forbidden:
        async with connect({}, resolver=Names((OTHER_LOOPBACK, HOST))) as client:
            await row.service(client.restricted(parse(allow=[HOST])), f"http://{NAME}:{port}").send(row.letter())
        forbidden.setblocking(False)
        with pytest.raises(BlockingIOError):
            forbidden.accept()
    assert len(receiver.got) == 1


async def test_what_was_checked_is_what_is_dialled_whatever_the_name_says_next(row: Row, receiver: Receiver) -> None:
    names, url = Names((HOST,), (OTHER_LOOPBACK,)), f"http://{NAME}:{port_of(receiver)}"
    async with connect({}, resolver=names) as client:
        await row.service(client.restricted(parse(allow=[HOST])), url).send(row.letter())
    assert names.asked == len(receiver.got) == 1
    async with connect({}, resolver=names) as client:
        told = await refusal(row, client.restricted(parse(allow=[HOST])), url)
    assert told == f"{NAME} resolves to {OTHER_LOOPBACK}, which namespace configurations may not reach"


@pytest.mark.parametrize("port", ["", "its own"])
async def test_an_address_that_is_allowed_is_reached(row: Row, client: Client, receiver: Receiver, port: str) -> None:
    rule = f"{HOST}:{port_of(receiver)}" if port else "127.0.0.0/8"
    for host in (HOST, "localhost"):
        tenant = client.restricted(parse(allow=[rule]))
        await row.service(tenant, f"http://{host}:{port_of(receiver)}").send(row.letter())
    assert len(receiver.got) == 2


async def test_one_that_is_allowed_at_another_port_is_not(row: Row, client: Client, receiver: Receiver) -> None:
    await refusal(row, client.restricted(parse(allow=[f"{HOST}:{port_of(receiver) ^ 1}"])), receiver.url)
    assert not receiver.got


async def test_a_namespace_cannot_ride_on_the_operators_connection(row: Row, receiver: Receiver) -> None:
    url = f"http://{NAME}:{port_of(receiver)}"
    async with connect({}, resolver=Names((HOST,))) as client:
        await row.service(client, url).send(row.letter())
        await refusal(row, client.restricted(TENANT), url)
    assert len(receiver.got) == 1


async def test_namespaces_of_equal_policies_share_a_connection(row: Row, client: Client, receiver: Receiver) -> None:
    for rules in (["a.example", HOST], [HOST, "a.example"]):
        await row.service(client.restricted(parse(allow=rules)), receiver.url).send(row.letter())
    assert len({got.peer for got in receiver.got}) == 1


async def test_a_refusal_shows_no_secret_of_a_url(row: Row, client: Client) -> None:
    told = await refusal(row, client.restricted(TENANT), f"http://me:{PLANTED['signing']}@{HOST}:8443")
    assert told == f"namespace configurations may not reach {HOST}:8443"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        (INSIDE, f"namespace configurations may not reach {INSIDE}:80"),
        ("0x0a.5", "namespace configurations may not reach 0x0a.5:80"),
        ("hook.shop.svc", "namespace configurations may not reach hook.shop.svc:80"),
        (NAME, f"{NAME} resolves to {INSIDE}, which namespace configurations may not reach"),
    ],
)
async def test_a_proxy_is_not_asked_for_what_is_inside(row: Row, receiver: Receiver, host: str, told: str) -> None:
    async with (
        proxy_to(port_of(receiver)) as proxy,
        connect({"HTTP_PROXY": proxy.url}, resolver=Names((INSIDE,), (HOST,))) as client,
    ):
        assert await refusal(row, client.restricted(TENANT), f"http://{host}") == told
    assert not proxy.heads


@pytest.mark.parametrize("addresses", [(), ("93.184.215.14",)])
async def test_a_proxy_is_asked_for_what_is_outside_or_unknown_here(
    row: Row, receiver: Receiver, addresses: tuple[str, ...]
) -> None:
    async with proxy_to(port_of(receiver)) as proxy:
        port = proxy.url.rpartition(":")[2]
        # The proxy's own name is the operator's: the second time somebody asks, it is that one's turn.
        async with connect(
            {"HTTP_PROXY": f"http://proxy.internal:{port}"}, resolver=Names(addresses, (HOST,))
        ) as client:
            await row.service(client.restricted(TENANT), f"http://{NAME}").send(row.letter())
    assert len(receiver.got) == 1


async def test_a_proxy_is_not_asked_where_one_of_several_addresses_is_inside(row: Row, receiver: Receiver) -> None:
    async with (
        proxy_to(port_of(receiver)) as proxy,
        connect({"HTTP_PROXY": proxy.url}, resolver=Names(("93.184.215.14", INSIDE))) as client,
    ):
        await refusal(row, client.restricted(TENANT), f"http://{NAME}")
    assert not proxy.heads


async def test_a_namespace_reads_no_file_of_ours(row: Row, client: Client) -> None:
    with pytest.raises(ConfigError, match=r"^caFile: namespace configurations read no files"):
        row.service(client.restricted(TENANT), f"https://{NAME}", caFile="/no/such/file")
