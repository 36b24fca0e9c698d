"""Email: what a mail looks like, whatever is put into it."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from notifier.errors import Permanent
from notifier.model import Letter, Message
from notifier.services.mime import SUBJECT, TEXT, Mailbox, mailboxes, written
from tests.contract.email.mailing import KEY, letter

SENDER = Mailbox("Deploys, all", "deploys", "shop.example")
MEANT = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Rollouts-Notifier-Key"]
DESCRIBED = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


@dataclass
class Read:
    """A mail as a reader understands it."""

    mail: EmailMessage

    def header(self, name: str) -> str:
        return decoded(self.raw(name))

    def raw(self, name: str) -> str:
        return re.sub(r"\r?\n", "", dict(self.mail.raw_items())[name])

    def part(self, subtype: str) -> str:
        part = self.mail.get_body((subtype,))
        return part.get_content().replace("\r\n", "\n") if part else ""

    @property
    def to(self) -> list[tuple[str, str]]:
        return [(decoded(name), address) for name, address in getaddresses([self.raw("To")])]


def decoded(words: str) -> str:
    """As RFC 2047 has it; the parser of the standard library puts spaces into long names."""
    return str(make_header(decode_header(words)))


def read(sent: Letter, *, html: bool = False) -> Read:
    content = written(sent, SENDER, html=html).content
    return Read(message_from_bytes(content, policy=policy.default))


def test_the_headers_say_from_whom_to_whom_what_and_when() -> None:
    mail = read(letter('"Team, A" <a@x.example>, b@x.example', subject="Done: shop")).mail
    assert dict(mail.items()) == {
        "From": '"Deploys, all" <deploys@shop.example>',
        "To": '"Team, A" <a@x.example>, b@x.example',
        "Subject": "Done: shop",
        "Date": "Tue, 14 Nov 2023 22:13:20 -0000",
        "Message-ID": f"<{KEY}@shop.example>",
        "Auto-Submitted": "auto-generated",
        "X-Rollouts-Notifier-Key": KEY,
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }


def test_mails_of_a_thread_refer_to_the_same_first_one() -> None:
    one, two, other = (read(letter(thread=thread)).mail for thread in ("uid/7", "uid/7", "uid/8"))
    assert re.fullmatch(r"<[0-9a-f]{32}\.thread@shop\.example>", one["References"])
    assert one["References"] == one["In-Reply-To"] == two["References"] != other["References"]
    assert "References" not in read(letter()).mail


def test_every_attempt_is_the_same_mail() -> None:
    first = letter("a@x, b@x", subject="s", body="t", html="<b>t</b>", thread="t")
    again = first._replace(attempt=5, taken=("a@x",))
    assert written(first, SENDER, html=False).content == written(again, SENDER, html=False).content


@pytest.mark.parametrize(
    ("body", "html", "parts"),
    [
        ({}, False, {"plain": "it is done\n"}),
        ({}, True, {"html": "it is done\n"}),
        ({"body": "text"}, False, {"plain": "text\n"}),
        ({"body": "<b>text</b>"}, True, {"html": "<b>text</b>\n"}),
        ({"body": "text", "html": "<b>text</b>"}, False, {"plain": "text\n", "html": "<b>text</b>\n"}),
        ({"body": "text", "html": "<b>text</b>"}, True, {"plain": "text\n", "html": "<b>text</b>\n"}),
        ({"html": "<b>text</b>"}, False, {"plain": "it is done\n", "html": "<b>text</b>\n"}),
        ({"body": None, "html": "", "subject": None, "other": 1}, False, {"plain": "it is done\n"}),
        ({"body": 7}, False, {"plain": "7\n"}),
    ],
)
def test_the_body_is_text_or_html_or_both(body: dict[str, Any], parts: dict[str, str], *, html: bool) -> None:
    mail = read(letter(**body), html=html)
    assert {name: mail.part(name) for name in ("plain", "html") if mail.part(name)} == parts
    assert mail.mail.get_content_type() == ("multipart/alternative" if len(parts) == 2 else f"text/{next(iter(parts))}")


def test_a_section_that_is_none_is_permanent_and_names_the_keys() -> None:
    with pytest.raises(Permanent, match=r"^the template's email section is not valid: look at body, subject$"):
        read(letter(body=["SECRET"], subject={"a": "SECRET"}))


@pytest.mark.parametrize(
    ("subject", "message", "wanted"),
    [
        ("", "\n first line \nsecond", "first line"),
        (" \n\t", "first", "first"),
        (" a\r\n\tb\x00c\x1b[31m\x85d  e ", "", "a b c [31m d e"),
        ("", "", ""),
        ("word " * 39 + "12345", "", "word " * 39 + "12345"),
        ("word " * 39 + "123456", "", ("word " * 39).strip() + "…"),
        ("word " * 39 + "1234 6", "", "word " * 39 + "1234…"),
        ("x" * 201, "", "x" * 199 + "…"),
        ("ok\r\nBcc: evil@x", "", "ok Bcc: evil@x"),
        ("=?utf-8?q?Bcc=3A?=", "", "=?utf-8?q?Bcc=3A?="),
        ("🧑‍🚀 пошло", "", "🧑‍🚀 пошло"),
    ],
)
def test_the_subject_is_one_line_of_readable_length(subject: str, message: str, wanted: str) -> None:
    mail = read(letter(subject=subject, message=message))
    assert mail.header("Subject") == wanted
    assert "Bcc" not in mail.mail


def test_a_text_that_is_too_long_is_cut_between_characters() -> None:
    mail = read(letter(body="€" * TEXT, html="€" * TEXT))
    assert mail.part("plain") == mail.part("html") == "€" * (TEXT // 3) + "…\n"


def test_names_and_domains_beyond_ascii_need_no_special_server() -> None:
    mail = written(letter("Jürgen Müller <j@bücher.example>, k@faß.example"), SENDER, html=False)
    assert mail.recipients == ("j@xn--bcher-kva.example", "k@xn--fa-hia.example")
    assert not mail.utf8
    assert mail.content.isascii()


def test_a_local_part_beyond_ascii_needs_one() -> None:
    mail = written(letter("jürgen@x.example, b@x.example"), SENDER, html=False)
    assert mail.utf8
    assert "To: jürgen@x.example,\r\n b@x.example\r\n".encode() in mail.content


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@x", [("", "a@x")]),
        (" a@x ,, b@y, ", [("", "a@x"), ("", "b@y")]),
        ("<a@X.Example>", [("", "a@x.example")]),
        ("Team A <a@x>", [("Team A", "a@x")]),
        (r'"Team \"A\", all" <a@x>,b@y', [('Team "A", all', "a@x"), ("", "b@y")]),
        ('"quoted local"@x', [("", '"quoted local"@x')]),
        ("first.last+tag@x.y-z.example", [("", "first.last+tag@x.y-z.example")]),
        ("a@x, A <a@x>", [("A", "a@x")]),
        ("boss@x <a@x>", [("boss@x", "a@x")]),
        ('"a\r\nBcc: b@x" <a@x>', [("a Bcc: b@x", "a@x")]),
    ],
)
def test_recipients_are_addresses_with_commas_and_names(text: str, found: list[tuple[str, str]]) -> None:
    assert [(mailbox.name, mailbox.address) for mailbox in mailboxes(text)] == found


@pytest.mark.parametrize(
    "wrong",
    [
        "#deploys",
        "a@",
        "@x",
        "a b@x",
        "a@b@x",
        "a@x; b@x",
        '"a <a@x>',
        "<a@x",
        "a@x>",
        "a@x y",
        "a@x..y",
        f"a@{'x' * 64}.y",
        f"{'a' * 65}@x",
        "a@x <b>",
        "a\r\nBcc@x",
        "a@x\r\nBcc: b",
        "a@[127.0.0.1]",
        "a<@x",
    ],
)
def test_a_recipient_that_is_no_address_is_permanent_and_named(wrong: str) -> None:
    with pytest.raises(Permanent) as caught:
        read(letter(f"ok@x.example, {wrong}"))
    assert str(caught.value) == f"the recipient {wrong!r} is no mail address"


@pytest.mark.parametrize("nobody", ["", " ", ",,"])
def test_no_recipient_is_permanent(nobody: str) -> None:
    with pytest.raises(Permanent, match=r"^there is no recipient"):
        read(letter(nobody))


ANY = st.text(st.characters(codec=None), max_size=300)
NASTY = st.sampled_from(["=?utf-8?q?x?=", "\r\n\r\nbody", "\nBcc: e@x", "a, b", 'q"\\', "ü, " * 90, "x " * 120, "--=_"])
TEXTS = st.lists(ANY | NASTY, max_size=4).map("".join)


def one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", as_utf8(text)).split())


def as_utf8(text: str) -> str:
    return text.encode(errors="replace").decode()


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))


def lines(text: str) -> str:
    return as_utf8(text).replace("\r\n", "\n").replace("\r", "\n")


def is_subject(got: str, meant: str) -> bool:
    if len(meant) <= SUBJECT:
        return got == meant
    return len(got) <= SUBJECT and got.endswith("…") and meant.startswith(got.removesuffix("…"))


def same_text(got: str, meant: str) -> bool:
    """A part's last line always has an end."""
    return got == lines(meant) + ("" if lines(meant).endswith("\n") else "\n")


@given(subject=TEXTS, body=TEXTS, html=TEXTS, names=st.lists(TEXTS, min_size=1, max_size=4))
@example(subject="=?utf-8?b?" + "x" * 90, body="a\u2028b\x85c\x0c", html=".\r.\n.", names=["Team, A " * 12])
def test_whatever_is_put_in_comes_out_and_nothing_else(subject: str, body: str, html: str, names: list[str]) -> None:
    to = ", ".join(f"{quoted(name)} <r{number}@x.example>" for number, name in enumerate(names))
    sent = Letter(to, Message("plain", {"subject": subject, "body": body, "html": html}), KEY, 0.0, 1)
    content = written(sent, SENDER, html=False).content
    mail = Read(message_from_bytes(content, policy=policy.default))
    assert is_subject(mail.header("Subject"), one_line(subject) or "plain")
    assert mail.to == [(one_line(name), f"r{number}@x.example") for number, name in enumerate(names)]
    assert same_text(mail.part("plain"), body or "plain")
    assert not html or same_text(mail.part("html"), html)
    assert set(mail.mail.keys()) == {*MEANT, *DESCRIBED} - ({"Content-Transfer-Encoding"} if html else set())
    assert len(mail.mail.keys()) == len(set(mail.mail.keys()))
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
