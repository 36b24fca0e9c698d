"""Every service: whom it trusts, and how it proves itself."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from notifier.errors import ConfigError, Permanent, Temporary
from notifier.services.http import Client, connect
from notifier.services.tls import Tls
from tests.contract.services.rows import Row
from tests.contract.services.servers import HOST, Receiver, serve

CA = trustme.CA()
OTHER_CA = trustme.CA()
PEM = CA.cert_pem.bytes().decode()
OTHER_PEM = OTHER_CA.cert_pem.bytes().decode()


def server_tls(name: str = HOST) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert(name).configure_cert(context)
    return context


def client_pair(ca: trustme.CA) -> dict[str, Any]:
    issued = ca.issue_cert("notifier.example")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    return {"certificate": chain.decode(), "key": issued.private_key_pem.bytes().decode()}


@pytest.fixture
async def secure() -> AsyncIterator[Receiver]:
    async with serve(server_tls()) as receiver:
        yield receiver


@pytest.fixture
async def picky() -> AsyncIterator[Receiver]:
    """A receiver that wants a client certificate of our CA."""
    context = server_tls()
    CA.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    async with serve(context) as receiver:
        yield receiver


async def test_a_ca_of_the_service_is_trusted(row: Row, client: Client, secure: Receiver) -> None:
    assert (await row.service(client, secure.url, ca=PEM).send(row.letter())).status == row.taken(200)


async def test_a_ca_file_of_the_service_is_trusted(row: Row, client: Client, secure: Receiver, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    service = row.service(client, secure.url, caFile=str(tmp_path / "ca.pem"), ca=OTHER_PEM)
    assert (await service.send(row.letter())).status == row.taken(200)


async def test_the_extra_ca_is_trusted_by_all(row: Row, secure: Receiver) -> None:
    async with connect({}, ca=PEM) as client:
        assert (await row.service(client, secure.url).send(row.letter())).status == row.taken(200)
        assert (await row.service(client, secure.url, ca=OTHER_PEM).send(row.letter())).status == row.taken(200)


async def test_another_ca_is_not_trusted_until_somebody_renews(row: Row, client: Client, secure: Receiver) -> None:
    with pytest.raises(Temporary, match=r"the certificate of \S+ is not trusted \(.*certificate") as caught:
        await row.service(client, secure.url, ca=OTHER_PEM).send(row.letter())
    assert caught.value.retry_after is None
    assert not secure.got


async def test_a_certificate_for_another_host_is_not_trusted(row: Row, client: Client) -> None:
    async with serve(server_tls("elsewhere.example")) as receiver:
        with pytest.raises(Temporary, match=r"not trusted .*mismatch"):
            await row.service(client, receiver.url, ca=PEM).send(row.letter())
        assert not receiver.got


async def test_insecure_skip_verify_trusts_anybody_for_this_service_only(
    row: Row, client: Client, secure: Receiver
) -> None:
    assert (await row.service(client, secure.url, insecureSkipVerify=True).send(row.letter())).status == row.taken(200)
    with pytest.raises(Temporary, match="not trusted"):
        await row.service(client, secure.url).send(row.letter())


async def test_a_client_certificate_is_presented(row: Row, client: Client, picky: Receiver) -> None:
    service = row.service(client, picky.url, ca=PEM, **client_pair(CA))
    assert (await service.send(row.letter())).status == row.taken(200)
    assert "notifier.example" in str(picky.got[0].certificate)


@pytest.mark.parametrize("pair", [{}, client_pair(OTHER_CA)], ids=["none", "of another CA"])
async def test_without_the_right_client_certificate_nothing_is_told(
    row: Row, client: Client, picky: Receiver, pair: dict[str, Any]
) -> None:
    with pytest.raises(Temporary):
        await row.service(client, picky.url, ca=PEM, **pair).send(row.letter())
    assert not picky.got


async def test_connections_are_shared_under_equal_settings_only(row: Row, client: Client, picky: Receiver) -> None:
    pair, other = client_pair(CA), client_pair(CA)
    for settings in (pair, pair, other):
        await row.service(client, picky.url, ca=PEM, **settings).send(row.letter())
    first, second, third = (got.peer for got in picky.got)
    assert first == second != third


async def test_a_server_without_tls_is_temporary(row: Row, client: Client, receiver: Receiver) -> None:
    with pytest.raises(Temporary, match="no TLS connection to"):
        await row.service(client, receiver.url.replace("http:", "https:")).send(row.letter())


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"ca": "rubbish"}, "^ca: "),
        ({"caFile": "/no/such/file"}, "^caFile: cannot read /no/such/file"),
        ({"certificate": PEM, "key": "rubbish"}, "^certificate, key: "),
        ({"certificate": PEM}, "certificate and key belong together"),
        (client_pair(CA) | {"key": client_pair(CA)["key"]}, "^certificate, key: "),
    ],
    ids=["no PEM", "no file", "no key", "key missing", "another's key"],
)
async def test_settings_that_cannot_work_are_said_at_once(
    row: Row, client: Client, more: dict[str, Any], text: str
) -> None:
    with pytest.raises(ConfigError, match=text):
        row.service(client, "https://127.0.0.1", **more)


async def test_an_extra_ca_that_is_none_is_said_at_once() -> None:
    with pytest.raises(ConfigError, match="the extra CA file: not a certificate"):
        async with connect({}, ca="rubbish"):
            pytest.fail("the client must not open")


def test_settings_printed_reveal_nothing() -> None:
    assert "KEY" not in repr(Tls(key="KEY"))


async def test_a_redirect_to_plain_http_is_not_followed(
    row: Row, client: Client, secure: Receiver, receiver: Receiver
) -> None:
    secure.status, secure.headers = 308, {"Location": receiver.url}
    with pytest.raises(Permanent, match="308"):
        await row.service(client, secure.url, ca=PEM).send(row.letter())
    assert not receiver.got
