"""YAML with places: values together with the line each stands on, duplicate keys refused."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from notifier.errors import ConfigError

_DEEPEST = 100
_MOST_PARTS = 20_000
"""Bounds of one entry, aliases followed: more is a mistake or an attack."""
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)")
"""A character that JSON escapes in two halves, which YAML does not know."""


class Loader(yaml.CSafeLoader):
    """JSON's types, as Argo reads YAML: times are texts, as is `1:30`; `on` and `yes` are words, unlike there."""


_TYPE = "tag:yaml.org,2002:"
_LEFT_OUT = {_TYPE + name for name in ("bool", "float", "int", "timestamp", "value")}
_LONGEST_NUMBER = 400
"""Characters: Python refuses to write longer ones, and nothing that we read has such."""
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _LEFT_OUT]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_SCALARS = (
    ("bool", "[tT]rue|TRUE|[fF]alse|FALSE", "tTfF"),
    ("int", "[-+]?(0|[1-9][0-9_]*|0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+)", "-+0123456789"),
    ("float", r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+."),
)
for _name, _pattern, _first in _SCALARS:
    Loader.add_implicit_resolver(_TYPE + _name, re.compile(f"^({_pattern})$"), list(_first))


def _whole_number(loader: Loader, node: yaml.ScalarNode) -> int:
    if len(node.value) > _LONGEST_NUMBER:
        raise yaml.constructor.ConstructorError(problem="a number is too long", problem_mark=node.start_mark)
    return int(loader.construct_yaml_int(node))


Loader.add_constructor(_TYPE + "int", _whole_number)

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
        check_depth(text)
        node = yaml.compose(text, Loader=Loader)
        value = yaml.load(text, Loader=Loader)  # noqa: S506 - it is the safe one, with fewer types
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    except (AttributeError, LookupError, ValueError) as error:  # what PyYAML raises for `!!int x`, `!!bool x`, …
        raise ConfigError("this is no YAML: a value is not of the type its tag says") from error
    parts = list(itertools.islice(_lines(node, ()), _MOST_PARTS + 1)) if node is not None else []
    if len(parts) > _MOST_PARTS:
        raise ConfigError(f"this has more than {_MOST_PARTS:,} parts")
    return Located(value, dict(parts))


def text_of(value: Any) -> str | None:
    """A scalar as a text, as Argo's YAML reader makes it where one is wanted; None where it is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int) else None


def texts_of(value: Any) -> list[str] | None:
    """A list's items as texts; None where it is no list of what can be one."""
    if not isinstance(value, list):
        return None
    texts = [text for item in value if (text := text_of(item)) is not None]
    return texts if len(texts) == len(value) else None


def by_small_letters(item: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping whose keys are read without regard to capitals; of two, the one in small letters counts."""
    return {str(key).lower(): value for key, value in sorted(item.items(), key=lambda pair: str(pair[0]))}


def documents(text: str) -> list[Any]:
    """All YAML (or JSON) documents of a file, empty ones left out. Raises ConfigError."""
    try:
        check_depth(text := joined(text))
        return [document for document in yaml.load_all(text, Loader=Loader) if document is not None]
    except yaml.YAMLError as error:
        raise unreadable(error) from error


def check_depth(text: str) -> None:
    """Raises ConfigError for what is nested so deeply that libyaml would overflow the stack, and end the process.

    Also for what stands within itself, and for aliases that stand for too much: merging (`<<`) copies all of it.
    """
    open_, sizes, copied = list[tuple[str | None, int]](), dict[str, int](), 0
    written = 0
    for event in yaml.parse(text, Loader=Loader):
        written += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, written + copied))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            sizes |= {anchor: written + copied - before} if anchor else {}
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in open_):
                raise ConfigError("this stands within itself", _line(event.start_mark))
            copied += sizes.get(str(event.anchor), 0)
        if len(open_) > _DEEPEST:
            raise ConfigError("this is nested too deeply", _line(event.start_mark))
        if copied > _MOST_PARTS:
            raise ConfigError(f"its aliases stand for more than {_MOST_PARTS:,} parts", _line(event.start_mark))


def joined(text: str) -> str:
    """JSON as YAML understands it: without escapes for one half of a character."""
    whole = text.lstrip().startswith("{")
    return _PAIR.sub(lambda pair: pair[1] + json.loads(f'"{pair[2]}"'), text) if whole else text


def unreadable(error: yaml.YAMLError) -> ConfigError:
    """What is wrong with a text, without quoting it: that may be a password which YAML takes for a tag."""
    problem = re.split(r"\s*['\"]", str(getattr(error, "problem", None) or "it cannot be read"))[0]
    return ConfigError(f"this is no YAML: {problem}", _line(getattr(error, "problem_mark", None)))


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark else 0


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    if len(path) > _DEEPEST:
        raise ConfigError("this is nested too deeply", node.start_mark.line + 1)
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
