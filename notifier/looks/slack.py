"""A Slack message as `chat.postMessage` takes it, as people see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from notifier.looks import blocks, mrkdwn
from notifier.looks.drawing import NOTHING, draw, is_address
from notifier.looks.emoji import EMOJI, emoji
from notifier.looks.reading import Broken, Fields, listed, mapping, text
from notifier.model import COMPONENT

_COLORS = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
_GREY = "#dddddd"


def html(payload: Mapping[str, Any]) -> Markup:
    """One message; of a stored one `ts` and `edited` show, too. What Slack would not take is a grey box."""
    return draw("slack", "channel", messages=[_message(payload)])


def thread(root: Mapping[str, Any], replies: Iterable[Mapping[str, Any]]) -> Markup:
    """A message and its replies, the oldest first; `reply_broadcast` shows as sent to the channel, too."""
    return draw("slack", "thread", root=_message(root), replies=[_message(reply) for reply in replies])


def _message(payload: Fields) -> Markup:
    name = _word(payload, "username") or COMPONENT
    return draw(
        "slack",
        "message",
        avatar=_avatar(payload, name),
        name=name,
        time=_clock(payload.get("ts")),
        edited=bool(payload.get("edited")),
        broadcast=payload.get("reply_broadcast") is True,
        body=_body(payload),
    )


def _body(payload: Fields) -> Markup:
    """Blocks are shown instead of the text, attachments beneath either."""
    return (blocks.all_of(payload) or _said(payload)) + _attachments(payload)


def _said(payload: Fields) -> Markup:
    words = _word(payload, "text")
    shown = mrkdwn.unmarked(words) if payload.get("mrkdwn") is False else mrkdwn.html(words)
    return draw("slack", "section", text=shown, columns=[], accessory=NOTHING) if words else NOTHING


def _avatar(payload: Fields, name: str) -> Markup:
    icon = _word(payload, "icon_emoji").strip(":")
    return emoji(icon) if icon in EMOJI else escape(name[:1].upper())


def _attachments(payload: Fields) -> Markup:
    try:
        return NOTHING.join(_attachment(attachment) for attachment in listed(payload, "attachments"))
    except Broken:
        return blocks.unknown("attachments")


def _attachment(attachment: Any) -> Markup:
    try:
        return draw("slack", "attachment", **_parts(mapping(attachment, "attachment")))
    except Broken:
        return blocks.unknown("attachment")


def _parts(attachment: Fields) -> dict[str, Any]:
    """Everything an attachment shows; `fallback` is for where nothing else can be shown."""
    link = text(attachment, "title_link", "")
    return {
        "color": _color(text(attachment, "color", "")),
        "pretext": mrkdwn.html(text(attachment, "pretext", "")),
        "author": text(attachment, "author_name", ""),
        "title": mrkdwn.unmarked(text(attachment, "title", "")),
        "link": link if is_address(link) else "",
        "text": mrkdwn.html(text(attachment, "text", "")),
        "fields": [_field(mapping(field, "field")) for field in listed(attachment, "fields")],
        "blocks": blocks.all_of(attachment) if attachment.get("blocks") else NOTHING,
        "picture": bool(attachment.get("image_url") or attachment.get("thumb_url")),
        "footer": mrkdwn.unmarked(text(attachment, "footer", "")),
        "time": _clock(attachment.get("ts")),
    }


def _field(field: Fields) -> dict[str, Any]:
    return {
        "title": mrkdwn.unmarked(text(field, "title", "")),
        "value": mrkdwn.html(text(field, "value", "")),
        "short": field.get("short") is True,
    }


def _color(color: str) -> str:
    """A colour of the bar; Slack takes its three names, and hexadecimal with or without the sign."""
    digits = color.removeprefix("#")
    is_hex = len(digits) in {3, 6} and set(digits.lower()) <= set("0123456789abcdef")
    return _COLORS.get(color) or (f"#{digits}" if is_hex else _GREY)


def _word(payload: Fields, key: str) -> str:
    """A text of the message; one that is no text is not shown."""
    try:
        return text(payload, key, "")
    except Broken:
        return ""


def _clock(ts: Any) -> str:
    """The time of day in UTC of seconds since the epoch, "" where there are none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC).strftime("%H:%M")
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
