"""Email: when a connection is encrypted, whom it trusts, and that no password goes over an open one."""

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

import pytest
import trustme

from notifier.errors import Permanent, Temporary
from notifier.sandbox.mail import MailSink, Stage
from notifier.services.http import Client, connect
from tests.contract.email.mailing import CA, PEM, SECRET, decision, failure, letter, server_tls, service, shown
from tests.contract.services.servers import HOST

OTHER_PEM = trustme.CA().cert_pem.bytes().decode()
LOGIN = {"username": "ci", "password": "hunter22"}
ELSEWHERE = "0.0.0.0"  # noqa: S104 - as a destination it is this machine, but no loopback address


@pytest.mark.parametrize("tls", ["auto", "starttls"])
async def test_starttls_is_used_where_it_is_offered(client: Client, tls: str) -> None:
    async with MailSink(starttls=server_tls()) as sink:
        sink.reply(Stage.STARTTLS, "454 asked for")
        assert await decision(service(client, sink.port, tls=tls), letter()) == "Temporary 454"


async def test_where_it_is_not_offered_a_mail_goes_in_the_open(client: Client, sink: MailSink) -> None:
    email = service(client, sink.port)
    assert await decision(email, letter()) == "250"
    await email.close()


async def test_where_it_is_wanted_but_not_offered_nothing_goes(client: Client, sink: MailSink) -> None:
    error = await failure(service(client, sink.port, tls="starttls"), letter())
    assert isinstance(error, Permanent)
    assert str(error) == f"{HOST}:{sink.port} does not offer STARTTLS"
    assert not sink.mails


async def test_none_means_none(client: Client) -> None:
    async with MailSink(starttls=server_tls()) as sink:
        sink.reply(Stage.STARTTLS, "454 not asked for")
        email = service(client, sink.port, tls="none")
        assert await decision(email, letter()) == "250"
        await email.close()


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        (HOST, {"ca": PEM}),
        ("elsewhere.example", {"ca": "", "insecureSkipVerify": True}),
        ("elsewhere.example", {"ca": "", "insecure_skip_verify": True}),
    ],
    ids=["our CA", "anybody", "anybody in Argo's spelling"],
)
async def test_who_is_trusted_gets_the_mail(client: Client, name: str, more: dict[str, Any], *, implicit: bool) -> None:
    tls = server_tls(name)
    async with MailSink(tls=tls if implicit else None, starttls=None if implicit else tls) as sink:
        email = service(client, sink.port, tls="tls" if implicit else "starttls", **more)
        assert await decision(email, letter()) == "250"
        await email.close()


async def test_a_ca_file_and_the_extra_ca_are_trusted(client: Client, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    async with MailSink(tls=server_tls()) as sink, connect({}, ca=PEM) as trusting:
        for email in (
            service(client, sink.port, tls="tls", ca="", caFile=str(tmp_path / "ca.pem")),
            service(trusting, sink.port, tls="tls", ca=""),
        ):
            assert await decision(email, letter()) == "250"
            await email.close()


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("name", "more", "text"),
    [
        (HOST, {"ca": OTHER_PEM}, r"^the certificate of \S+ is not trusted \(.*certificate"),
        (HOST, {"ca": ""}, r"^the certificate of \S+ is not trusted \(.*certificate"),
        ("elsewhere.example", {}, r"^the certificate of \S+ is not trusted \(.*mismatch"),
    ],
    ids=["another CA", "no CA", "another name"],
)
async def test_who_is_not_trusted_gets_nothing_until_somebody_renews(
    client: Client, name: str, more: dict[str, Any], text: str, *, implicit: bool
) -> None:
    tls = server_tls(name)
    async with MailSink(tls=tls if implicit else None, starttls=None if implicit else tls) as sink:
        error = await failure(service(client, sink.port, tls="tls" if implicit else "auto", **more), letter())
        assert isinstance(error, Temporary)
        assert re.search(text, str(error))
        assert not sink.mails


async def test_no_protocol_is_announced_for_some_servers_turn_away_who_announces_http(client: Client) -> None:
    announced: list[str | None] = []

    async def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        announced.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        writer.transport.abort()

    tls = server_tls(picky=False, alpn="http/1.1")
    async with await asyncio.start_server(connected, HOST, ssl=tls) as server:
        port = server.sockets[0].getsockname()[1]
        assert isinstance(await failure(service(client, port, tls="tls"), letter()), Temporary)
    assert announced == [None]


@pytest.mark.parametrize("right", [True, False])
async def test_a_client_certificate_is_presented(client: Client, *, right: bool) -> None:
    issued = (CA if right else trustme.CA()).issue_cert("notifier.example")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()
    async with MailSink(tls=server_tls(picky=True)) as sink:
        pair = {"certificate": chain, "key": issued.private_key_pem.bytes().decode()}
        email = service(client, sink.port, tls="tls", timeout="2s", **pair)
        assert await decision(email, letter()) == ("250" if right else "Temporary ")
        await email.close()


async def test_a_login_goes_over_tls(client: Client) -> None:
    async with MailSink(tls=server_tls(), login=("ci", "hunter22")) as sink:
        email = service(client, sink.port, tls="tls", **LOGIN)
        assert await decision(email, letter()) == "250"
        await email.close()


async def test_a_password_goes_over_no_open_line_to_elsewhere(client: Client) -> None:
    async with MailSink(login=("ci", "hunter22")) as sink:
        sink.reply(Stage.AUTH, "454 never reached")
        error = await failure(service(client, sink.port, host=ELSEWHERE, **LOGIN), letter())
        assert isinstance(error, Permanent)
        assert str(error).startswith(
            f"{ELSEWHERE}:{sink.port} offers no encryption, and without it no password is sent"
        )


@pytest.mark.parametrize("more", [{"host": HOST}, {"host": ELSEWHERE, "tls": "none"}], ids=["loopback", "tls: none"])
async def test_it_goes_over_an_open_line_to_this_machine_or_where_somebody_said_so(
    client: Client, more: dict[str, Any]
) -> None:
    async with MailSink(login=("ci", "hunter22")) as sink:
        email = service(client, sink.port, **LOGIN | more)
        assert await decision(email, letter()) == "250"
        await email.close()


async def test_where_no_login_is_offered_none_is_tried(client: Client, sink: MailSink) -> None:
    email = service(client, sink.port, **LOGIN)
    assert await decision(email, letter()) == "250"
    await email.close()


async def test_a_login_in_a_way_we_do_not_know_is_permanent(client: Client, sink: MailSink) -> None:
    sink.reply(Stage.EHLO, "250-mail.example\r\n250 AUTH GSSAPI NTLM")
    error = await failure(service(client, sink.port, **LOGIN), letter())
    assert isinstance(error, Permanent)
    assert "offers no way to log in" in str(error)


def encoded(*parts: str) -> str:
    return base64.b64encode("".join(parts).encode()).decode()


@pytest.mark.parametrize("stage", [Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.END])
async def test_no_text_shows_a_secret_that_a_server_echoes(
    client: Client, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    forms = ["hunter22", encoded("hunter22"), encoded("\0ci\0hunter22"), SECRET]
    async with MailSink(login=("ci", "hunter22")) as sink:
        sink.reply(stage, f"550 you said {' and '.join(forms)}")
        email = service(client, sink.port, **LOGIN)
        error = await failure(email, letter(body=SECRET))
    told = "".join(shown(error)) + caplog.text
    assert "you said *** and *** and *** and ***" in told
    assert not [form for form in forms if form in told]
