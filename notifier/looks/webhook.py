"""A webhook's request, as its receiver reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from notifier.looks.drawing import NOTHING, draw, tag

_token = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)'
    r"|(?P<word>true|false|null|NaN|-?Infinity)"
)


def html(method: str, path: str, headers: Mapping[str, str], body: Any) -> Markup:
    """The request; `body` is JSON, as values or as text, or any other text, which is shown as it is.

    Headers are shown as given: who calls this leaves out what is secret.
    """
    return draw("webhook", "request", method=method, path=path, headers=headers, body=_body(body))


def _body(body: Any) -> Markup:
    try:
        value = json.loads(body) if isinstance(body, str | bytes) else body
        return _colored(json.dumps(value, indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return escape(body.decode(errors="replace") if isinstance(body, bytes) else body)


def _colored(text: str) -> Markup:
    """JSON with its keys, texts, numbers and words marked."""
    parts, end = list[str](), 0
    for found in _token.finditer(text):
        parts += text[end : found.start()], tag("span", found[0], class_=found.lastgroup or "")
        end = found.end()
    return NOTHING.join([*parts, text[end:]])
