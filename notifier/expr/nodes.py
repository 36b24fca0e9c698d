"""The syntax tree. Two trees are equal when they say the same, wherever it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import NamedTuple


class Span(NamedTuple):
    """Offsets into the source: where a node begins and ends, and `at` which of its tokens an error points."""

    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """Any piece of an expression that has a value."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, true, false or nil."""

    value: int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable of the environment."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A variable that an enclosing `let` declares."""

    name: str


@dataclass(frozen=True, slots=True)
class Pointer(Node):
    """`#`, `#index` or `#acc` of the innermost predicate; `name` is empty for the element itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Array(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Map(Node):
    """`{key: value}`."""

    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not a`, `-a`, `+a`; `!` is spelled `not`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`a operator b`; `&&`, `||` and `^` are spelled `and`, `or` and `**`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`condition ? then : otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`base.key`, `base[key]`, and with a question mark where `optional`."""

    base: Node
    key: Node
    optional: bool


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """What a `?.` on nil skips: `body` is nil as a whole."""

    body: Node


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`base[first:last]`."""

    base: Node
    first: Node | None
    last: Node | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call of a function of the environment, or of a method."""

    callee: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Builtin(Node):
    """A call of one of the language's own functions."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Predicate(Node):
    """`name(array, {body})`; `extra` is the start value of `reduce` and the order of `sortBy`."""

    name: str
    array: Node
    body: Node | None
    extra: Node | None = None


@dataclass(frozen=True, slots=True)
class Let(Node):
    """`let name = value; body`."""

    name: str
    value: Node
    body: Node


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and every node beneath it."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly beneath `node`, in the order of the source."""
    for attribute in fields(node):
        yield from _nodes(getattr(node, attribute.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple) and not isinstance(value, Span):
        for item in value:
            yield from _nodes(item)
