"""Where in an entry's text something stands that a message names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from notifier.config import yamltext
from notifier.config.schema import SECTIONS

_LEAF = re.compile(r"(?P<path>[^\s:]+): (?P<why>.*?)(?: \(line (?P<line>\d+)\))?", re.DOTALL)
_RENDERED = "once rendered"
"""What is said of JSON that is none: its lines are those of the result."""
_ITEM = re.compile(r"item (\d+): ")


def of(text: str, path: Sequence[str], line: int = 0) -> int:
    """The line of a YAML text that a part of it stands on, or the nearest part around it; 0 where that is all of it.

    `line` counts within the part: it is heeded where the part has lines of its own. Keys are read in any capitals.
    """
    node, found = yaml.compose(text, Loader=yamltext.Loader), 0
    for name in path:
        parts = _parts(node)
        if name.lower() not in parts:
            return found
        found, node = parts[name.lower()]
    return _within(node, line) or found


def _within(node: yaml.Node | None, line: int) -> int:
    """The line of a line of a text, its last one where it ends before that, 0 where it has none of its own."""
    if not line or not isinstance(node, yaml.ScalarNode) or node.style != "|":
        return 0
    last: int = node.value.rstrip().count("\n") + 1
    return int(node.start_mark.line) + 1 + min(line, last)


def in_template(text: str, message: str) -> int:
    """The line that a message about a leaf of a template means, 0 where it is about no leaf."""
    found = _LEAF.fullmatch(message)
    path = re.findall(r"[^.\[\]]+", found["path"]) if found else []
    if not found or not path or path[0] not in SECTIONS:
        return 0
    return of(text, path, 0 if _RENDERED in found["why"] else int(found["line"] or 0))


def in_condition(text: str, index: int, key: str, line: int = 0) -> int:
    """The line of a trigger's text where one of its conditions has a key, or of a line of what that says."""
    return of(text, (str(index), key), line) or of(text, (key,), line)


def in_list(text: str, message: str) -> int:
    """The line that a message about an item of a list means, 0 where it is about none."""
    found = _ITEM.match(message)
    return of(text, (str(int(found[1]) - 1),)) if found else 0


def _parts(node: yaml.Node | None) -> dict[str, tuple[int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value).lower(): (int(key.start_mark.line) + 1, value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return {str(index): (int(item.start_mark.line) + 1, item) for index, item in enumerate(node.value)}
    return {}
