"""Slack's blocks, one function a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from notifier.looks import mrkdwn, rich_text
from notifier.looks.drawing import NOTHING, draw, is_address, tag
from notifier.looks.reading import Broken, Fields, inner, kind, listed, text


def all_of(of: Fields, key: str = "blocks") -> Markup:
    """All blocks of a message or an attachment; one grey box where they are no list."""
    try:
        return NOTHING.join(html(block) for block in listed(of, key))
    except Broken:
        return unknown(key)


def html(block: Any) -> Markup:
    """One block; a grey box with its type where Slack would not take it, or we do not know it."""
    return _one_of(_BLOCKS, block)


def unknown(what: str) -> Markup:
    """The grey box."""
    return draw("slack", "unknown", what=what or "no type")


def _one_of(known: dict[str, Callable[[Fields], Markup]], part: Any) -> Markup:
    draw_part = known.get(kind(part))
    try:
        return draw_part(part) if draw_part else unknown(kind(part))
    except Broken:
        return unknown(kind(part))


def _text(part: Fields) -> Markup:
    """A text object, marked up or plain. Raises Broken."""
    if kind(part) == "mrkdwn":
        return mrkdwn.html(text(part, "text"))
    if kind(part) == "plain_text":
        words = text(part, "text")
        return mrkdwn.unmarked(words) if part.get("emoji") is not False else escape(mrkdwn.plain(words))
    raise Broken(kind(part))


def _header(block: Fields) -> Markup:
    return draw("slack", "header", text=_text(inner(block, "text")))


def _section(block: Fields) -> Markup:
    body = _text(inner(block, "text")) if block.get("text") else NOTHING
    columns = [_text(column) for column in listed(block, "fields")]
    if not body and not columns:
        raise Broken("text")
    accessory = _one_of(_ELEMENTS, block["accessory"]) if block.get("accessory") else NOTHING
    return draw("slack", "section", text=body, columns=columns, accessory=accessory)


def _context(block: Fields) -> Markup:
    return draw("slack", "context", elements=[_one_of(_ELEMENTS, element) for element in listed(block, "elements")])


def _actions(block: Fields) -> Markup:
    return draw("slack", "actions", elements=[_one_of(_ELEMENTS, element) for element in listed(block, "elements")])


def _button(button: Fields) -> Markup:
    url = text(button, "url", "")
    style = text(button, "style", "")
    label = _text(inner(button, "text"))
    return draw("slack", "button", label=label, url=url if is_address(url) else "", style=style)


def _picture(shape: str) -> Callable[[Fields], Markup]:
    """How a picture is drawn: as a frame with its description, for nothing is fetched."""

    def draw_picture(image: Fields) -> Markup:
        title = _text(inner(image, "title")) if image.get("title") else NOTHING
        return draw("slack", shape, title=title, description=text(image, "alt_text"))

    return draw_picture


_BLOCKS: dict[str, Callable[[Fields], Markup]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": lambda _block: draw("slack", "divider"),
    "actions": _actions,
    "image": _picture("image"),
    "rich_text": lambda block: tag("div", rich_text.html(block), class_="text rich"),
}

_ELEMENTS: dict[str, Callable[[Fields], Markup]] = {
    "mrkdwn": lambda element: tag("span", _text(element), class_="text"),
    "plain_text": lambda element: tag("span", _text(element), class_="text"),
    "button": _button,
    "image": _picture("icon"),
}
