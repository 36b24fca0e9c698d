"""Slack's rich text: sections, lists, quotes and preformatted text, of styled pieces."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from notifier.looks.drawing import NOTHING, link, tag
from notifier.looks.emoji import emoji
from notifier.looks.mrkdwn import mention
from notifier.looks.reading import Broken, Fields, inner, kind, listed, text

_STYLES = {"code": "code", "strike": "s", "italic": "i", "bold": "b"}
"""Styles and their elements, the innermost first."""


def html(block: Fields) -> Markup:
    """A rich text block. Raises Broken."""
    return NOTHING.join(_one_of(_PARTS, part) for part in listed(block, "elements"))


def _one_of(known: dict[str, Callable[[Fields], Markup]], part: Fields) -> Markup:
    draw = known.get(kind(part))
    if draw is None:
        raise Broken(kind(part))
    return draw(part)


def _pieces(part: Fields) -> Markup:
    return NOTHING.join(_styled(piece) for piece in listed(part, "elements"))


def _styled(piece: Fields) -> Markup:
    shown = _one_of(_PIECES, piece)
    styles = inner(piece, "style") if piece.get("style") else {}
    for style, element in _STYLES.items():
        shown = tag(element, shown) if styles.get(style) is True else shown
    return shown


def _list(part: Fields) -> Markup:
    indent = part.get("indent")
    level = min(max(indent, 0), 5) if isinstance(indent, int) else 0
    items = [tag("li", _one_of(_PARTS, item)) for item in listed(part, "elements")]
    return tag("ol" if part.get("style") == "ordered" else "ul", *items, class_=f"indent-{level}")


_PARTS: dict[str, Callable[[Fields], Markup]] = {
    "rich_text_section": lambda part: tag("div", _pieces(part)),
    "rich_text_preformatted": lambda part: tag("pre", _pieces(part)),
    "rich_text_quote": lambda part: tag("blockquote", _pieces(part)),
    "rich_text_list": _list,
}

_PIECES: dict[str, Callable[[Fields], Markup]] = {
    "text": lambda piece: tag("span", text(piece, "text")),
    "link": lambda piece: link(text(piece, "url"), text(piece, "text", text(piece, "url"))),
    "emoji": lambda piece: emoji(text(piece, "name")),
    "user": lambda piece: mention(f"@{text(piece, 'user_id')}"),
    "usergroup": lambda piece: mention(f"@{text(piece, 'usergroup_id')}"),
    "channel": lambda piece: mention(f"#{text(piece, 'channel_id')}"),
    "broadcast": lambda piece: mention(f"@{text(piece, 'range')}", broadcast=True),
    "date": lambda piece: tag("span", text(piece, "fallback", "")),
}
