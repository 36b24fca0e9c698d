"""YAML with places: values together with the line each stands on, duplicate keys refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from notifier.errors import ConfigError

Path = tuple[str | int, ...]


class Located(NamedTuple):
    """A value and the line, from 1, of each of its parts."""

    value: Any
    lines: dict[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def load(text: str) -> Located:
    """One YAML document. Raises ConfigError with the line of what is no YAML or stands twice."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        value = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from error
    lines: dict[Path, int] = dict(_lines(node, ())) if node is not None else {}
    return Located(value, lines)


def documents(text: str) -> list[Any]:
    """All YAML (or JSON) documents of a file, empty ones left out. Raises ConfigError."""
    try:
        return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document is not None]
    except yaml.YAMLError as error:
        raise _unreadable(error) from error


def _unreadable(error: yaml.YAMLError) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return ConfigError(f"this is no YAML: {problem}", mark.line + 1 if mark else 0)


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        yield from _entries(node, path)


def _entries(node: yaml.MappingNode, path: Path) -> Iterator[tuple[Path, int]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            raise ConfigError(f"`{key.value}` stands twice", line)
        seen.add(key.value)
        yield from _lines(value, (*path, key.value))
        yield (*path, key.value), line
