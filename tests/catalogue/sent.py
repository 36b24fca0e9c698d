"""What a message becomes at a service, read back as its receiver reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, NamedTuple

from notifier.model import Letter, Message
from notifier.sandbox.slack_rules import Content, content_of, shown
from notifier.services import slack as slack_service, webhook as webhook_service
from notifier.services.mime import Mailbox, written

_LINK = re.compile(r"<([^|>]*)\|([^>]*)>")


def webhook(message: Message) -> Any:
    """The JSON that is posted."""
    return json.loads(webhook_service.Section.model_validate(message.body).content())


def slack(message: Message) -> Content:
    """What Slack is told; raises Refused where it would not take it."""
    return content_of(slack_service.Section.model_validate(message.body).content(message.message, ""))


def markup(content: Content) -> list[str]:
    """The texts that Slack reads as markup, each exactly as it is sent."""
    return [content.text, *(part["text"] for part in marked_up(content))]


def marked_up(content: Content) -> list[dict[str, Any]]:
    """The objects of blocks whose text Slack reads as markup."""
    return [part for part in _parts(content.blocks) if part.get("type") == "mrkdwn"]


def rows(content: Content) -> list[str]:
    """What blocks show, element by element; before a link its title."""
    return [_shown(element) for block in content.blocks for element in block["elements"]]


def _shown(part: Any) -> str:
    match part:
        case {"type": "mrkdwn", "text": text}:
            return shown(_LINK.sub(r"\2: \1", text))
        case {"type": "link", "url": url}:
            return str(url)
        case {"elements": elements}:
            return "".join(map(_shown, elements))
    return str(part["text"])


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every object within some blocks."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for each in part:
            yield from _parts(each)


class Page(HTMLParser):
    """What a browser finds in HTML: `tags` with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", ((data, None),)))

    def links(self) -> list[str]:
        """Where one can go from here."""
        return [url or "" for _, attributes in self.tags for name, url in attributes if name == "href"]


class Mail(NamedTuple):
    """A mail: the names of its headers, and what its reader sees."""

    headers: list[str]
    subject: str
    text: str
    html: str


def mail(message: Message) -> Mail:
    """What the recipient's mail program makes of it."""
    letter = Letter("team@shop.example", message, "k", created=1.8e9, attempt=1)
    content = written(letter, Mailbox("", "deploys", "shop.example"), html=False).content
    parsed = message_from_bytes(content, policy=policy.default)
    headers = list(parsed.raw_items())
    subject = re.sub(r"\r?\n", "", dict(headers)["Subject"])
    return Mail(
        headers=[name for name, _ in headers],
        subject=str(make_header(decode_header(subject))),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return part.get_content().replace("\r\n", "\n") if part else ""
