"""Email: connections are kept for a burst, and no longer."""

import asyncio

import pytest

from notifier.redaction import MASK
from notifier.sandbox.mail import MailSink, Reply, Stage
from notifier.services.email import Email, EmailOptions
from notifier.services.http import Client
from notifier.services.mime import Mail
from notifier.services.redaction import Redactor
from notifier.services.smtp import Connections
from tests.contract.email.mailing import FROM, SECRET, decision, letter, server_tls, service
from tests.contract.services.servers import HOST

MAIL = Mail("a@x.example", ("b@x.example",), b"Subject: x\r\n\r\nx\r\n", utf8=False)


def connections(client: Client, port: int, idle: float) -> Connections:
    server = EmailOptions.read({"host": HOST, "port": port, "from": FROM}).server(client)
    return Connections(server, Redactor(()), most=4, idle=idle)


async def test_a_connection_is_used_again_and_logged_in_once(client: Client) -> None:
    async with MailSink(starttls=server_tls(), login=("ci", "hunter22")) as sink:
        sink.reply(Stage.AUTH, "554 once is enough")
        sink.reply(Stage.AUTH, Reply(), times=1)
        email = service(client, sink.port, username="ci", password="hunter22")
        for _ in range(3):
            await email.send(letter())
        assert sink.connections == 1
        await email.close()


async def test_no_more_than_allowed_are_open_at_once(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.END, Reply(delay=0.02))
    await asyncio.gather(*(email.send(letter()) for _ in range(12)))
    assert len(sink.mails) == 12
    assert sink.connections == email.default_limits().concurrency == 4


async def test_one_that_is_idle_for_long_is_closed(client: Client, sink: MailSink) -> None:
    pool = connections(client, sink.port, idle=0.05)
    for _ in range(2):
        await pool.deliver(MAIL)
        await sink.wait_for_connections(0)
    assert sink.connections == 2


async def test_one_in_use_is_not_closed_for_having_been_idle(client: Client, sink: MailSink) -> None:
    pool = connections(client, sink.port, idle=0.1)
    await pool.deliver(MAIL)
    sink.reply(Stage.END, Reply(delay=0.2))
    await pool.deliver(MAIL)
    assert sink.connections == 1
    pool.close()


async def test_one_that_the_server_closed_meanwhile_is_replaced(client: Client) -> None:
    async with MailSink() as sink:
        email, port = service(client, sink.port), sink.port
        await email.send(letter())
    async with MailSink(port=port) as sink:
        assert await decision(email, letter()) == "250"
        assert sink.connections == 1
        await email.close()


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT])
@pytest.mark.parametrize("reply", [Reply("421 too long idle"), Reply(closes=True)])
async def test_one_that_turns_out_dead_is_replaced_in_the_same_attempt(
    email: Email, sink: MailSink, stage: Stage, reply: Reply
) -> None:
    await email.send(letter())
    sink.reply(stage, reply, times=1)
    assert await decision(email, letter()) == "250"
    assert [mail.connection for mail in sink.mails] == [1, 2]


async def test_a_fresh_one_that_dies_is_not_replaced(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.MAIL, Reply("421 bye"), times=1)
    assert await decision(email, letter()) == "Temporary 421"
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("reply", "outcome"), [(Reply("421 bye"), "Temporary 421"), (Reply(closes=True), "Temporary ")]
)
async def test_once_handed_over_a_mail_is_not_sent_again(
    email: Email, sink: MailSink, reply: Reply, outcome: str
) -> None:
    await email.send(letter())
    sink.reply(Stage.END, reply, times=1)
    assert await decision(email, letter()) == outcome
    assert (len(sink.mails), sink.connections) == (1, 1)


async def test_after_a_refusal_the_next_mail_starts_anew(email: Email, sink: MailSink) -> None:
    for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.END):
        sink.reply(stage, "550 no", times=1)
        assert await decision(email, letter()) == "Permanent 550"
        assert await decision(email, letter()) == "250"
    assert len(sink.mails) == 4


async def test_closing_closes_what_is_idle_at_once(client: Client, sink: MailSink) -> None:
    email = service(client, sink.port)
    await email.send(letter())
    assert sink.open_connections == 1
    await email.close()
    await sink.wait_for_connections(0)


async def test_closing_lets_attempts_end_and_their_connections_with_them(client: Client, sink: MailSink) -> None:
    sink.reply(Stage.END, Reply(delay=0.05))
    email = service(client, sink.port)
    sending = asyncio.create_task(email.send(letter()))
    await sink.wait_for_connections(1)
    await email.close()
    assert (await sending).status == "250"
    await sink.wait_for_connections(0)


async def test_a_connection_of_tls_that_nobody_ends_is_let_go(client: Client) -> None:
    async with MailSink(tls=server_tls()) as sink:
        sink.reply(Stage.QUIT, Reply(hangs=True))
        email = service(client, sink.port, tls="tls")
        await email.send(letter())
        await email.close()
        await sink.wait_for_connections(0)


async def test_what_the_server_echoes_is_redacted(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.END, f"250 taken with {SECRET}")
    assert (await email.send(letter())).detail == f"taken with {MASK}"
