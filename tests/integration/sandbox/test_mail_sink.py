"""The mail sink remembers what it took and refuses as badly as asked to."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from typing import TYPE_CHECKING

import aiosmtplib
import pytest
import trustme

from notifier.sandbox.mail import MailSink, Reply, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CA = trustme.CA()
CONTENT = b"Subject: hi\r\nX-Rollouts-Notifier-Key: k1\r\n\r\nsome text\r\n.\r\n"


@cache
def server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert("127.0.0.1").configure_cert(context)
    return context


@cache
def trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


def client(sink: MailSink, *, use_tls: bool = False, start_tls: bool | None = None) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname="127.0.0.1", port=sink.port, timeout=5, tls_context=trust(), use_tls=use_tls, start_tls=start_tls
    )


async def mail(smtp: aiosmtplib.SMTP, *recipients: str) -> dict[str, aiosmtplib.SMTPResponse]:
    refused, _ = await smtp.sendmail("a@x.example", recipients or ("b@x.example",), CONTENT)
    return refused


async def logged_in_mail(sink: MailSink) -> None:
    async with client(sink) as smtp:
        await smtp.ehlo()
        await smtp.auth_plain("me", "secret")
        await mail(smtp)


async def begin(sink: MailSink) -> None:
    async with client(sink) as smtp:
        await smtp.ehlo()
        await smtp.mail("a@x.example", timeout=0.2)


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as running:
        yield running


async def test_a_mail_is_remembered_as_it_came(sink: MailSink) -> None:
    async with client(sink) as smtp:
        await mail(smtp, "b@x.example", "c@x.example")
    (got,) = sink.mails
    assert (got.sender, got.recipients) == ("a@x.example", ("b@x.example", "c@x.example"))
    assert (got.message["Subject"], got.text, got.html, got.key) == ("hi", "some text\n.\n", "", "k1")
    assert got.content.splitlines() == CONTENT.splitlines()


async def test_connections_are_told_apart_and_counted(sink: MailSink) -> None:
    async with client(sink) as first, client(sink) as second:
        for smtp in (first, second, first):
            await mail(smtp)
        assert sink.open_connections == 2
    await sink.wait_for_connections(0)
    assert [got.connection for got in sink.mails] == [1, 2, 1]
    assert sink.connections == 2


async def test_arrivals_can_be_waited_for(sink: MailSink) -> None:
    waiting = asyncio.create_task(sink.wait_for(2))
    async with client(sink) as smtp:
        for _ in range(3):
            await mail(smtp)
    assert await waiting == sink.mails[:2]
    with pytest.raises(TimeoutError):
        await sink.wait_for(4, within=0.01)


async def test_replies_go_by_recipient_and_run_out(sink: MailSink) -> None:
    sink.reply(Stage.RCPT, "550 no", address="b@x.example")
    sink.reply(Stage.RCPT, "450 later", address="c@x.example", times=1)
    async with client(sink) as smtp:
        for codes in ({"b@x.example": 550, "c@x.example": 450}, {"b@x.example": 550}):
            refused = await mail(smtp, "b@x.example", "c@x.example", "d@x.example")
            assert {address: answer.code for address, answer in refused.items()} == codes
    assert [got.recipients for got in sink.mails] == [("d@x.example",), ("c@x.example", "d@x.example")]


@pytest.mark.parametrize(
    "stage", [Stage.CONNECT, Stage.STARTTLS, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.END]
)
async def test_every_stage_can_refuse_once(stage: Stage) -> None:
    async with MailSink(starttls=server_tls(), login=("me", "secret")) as sink:
        sink.reply(stage, "451 not now", times=1)
        with pytest.raises(aiosmtplib.SMTPException) as caught:
            await logged_in_mail(sink)
        assert "not now" in repr(getattr(caught.value, "recipients", caught.value.args))
        assert not sink.mails
        await logged_in_mail(sink)
        assert len(sink.mails) == 1


async def test_a_mail_can_be_taken_in_other_words(sink: MailSink) -> None:
    sink.reply(Stage.END, "250 queued as 17")
    async with client(sink) as smtp:
        assert (await smtp.sendmail("a@x.example", ["b@x.example"], CONTENT))[1] == "queued as 17"
    assert len(sink.mails) == 1


async def test_it_can_hang_be_slow_and_hang_up(sink: MailSink) -> None:
    sink.reply(Stage.MAIL, Reply(hangs=True), times=1)
    sink.reply(Stage.MAIL, Reply("421 bye"), times=1)
    sink.reply(Stage.MAIL, Reply(closes=True), times=1)
    sink.reply(Stage.MAIL, Reply(delay=0.05), times=1)
    for failure in (aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPServerDisconnected):
        with pytest.raises(failure):
            await begin(sink)
        await sink.wait_for_connections(0)
    started = asyncio.get_running_loop().time()
    async with client(sink) as smtp:
        await mail(smtp)
    assert asyncio.get_running_loop().time() - started >= 0.05


@pytest.mark.parametrize("implicit", [True, False])
async def test_it_speaks_tls_from_the_start_or_when_asked(*, implicit: bool) -> None:
    tls, starttls = (server_tls(), None) if implicit else (None, server_tls())
    async with MailSink(tls=tls, starttls=starttls) as sink, client(sink, use_tls=implicit) as smtp:
        assert smtp.get_transport_info("sslcontext")
        await mail(smtp)
        assert len(sink.mails) == 1


async def test_a_login_is_wanted_and_checked() -> None:
    async with MailSink(login=("me", "secret")) as sink, client(sink) as smtp:
        with pytest.raises(aiosmtplib.SMTPSenderRefused, match="530"):
            await mail(smtp)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError, match="535"):
            await smtp.login("me", "other")
        await smtp.login("me", "secret")
        await mail(smtp)
        assert len(sink.mails) == 1


async def test_a_login_is_offered_where_it_is_safe() -> None:
    async with MailSink(starttls=server_tls(), login=("me", "secret")) as sink, client(sink, start_tls=False) as smtp:
        await smtp.ehlo()
        assert not smtp.supports_extension("auth")
        await smtp.starttls()
        await smtp.ehlo()
        assert smtp.supports_extension("auth")


async def test_what_is_too_large_or_beyond_ascii_can_be_refused() -> None:
    async with MailSink(largest=10, utf8=False) as sink, client(sink) as smtp:
        await smtp.ehlo()
        assert not smtp.supports_extension("smtputf8")
        with pytest.raises(aiosmtplib.SMTPSenderRefused, match="552"):
            await mail(smtp)


async def test_it_stops_with_clients_in_every_state() -> None:
    async with MailSink(starttls=server_tls()) as sink:
        sink.reply(Stage.MAIL, Reply(hangs=True))
        plain, secure, hanging = (client(sink, start_tls=start) for start in (False, True, True))
        for smtp in (plain, secure, hanging):
            await smtp.connect()
        asking = asyncio.create_task(hanging.mail("a@x.example"))
        await sink.wait_for_connections(3)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await asking
    assert sink.open_connections == 0
    for smtp in (plain, secure):
        smtp.close()
