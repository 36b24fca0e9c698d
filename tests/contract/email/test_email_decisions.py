"""Email: what a server's words mean, and what it means that there are none."""

import asyncio
import struct
from contextlib import AbstractAsyncContextManager
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import pytest

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.model import Receipt
from notifier.sandbox.mail import MailSink, Reply, Stage
from notifier.services.email import Email
from notifier.services.http import Client
from tests.contract.email.mailing import decision, failure, letter, server_tls, service
from tests.contract.services.servers import HOST, Talk, free_port, full, never_reads, talk

STAGES = [Stage.CONNECT, Stage.EHLO, Stage.STARTTLS, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.END]
LOGIN = {"username": "ci", "password": "hunter22"}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("code", "kind"), [(421, Temporary), (450, Temporary), (530, Permanent), (554, Permanent)])
async def test_every_refusal_has_its_decision(
    client: Client, stage: Stage, code: int, kind: type[DeliveryError]
) -> None:
    async with MailSink(starttls=server_tls(), login=("ci", "hunter22")) as sink:
        for refusing in {stage, *([Stage.HELO] if stage is Stage.EHLO else [])}:
            sink.reply(refusing, f"{code}-first line\r\n{code} no\tluck\x1b[31m today")
        error = await failure(service(client, sink.port, timeout="2s", **LOGIN), letter())
        assert (type(error), error.status, error.taken) == (kind, str(code), ())
        assert f"{HOST}:{sink.port} " in str(error)
        assert "first line no luck [31m today" in str(error)
        assert not sink.mails


async def test_a_server_that_knows_no_ehlo_is_greeted_in_the_old_way(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.EHLO, "502 what?")
    assert await decision(email, letter()) == "250"


async def test_wrong_credentials_are_permanent_even_if_the_server_hangs_up(client: Client) -> None:
    async with MailSink(starttls=server_tls(), login=("ci", "other")) as sink:
        email = service(client, sink.port, **LOGIN)
        assert await decision(email, letter()) == "Permanent 535"
        sink.reply(Stage.AUTH, Reply("535 go away", closes=True))
        assert await decision(email, letter()) == "Permanent 535"


async def test_the_receipt_has_the_last_line_on_one_line(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.END, "250-thank you\r\n250 2.0.0 Ok:\tqueued as 7F2" + " x" * 300)
    receipt = await email.send(letter())
    assert (receipt.status, receipt.detail[:26], len(receipt.detail)) == ("250", "2.0.0 Ok: queued as 7F2 x ", 200)


async def test_words_without_end_are_cut(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.MAIL, "550 " + "x" * 5000)
    assert len(str(await failure(email, letter()))) < 250


async def test_a_mail_over_the_servers_limit_is_permanent(client: Client) -> None:
    async with MailSink(largest=1000) as sink:
        email = service(client, sink.port)
        error = await failure(email, letter(body="x" * 2000))
        assert (type(error), error.status) == (Permanent, "552")
        assert await decision(email, letter(body="x")) == "250"
        await email.close()


@pytest.mark.parametrize("stage", STAGES)
async def test_a_server_that_hangs_is_cut_off_at_any_stage(client: Client, stage: Stage) -> None:
    async with MailSink(starttls=server_tls(), login=("ci", "hunter22")) as sink:
        sink.reply(stage, Reply(hangs=True))
        error = await failure(service(client, sink.port, timeout=0.2, **LOGIN), letter())
        assert (type(error), error.status) == (Temporary, "")
        assert str(error) == f"no answer from {HOST}:{sink.port} within 0.2 s"
        await sink.wait_for_connections(0)


@pytest.mark.parametrize("stage", STAGES)
async def test_a_server_that_hangs_up_is_temporary_at_any_stage(client: Client, stage: Stage) -> None:
    async with MailSink(starttls=server_tls(), login=("ci", "hunter22")) as sink:
        sink.reply(stage, Reply(closes=True))
        error = await failure(service(client, sink.port, timeout="2s", **LOGIN), letter())
        assert (type(error), error.status) == (Temporary, "")
        assert "closed the connection" in str(error)


async def test_after_the_end_nothing_is_reported_as_failed(client: Client, sink: MailSink) -> None:
    sink.reply(Stage.QUIT, "554 no way")
    email = service(client, sink.port)
    await email.send(letter())
    await email.close()
    await sink.wait_for_connections(0)
    assert len(sink.mails) == 1


def says(words: bytes, *, forever: bool = False) -> Talk:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        while forever:
            writer.write(words)
            await writer.drain()
        await reader.read()

    return conversation


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize(
    ("server", "more", "text"),
    [
        (talk(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")), {}, "{place} answered something that is not SMTP"),
        (talk(says(b"\x16\x03\x01\xff\xff\r\n")), {}, "{place} answered something that is not SMTP"),
        (talk(says(b"999 hello\r\n")), {}, "{place} answered something that is not SMTP"),
        (talk(says(b"220-more\r\n" * 100, forever=True)), {}, "{place} answered something that is not SMTP"),
        (talk(says(b"x" * 1000, forever=True)), {}, "{place} answered something that is not SMTP"),
        (talk(says(b"220-never the last\r\n")), {}, "no answer from {place} within 0.3 s"),
        (talk(resets), {}, "the connection to {place} broke (Connection reset by peer)"),
        (talk(never_reads), {"tls": "tls"}, "no connection to {place} within 0.3 s"),
        (talk(says(b"220 hello\r\n")), {"tls": "tls"}, "no TLS connection to {place} ("),
        (full(), {}, "no connection to {place} within 0.3 s"),
    ],
    ids=[
        "http",
        "binary",
        "no code",
        "endless banner",
        "endless line",
        "no last line",
        "reset",
        "mute",
        "plain",
        "full",
    ],
)
async def test_what_is_no_mail_server_is_temporary(
    client: Client, server: AbstractAsyncContextManager[int], more: dict[str, Any], text: str
) -> None:
    async with server as port:
        error = await failure(service(client, port, timeout=0.3, **more), letter())
    assert isinstance(error, Temporary)
    assert str(error).startswith(text.format(place=f"{HOST}:{port}"))


async def test_a_refused_connection_is_temporary(client: Client) -> None:
    port = free_port()
    error = await failure(service(client, port), letter())
    assert isinstance(error, Temporary)
    assert str(error) == f"no connection to {HOST}:{port} (Connection refused)"


async def test_an_unknown_name_is_temporary(client: Client) -> None:
    error = await failure(service(client, 25, host="no-such-host.invalid"), letter())
    assert isinstance(error, Temporary)
    assert str(error) == "the name of no-such-host.invalid:25 cannot be resolved"


async def test_a_name_that_leads_to_several_addresses_is_tried_at_each(client: Client, sink: MailSink) -> None:
    """`localhost` is ::1 first where there is IPv6, and there the sink is not."""
    email = service(client, sink.port, host="localhost")
    receipt: Receipt = await email.send(letter())
    assert receipt.status == "250"
    await email.close()


async def test_an_attempt_that_is_cut_off_leaves_nothing_open(client: Client, sink: MailSink) -> None:
    sink.reply(Stage.DATA, Reply(hangs=True))
    sending = asyncio.create_task(service(client, sink.port).send(letter()))
    await sink.wait_for_connections(1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await sink.wait_for_connections(0)
