"""Email: several recipients, of whom some are refused."""

import pytest

from notifier.errors import Permanent, Temporary
from notifier.sandbox.mail import MailSink, Stage
from notifier.services.email import Email
from notifier.services.http import Client
from tests.contract.email.mailing import failure, letter, recipients, service

ALL = '"Team, A" <a@x.example>, b@x.example, c@x.example'


async def test_one_mail_is_for_all(email: Email, sink: MailSink) -> None:
    receipt = await email.send(letter(ALL))
    assert (receipt.status, receipt.detail) == ("250", "2.0.0 taken as 1")
    assert recipients(sink) == [("a@x.example", "b@x.example", "c@x.example")]
    assert sink.mails[0].message["To"] == ALL
    assert sink.mails[0].sender == "deploys@shop.example"


async def test_who_has_it_is_named_but_gets_no_second_one(email: Email, sink: MailSink) -> None:
    await email.send(letter(ALL)._replace(taken=("b@x.example",)))
    assert recipients(sink) == [("a@x.example", "c@x.example")]
    assert sink.mails[0].message["To"] == ALL


async def test_when_all_have_it_nothing_is_sent(email: Email, sink: MailSink) -> None:
    receipt = await email.send(letter("b@x.example")._replace(taken=("b@x.example",)))
    assert receipt.status == "250"
    assert sink.connections == 0


@pytest.mark.parametrize(
    ("codes", "outcome", "taken"),
    [
        ({"b": 450}, "Temporary 450", ("a@x.example", "c@x.example")),
        ({"b": 550}, "Permanent 550", ("a@x.example", "c@x.example")),
        ({"a": 450, "b": 550}, "Temporary 450", ("c@x.example",)),
        ({"a": 550, "b": 450}, "Temporary 450", ("c@x.example",)),
        ({"a": 450, "b": 451, "c": 452}, "Temporary 452", ()),
        ({"a": 550, "b": 551, "c": 552}, "Permanent 552", ()),
        ({"a": 550, "b": 551, "c": 450}, "Temporary 450", ()),
        ({"a": 252}, "Temporary 252", ("b@x.example", "c@x.example")),
    ],
)
async def test_who_is_refused_decides_and_the_others_have_it(
    email: Email, sink: MailSink, codes: dict[str, int], outcome: str, taken: tuple[str, ...]
) -> None:
    for name, code in codes.items():
        sink.reply(Stage.RCPT, f"{code} not {name}", address=f"{name}@x.example")
    error = await failure(email, letter(ALL))
    assert (f"{type(error).__name__} {error.status}", error.taken) == (outcome, taken)
    assert all(f"{name}@x.example ({code} not {name})" in str(error) for name, code in codes.items())
    assert recipients(sink) == ([taken] if taken else [])


async def test_after_a_partial_refusal_only_the_others_are_tried_again(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.RCPT, "450 later", address="b@x.example", times=1)
    error = await failure(email, letter(ALL))
    await email.send(letter(ALL)._replace(taken=error.taken, attempt=2))
    assert recipients(sink) == [("a@x.example", "c@x.example"), ("b@x.example",)]
    assert sink.mails[0].content == sink.mails[1].content
    assert sink.connections == 1


async def test_a_mail_that_is_refused_at_the_end_was_taken_by_nobody(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.RCPT, "550 no", address="b@x.example")
    sink.reply(Stage.END, "451 not now")
    error = await failure(email, letter(ALL))
    assert isinstance(error, Temporary)
    assert (error.status, error.taken) == ("451", ())


async def test_of_many_refused_some_are_named(email: Email, sink: MailSink) -> None:
    sink.reply(Stage.RCPT, "550 " + "no " * 100)
    error = await failure(email, letter(", ".join(f"r{number}@x.example" for number in range(30))))
    assert "r4@x.example (550 no no" in str(error)
    assert str(error).endswith(" and 25 more")
    assert len(str(error)) < 1300


async def test_local_parts_beyond_ascii_go_where_they_are_taken(client: Client, email: Email, sink: MailSink) -> None:
    await email.send(letter("jürgen@x.example"))
    assert recipients(sink) == [("jürgen@x.example",)]
    assert b"To: j\xc3\xbcrgen@x.example\r\n" in sink.mails[0].content
    async with MailSink(utf8=False) as old:
        error = await failure(service(client, old.port), letter("jürgen@x.example"))
    assert isinstance(error, Permanent)
    assert "SMTPUTF8" in str(error)
    assert not old.mails


@pytest.mark.parametrize("wrong", ["", "#deploys", "ok@x.example, nonsense"])
async def test_what_is_no_address_is_permanent_before_anything_is_sent(
    email: Email, sink: MailSink, wrong: str
) -> None:
    assert isinstance(await failure(email, letter(wrong)), Permanent)
    assert sink.connections == 0
