"""html, js and urlquery: texts made fit for where they go."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus

from notifier.gotemplate.printing import printed
from notifier.gotemplate.values import NOTHING, encode

_HTML = {
    ord(plain): escape
    for plain, escape in zip("\0\"'&<>", ["�", "&#34;", "&#39;", "&amp;", "&lt;", "&gt;"], strict=True)
}
_JS_SPECIAL = re.compile(r"""[\\'"<>&=\x00-\x1f\x80-\U0010ffff]""")
_JS_ESCAPED = "\\'\""
_ASCII = 0x7F


def html(*values: Any) -> str:
    """Return the values' text with what means something in HTML escaped."""
    return _text(values).translate(_HTML)


def js(*values: Any) -> str:
    """Return the values' text with what means something in JavaScript escaped."""
    return _JS_SPECIAL.sub(lambda match: _js(match[0]), _text(values))


def urlquery(*values: Any) -> str:
    """Return the values' text as a value in a URL's query."""
    return quote_plus(encode(_text(values)), safe="~")


def _js(character: str) -> str:
    if character in _JS_ESCAPED:
        return f"\\{character}"
    code = ord(character)
    return character if code > _ASCII and character.isprintable() else f"\\u{code:04X}"


def _text(values: tuple[Any, ...]) -> str:
    return printed(["<no value>" if value is None or value is NOTHING else value for value in values])
