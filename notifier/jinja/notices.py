"""The filters that lay out a notice, a text of lines such as `Why: no data` or `Retry: kubectl …`, for receivers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from notifier.jinja.budget import NODE, fit
from notifier.jinja.values import text

_LABEL = re.compile(r"([A-Z][^,:]{0,60}): (\S.*)")
_LINK = re.compile(r"https?://\S+")
_COMMAND = "kubectl "


class _Line(NamedTuple):
    label: str
    text: str

    @property
    def is_command(self) -> bool:
        return self.text.startswith(_COMMAND)


def _line(line: str) -> _Line:
    found = _LABEL.fullmatch(line)
    # A match's groups forget that a text is escaped already, slices do not.
    return _Line(line[: found.end(1)], line[found.start(2) :]) if found else _Line("", line)


def lines(value: Any) -> list[dict[str, str]]:
    """A notice's lines, each as its `label` and `text`; commands to copy as `command` instead of `text`."""
    return [{"label": line.label, "command" if line.is_command else "text": line.text} for line in _lines(value)]


def rich_text(value: Any) -> list[dict[str, Any]]:
    """A notice as the elements of Slack's `rich_text` block: nothing of it is read as markup, links can be clicked.

    What Slack wants escaped in texts (`&amp;`) is plain here.
    """
    # No other entity: a placeholder's bracket could be written as one.
    plain = text(value).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    parts = groupby(_lines(plain), key=lambda line: line.is_command)
    return [element for are_commands, some in parts for element in (_commands if are_commands else _section)(some)]


def _lines(value: Any) -> Iterator[_Line]:
    whole = text(value)
    fit(NODE * len(whole))
    return (_line(line) for line in whole.splitlines() if line.strip())


def _commands(some: Iterator[_Line]) -> Iterator[dict[str, Any]]:
    for line in some:
        yield {"type": "rich_text_section", "elements": [_bold(line.label)]}
        yield {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": line.text}]}


def _section(some: Iterator[_Line]) -> Iterator[dict[str, Any]]:
    elements: list[dict[str, Any]] = []
    for line in some:
        elements += [{"type": "text", "text": "\n"}] if elements else []
        elements += [_bold(f"{line.label}: ")] if line.label else []
        link = {"type": "link", "url": line.text}
        elements.append(link if _LINK.fullmatch(line.text) else {"type": "text", "text": line.text})
    yield {"type": "rich_text_section", "elements": elements}


def _bold(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": {"bold": True}}


NOTICES: dict[str, Callable[..., Any]] = {"lines": lines, "rich_text": rich_text}
