"""A message as its receiver sees it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from markupsafe import Markup

from notifier.config.load import without_secrets
from notifier.config.schema import Config
from notifier.looks import mail, slack, webhook
from notifier.looks.drawing import NOTHING, linked
from notifier.model import COMPONENT, Message
from notifier.outbox.protocol import Delivery
from notifier.services import SERVICES

_message = msgspec.json.Decoder(Message).decode
_MARKS = {"email": ("subject", "html"), "slack": ("blocks", "attachments"), "webhook": ("method", "path", "headers")}
"""What tells the service's type by a message where the configuration does not name the service any more."""


class Letter(NamedTuple):
    """What a reader sees of a mail; `html` is its HTML part, as the whole document of a frame, "" without one."""

    subject: str
    sender: str
    to: str
    text: Markup
    html: str = ""


class Seen(NamedTuple):
    """A message drawn: a mail as `letter`, anything else as `html`."""

    type: str
    html: Markup = NOTHING
    letter: Letter | None = None


def message_of(delivery: Delivery) -> Message:
    """What a delivery carries; secrets in it are placeholders."""
    return _message(delivery.message)


def seen(message: Message, service: str, recipient: str, config: Config) -> Seen:
    """How the recipient at a service sees a message."""
    kind = _type(service, message.body, config)
    if kind == "email":
        return Seen(kind, letter=_letter(message, service, recipient, config))
    draw = {"slack": _slack, "webhook": _webhook}.get(kind)
    return Seen(kind, draw(message) if draw else Markup("<p class='plain'>{}</p>").format(linked(message.message)))


def _type(service: str, body: Mapping[str, Any], config: Config) -> str:
    if entry := config.services.get(service):
        return entry.type
    guessed = (kind for kind, marks in _MARKS.items() if any(mark in body for mark in marks))
    return service if service in SERVICES else next(guessed, "text")


def _slack(message: Message) -> Markup:
    body = {key: value for key, value in message.body.items() if value}
    shown: dict[str, Any] = {key: body[key] for key in ("blocks", "attachments", "username") if key in body}
    return slack.html(shown | {"text": body.get("text") or message.message, "icon_emoji": body.get("icon", "")})


def _webhook(message: Message) -> Markup:
    body = message.body or {"body": message.message}
    headers = body.get("headers")
    named = {str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {}
    content = body.get("body")
    method = str(body.get("method") or ("POST" if content else "GET"))
    return webhook.html(method, f"/{str(body.get('path') or '').lstrip('/')}", named, content or "")


def _letter(message: Message, service: str, recipient: str, config: Config) -> Letter:
    body = {key: value for key, value in message.body.items() if isinstance(value, str)}
    entry = config.services.get(service)
    sender = without_secrets(str(entry.options.get("from", "")), config.secrets) if entry else ""
    words = body.get("body") or message.message
    html = body.get("html") or (words if entry and entry.options.get("html") is True else "")
    subject = body.get("subject") or message.message.partition("\n")[0]
    framed = mail.framed(html) if html.strip() else ""
    return Letter(subject, sender or COMPONENT, recipient, linked(words), framed)
