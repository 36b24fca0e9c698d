"""What a mail looks like: addresses, headers and parts, as bytes that pass every server. Pure.

Everything is a function of the letter, so a retry is the same mail byte for byte. Bodies and headers are ASCII on the
way; only an address with a local part beyond ASCII needs a server that takes UTF-8 headers (RFC 6531).
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from yarl import URL

from notifier.errors import Permanent
from notifier.model import Letter, Message

SUBJECT = 200
"""Characters of a subject that are shown anywhere."""
TEXT = 1_000_000
"""Bytes of a text that people read and servers take."""

_EOL = "\r\n"
_PLAIN_NAME = 60
"""A display name or subject in plain ASCII of this length fits the line that every reader takes."""

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^",])+', re.DOTALL)
"""What is between commas; a quote that is never closed goes on to the end, lest each later one be tried as its own."""

_NAMED = re.compile(rf"(?P<name>(?:{_QUOTED}|[^\"<>])*)<(?P<address>[^<>]*)>", re.DOTALL)
_LOCAL = re.compile(r'[^\s\x00-\x1f\x7f-\x9f"(),:;<>@\[\]\\]{1,64}|"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[ -~]){1,62}"')
_DOMAIN = re.compile(r"(?=.{1,255}$)[\w-]{1,63}(?:\.[\w-]{1,63})*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?")


class Mailbox(NamedTuple):
    """Someone who gets or sends mail; `domain` is in ASCII."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """The address alone."""
        return f"{self.local}@{self.domain}"


class Mail(NamedTuple):
    """A mail as it is handed in; `recipients` are those who do not have it yet.

    `utf8` tells that its addresses need a server that takes UTF-8.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    utf8: bool


class Section(BaseModel):
    """What a template says for a mail."""

    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)

    subject: str | None = None
    body: str | None = None
    html: str | None = None


def mailboxes(text: str) -> tuple[Mailbox, ...]:
    """The addresses in a list with commas, each once. Raises ValueError that shows the one that is none."""
    pieces = (piece[0].strip() for piece in _PIECE.finditer(text))
    found = {mailbox.address: mailbox for mailbox in map(_mailbox, filter(None, pieces))}
    return tuple(found.values())


def _mailbox(piece: str) -> Mailbox:
    named = _NAMED.fullmatch(piece)
    name, address = named.group("name", "address") if named else ("", piece)
    local, _, domain = address.strip().rpartition("@")
    encoded = domain_in_ascii(domain)
    if not encoded or not _LOCAL.fullmatch(local):
        raise ValueError(f"{piece[:100]!r} is no mail address")
    return Mailbox(_one_line(_unquoted(name)), local, encoded)


def _unquoted(name: str) -> str:
    return re.sub(_QUOTED, lambda part: re.sub(r"\\(.)", r"\1", part[1]), name)


def domain_in_ascii(domain: str) -> str:
    """A domain as DNS has it, "" if it is none; yarl's way, for the standard library has the IDNA of 2003 only."""
    with suppress(ValueError):
        encoded = URL.build(scheme="http", host=domain).raw_host or ""
        return encoded if _DOMAIN.fullmatch(encoded) else ""
    return ""


def written(letter: Letter, sender: Mailbox, *, html: bool) -> Mail:
    """The mail for a letter; with `html` a body alone is HTML. Raises Permanent for what cannot be written."""
    section, recipients = _section(letter.message), _recipients(letter.recipient)
    head = {
        "From": _shown(sender),
        "To": f",{_EOL} ".join(map(_shown, recipients)),
        "Subject": _words(_subject(section, letter.message)),
        "Date": formatdate(letter.created),
        "Message-ID": f"<{letter.key}@{sender.domain}>",
        **_thread(letter.message.thread, sender.domain),
        "Auto-Submitted": "auto-generated",
        "X-Rollouts-Notifier-Key": letter.key,
    }
    # Written here, for EmailMessage folds long headers so that a name with a comma becomes two recipients.
    lines = "".join(f"{name}: {value}{_EOL}" for name, value in head.items())
    return Mail(
        sender=sender.address,
        recipients=tuple(one.address for one in recipients if one.address not in letter.taken),
        content=lines.encode() + _content(section, letter, html=html).as_bytes(),
        utf8=not all(one.local.isascii() for one in (sender, *recipients)),
    )


def _section(message: Message) -> Section:
    try:
        return Section.model_validate(message.body)
    except ValidationError as error:
        keys = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
    raise Permanent(f"the template's email section is not valid: look at {keys}")


def _recipients(text: str) -> tuple[Mailbox, ...]:
    try:
        found = mailboxes(text)
    except ValueError as error:
        raise Permanent(f"the recipient {error}") from None
    if not found:
        raise Permanent("there is no recipient: a subscription to email names an address, or several with commas")
    return found


def _thread(thread: str, domain: str) -> dict[str, str]:
    """What makes readers show mails of a thread together, though nobody remembers its first."""
    if not thread:
        return {}
    first = f"<{hashlib.sha256(thread.encode()).hexdigest()[:32]}.thread@{domain}>"
    return {"In-Reply-To": first, "References": first}


def _subject(section: Section, message: Message) -> str:
    """A subject on one line, cut between words where it is long."""
    subject = _one_line(section.subject or "") or _one_line(message.message.strip().partition("\n")[0])
    if len(subject) <= SUBJECT:
        return subject
    return (subject[:SUBJECT].rpartition(" ")[0] or subject[: SUBJECT - 1]) + "…"


def _content(section: Section, letter: Letter, *, html: bool) -> EmailMessage:
    """The body and the headers that describe it."""
    content = EmailMessage(policy=SMTP)
    _put(content.set_content, section.body or letter.message.message, "html" if html and not section.html else "plain")
    if section.html:
        _put(content.add_alternative, section.html, "html")
        # A random one would change with each attempt; neither encoding of a part can have "=_" in it.
        content.set_boundary(f"=_{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}")
    return content


def _put(into: Callable[..., None], text: str, subtype: str) -> None:
    """Add a text as a part, readable in transit where most of it is ASCII."""
    lines = _cut(_LINE_END.sub("\n", text))
    mostly_ascii = len(lines.encode()) < len(lines) * 1.2
    into(lines, subtype=subtype, cte="quoted-printable" if mostly_ascii else "base64")


def _cut(text: str) -> str:
    """A text of at most `TEXT` bytes and of nothing that UTF-8 does not have."""
    encoded = text.encode(errors="replace")
    end = "" if len(encoded) <= TEXT else "…"
    return encoded[:TEXT].decode(errors="ignore") + end


def _shown(mailbox: Mailbox) -> str:
    """A mailbox as a header has it."""
    if not mailbox.name:
        return mailbox.address
    quoted = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", mailbox.name))
    return f"{quoted if _is_plain(mailbox.name) else _encoded(mailbox.name)} <{mailbox.address}>"


def _words(text: str) -> str:
    return text if _is_plain(text) else _encoded(text)


def _is_plain(text: str) -> bool:
    """Whether a text needs no encoding, and no reader takes a part of it for encoded."""
    return text.isascii() and len(text) <= _PLAIN_NAME and "=?" not in text


def _encoded(text: str) -> str:
    return Header(text, "utf-8").encode(linesep=_EOL)


def _one_line(text: str) -> str:
    """A text without what could end a header's line or is nothing that UTF-8 has; the joiners in emoji stay."""
    return " ".join(_CONTROL.sub(" ", text.encode(errors="replace").decode()).split())
