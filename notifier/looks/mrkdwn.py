"""Slack's markup of texts: *bold* _italic_ ~strike~ `code` ```preformatted``` > quote, <links> and <@mentions>."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from markupsafe import Markup, escape

from notifier.looks.drawing import NOTHING, is_address, link, linked, tag
from notifier.looks.emoji import NAME, with_emoji

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_entity = re.compile("|".join(_ENTITIES))
_quote_mark = re.compile(r"(?:>|&gt;) ?")
_fences = re.compile(r"\n?```\n?(.+?)\n?```\n?", re.DOTALL).split


def _styled(mark: str, name: str) -> str:
    """Between two marks at words' edges; a mark in a link is no mark."""
    content = rf"(?:<[^<>\n]*>|[^{mark}\n<]|<(?![^<>\n]*>))+?"
    return rf"(?<![\w{mark}]){mark}(?=[^\s{mark}])(?P<{name}>{content})(?<!\s){mark}(?![\w{mark}])"


_piece = re.compile(
    "|".join(
        (
            r"`(?P<code>[^`\n]+)`",
            r"<(?P<angle>[^<>\n]+)>",
            _styled(r"\*", "b"),
            _styled("_", "i"),
            _styled("~", "s"),
            rf"(?P<emoji>{NAME})",
            r"(?P<url>https?://[^\s<>|`]+)",
        )
    )
)


def html(text: str) -> Markup:
    """A text in Slack's markup, to stand where line breaks and spaces are kept."""
    parts = _fences(text)
    return NOTHING.join(tag("pre", plain(part)) if number % 2 else _lines(part) for number, part in enumerate(parts))


def unmarked(text: str) -> Markup:
    """A plain text as Slack shows it."""
    return with_emoji(plain(text))


def plain(text: str) -> str:
    """A text with the three characters back that Slack wants escaped."""
    return _entity.sub(lambda found: _ENTITIES[found[0]], text)


def mention(name: str, *, broadcast: bool = False) -> Markup:
    """Who or what is mentioned, "@here" or "#deployments"."""
    return tag("span", name, class_="mention everyone" if broadcast else "mention")


def _lines(text: str) -> Markup:
    groups = groupby(text.split("\n"), lambda line: _quote_mark.match(line) is not None)
    return NOTHING.join(_quote(list(lines)) if quoted else _inline("\n".join(lines)) for quoted, lines in groups)


def _quote(lines: list[str]) -> Markup:
    return tag("blockquote", _inline("\n".join(_quote_mark.sub("", line, count=1) for line in lines)))


def _inline(text: str) -> Markup:
    parts, end = list[str](), 0
    for found in _piece.finditer(text):
        name = found.lastgroup or ""
        parts += plain(text[end : found.start()]), _PIECES[name](found[name])
        end = found.end()
    return NOTHING.join([*parts, plain(text[end:])])


def _angle(inner: str) -> Markup:
    """What stands between < and >: a mention, a link, or just that."""
    target, _, label = inner.partition("|")
    sign, name = target[:1], target[1:]
    if sign in {"@", "#"}:
        return mention(sign + plain(label or name).removeprefix(sign))
    if sign == "!":
        return _special(name, plain(label))
    address = plain(target)
    return link(address, with_emoji(plain(label) or address)) if is_address(address) else escape(plain(f"<{inner}>"))


def _special(name: str, label: str) -> Markup:
    """Everybody, a group of users, or a date, whose label says it in words."""
    kind, _, rest = name.partition("^")
    if kind == "date":
        return tag("span", label or rest)
    shown = label or rest or kind
    return mention(f"@{shown.removeprefix('@')}", broadcast=kind in {"here", "channel", "everyone"})


_PIECES: dict[str, Callable[[str], Markup]] = {
    "code": lambda text: tag("code", plain(text)),
    "angle": _angle,
    "b": lambda text: tag("b", _inline(text)),
    "i": lambda text: tag("i", _inline(text)),
    "s": lambda text: tag("s", _inline(text)),
    "emoji": with_emoji,
    "url": lambda text: linked(plain(text)),
}
