"""JSON with actions in it as a tree whose texts are Jinja2. Pure."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from notifier.gotemplate import nodes
from notifier.migration.expressions import Scope
from notifier.migration.terms import Kept
from notifier.migration.writing import Writer

_FIRST = 0xE000
_MOST = 0xF8FF - _FIRST
"""Characters for private use stand for actions while the JSON around them is read."""
_PRIVATE = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _MOST)}]")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DEEPEST = 50
_TOO_DEEP = "its JSON is nested too deep"
_GLUED = "a loop or condition makes parts of its JSON"
LIKE_JSON = re.compile(r"\s*[{\[]")
"""How a text begins that is meant as JSON."""


def tree(body: Sequence[nodes.Node], scope: Scope, *, markup: bool, native: bool) -> Any:
    """The structure that a text in JSON has, its texts in Jinja2. Raises Kept.

    With `native` a text that is one expression gives that expression's value, and is told where it shall give a text.
    """
    return _Tree(body, scope, markup=markup, native=native).read()


class _Tree:
    """One text; `_values` are the marks of those actions that stand outside of quotes."""

    def __init__(self, body: Sequence[nodes.Node], scope: Scope, *, markup: bool, native: bool) -> None:
        self._holes = [node for node in body if not isinstance(node, nodes.Text)]
        self._plain = Writer(scope, markup=markup)
        self._quoted = Writer(scope, markup=markup, literal=_unescaped)
        self._native = native
        self._source = _with_holes(body)
        inside = "".join(_JSON_STRING.findall(self._source))
        self._values = {mark for mark in _PRIVATE.findall(self._source) if mark not in inside}

    def read(self) -> Any:
        """The tree. Raises Kept."""
        whole = _PRIVATE.sub(lambda mark: f'"{mark[0]}"' if mark[0] in self._values else mark[0], self._source)
        try:
            return self._filled(json.loads(whole, strict=False, object_pairs_hook=_mapping))
        except json.JSONDecodeError as error:
            glued = any(isinstance(self._hole(mark), nodes.Block) for mark in self._values)
            raise Kept(_GLUED if glued else f"it is no JSON: {error.msg}") from error
        except RecursionError as error:
            raise Kept(_TOO_DEEP) from error

    def _filled(self, value: Any, room: int = _DEEPEST) -> Any:
        if not room:
            raise Kept(_TOO_DEEP)
        if isinstance(value, dict):
            return {key: self._filled(item, room - 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, room - 1) for item in value]
        return self._leaf(value) if isinstance(value, str) else value

    def _leaf(self, text: str) -> str:
        if text not in self._values:
            return self._written(text)
        hole = self._hole(text)
        if not isinstance(hole, nodes.Action):
            raise Kept(_GLUED)
        if not self._native:
            raise Kept("what stands outside of quotes in its JSON would become a text")
        return self._plain.value(hole)

    def _written(self, text: str) -> str:
        parts = [part for part in re.split(f"({_PRIVATE.pattern})", text) if part]
        span = nodes.Span(0, 0)
        body = [self._hole(p) if _PRIVATE.fullmatch(p) else nodes.Text(span, json.dumps(p)[1:-1]) for p in parts]
        return self._quoted.text(body, native=self._native)

    def _hole(self, mark: str) -> nodes.Node:
        return self._holes[ord(mark) - _FIRST]


def _with_holes(body: Iterable[nodes.Node]) -> str:
    marks = map(chr, itertools.count(_FIRST))
    texts = [node.text if isinstance(node, nodes.Text) else None for node in body]
    if texts.count(None) > _MOST or any(_PRIVATE.search(text) for text in texts if text):
        raise Kept("it has too many actions, or characters for private use")
    return "".join(next(marks) if text is None else text for text in texts)


def _unescaped(text: str) -> str:
    """A part of a text in JSON as what it means."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except json.JSONDecodeError as error:
        raise Kept(f"a text in its JSON is broken: {error.msg}") from error


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) or any(map(_PRIVATE.search, found)):
        raise Kept("a key of its JSON stands twice, or is made by an action")
    return found
