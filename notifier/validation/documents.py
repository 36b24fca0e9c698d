"""Kubernetes objects in files, and where in its file each of their texts stands."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from notifier.config import yamltext
from notifier.errors import ConfigError
from notifier.model import Object, Value

_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"
_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_NOTHING = re.compile(r"(\s|%.*$|#.*$)*", re.MULTILINE)
_BRACE = re.compile(r"\s*(?=\{)")


class File(NamedTuple):
    """A file's text and name; `named` tells that the user named it, rather than the folder it is in."""

    name: str
    text: str
    named: bool = True


class Finding(Value, frozen=True):
    """A problem and where it is to be mended: `line` counts from 1 in the file."""

    file: str
    line: int
    object: str
    key: str
    message: str


class Text(NamedTuple):
    """A text, the line of its key, and that of its own first line where it has lines of its own, else 0."""

    value: str
    line: int
    first: int = 0

    def at(self, line: int) -> int:
        """The file's line of a line of the text; 0 is the key's."""
        return self.first + line - 1 if self.first and line else self.line


class Manifest:
    """An object of a file: what it says, and where."""

    def __init__(self, file: str, value: Object, node: yaml.Node) -> None:
        self.file, self.value, self._node = file, value, node
        metadata = value.get("metadata")
        self.metadata: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
        self.kind = str(value["kind"])
        self.namespace = str(self.metadata.get("namespace") or "")

    def __str__(self) -> str:
        """`ConfigMap namespace/name`."""
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.metadata.get('name') or '(without a name)'}"

    @property
    def line(self) -> int:
        """Where it begins."""
        return _line(self._node)

    def texts(self, *path: str) -> dict[str, Text]:
        """The texts of one of its mappings; null is an empty one, as in Kubernetes."""
        return {
            key.value: Text("" if value.tag == _NULL else value.value, _line(key), _first(value))
            for key, value in _pairs(self._at(path))
            if value.tag in {_TEXT, _NULL}
        }

    def oddities(self, *path: str) -> Iterator[Finding]:
        """What stands where there must be a mapping of texts, and is none."""
        node = self._at(path)
        if node is not None and not isinstance(node, yaml.MappingNode) and node.tag != _NULL:
            yield self.finding("must be a mapping of texts", ".".join(path), _line(node))
        for key, value in _pairs(node):
            if value.tag not in {_TEXT, _NULL}:
                yield self.finding("must be a text: put it in quotes, or behind a `|`", key.value, _line(key))

    def finding(self, message: str, key: str = "", line: int = 0) -> Finding:
        """A problem of this object."""
        return Finding(self.file, line or self.line, str(self), key, message)

    def _at(self, path: tuple[str, ...]) -> yaml.Node | None:
        node: yaml.Node | None = self._node
        for name in path:
            node = {key.value: value for key, value in _pairs(node)}.get(name)
        return node


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _line(part: Any) -> int:
    return int(part.start_mark.line) + 1


def _first(node: yaml.Node) -> int:
    return _line(node) + 1 if isinstance(node, yaml.ScalarNode) and node.style == "|" else 0


def read(file: File) -> Iterator[Manifest | Finding]:
    """The objects of a file, and what in it is none; what cannot be read costs its own document only."""
    for start, end in _spans(file.text):
        # Lines count from the beginning of the file, so it goes on being as long.
        yield from _document(file, "\n" * file.text.count("\n", 0, start) + yamltext.joined(file.text[start:end]))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each document begins and ends; nothing but a marker at the left edge can end one."""
    marks = (found.start() for found in _MARKER.finditer(text))
    for start, end in itertools.pairwise([0, *marks, len(text)]):
        if not _NOTHING.fullmatch(text, start, end):
            yield from _json_spans(text, start, end) or [(start, end)]


def _json_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The same for JSON, one object behind the other; empty where it is no JSON."""
    spans = []
    while found := _BRACE.match(text, start, end):
        try:
            _, start = json.JSONDecoder().raw_decode(text, found.end())
        except (ValueError, RecursionError):
            return []
        spans.append((found.end(), start))
    return spans if not text[start:end].strip() else []


def _document(file: File, text: str) -> Iterator[Manifest | Finding]:
    try:
        yamltext.check_depth(text)
        loader = yamltext.Loader(text)
        node = loader.get_single_node()
        twice = list(_twice(node, set()))
        value = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        problem = yamltext.unreadable(error)
        yield Finding(file.name, problem.line or 1, "", "", problem.message)
    except ConfigError as error:
        yield Finding(file.name, error.line, "", "", error.message)
    except (AttributeError, LookupError, ValueError):  # what PyYAML raises for `!!int x`, `!!bool x`, …
        line = len(text) - len(text.lstrip("\n")) + 1
        yield Finding(file.name, line, "", "", "this is no YAML: a value is not of the type its tag says")
    else:
        yield from (Finding(file.name, _line(key), "", key.value, "stands twice; the last one counts") for key in twice)
        if node and value is not None:
            yield from _objects(file, value, node)


def _twice(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.Node]:
    """The keys that their mapping has already; aliases are looked at once."""
    if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    known: set[str] = set()
    for key, value in _pairs(node):
        if isinstance(key, yaml.ScalarNode):
            if key.value in known:
                yield key
            known.add(key.value)
        yield from _twice(value, seen)
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _twice(item, seen)


def _objects(file: File, value: Any, node: yaml.Node, kind: str = "") -> Iterator[Manifest | Finding]:
    """The object in a document, or those of a list; `kind` is what a list's items are where they do not say it."""
    if not isinstance(value, dict) or not isinstance(value.get("kind") or kind or None, str):
        if file.named:
            yield Finding(file.name, _line(node), "", "", "this is no Kubernetes object: it has no `kind`")
        return
    found = Manifest(file.name, {**value, "kind": value.get("kind") or kind}, node)
    items = value.get("items")
    if not found.kind.endswith("List") or not isinstance(items, list):
        yield found
        return
    nodes = {key.value: item for key, item in _pairs(node)}["items"]
    for item, item_node in zip(items, nodes.value, strict=True):
        yield from _objects(file, item, item_node, found.kind.removesuffix("List"))
