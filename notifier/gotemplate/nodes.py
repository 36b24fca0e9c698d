"""The syntax tree. Two trees are equal when they say the same, wherever it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from notifier.gotemplate.values import Int


class Span(NamedTuple):
    """Offsets into the source. What stands between `{{` and `}}` spans these, a block the whole of its first action."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """Any piece of a template."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Bool(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number or a character: what it is by itself, as an integer and as a float64; None for what it cannot be."""

    text: str
    ideal: Int | float | None
    whole: int | None
    real: float


@dataclass(frozen=True, slots=True)
class String(Node):
    """`"text"` or `` `text` ``."""

    text: str


@dataclass(frozen=True, slots=True)
class Nil(Node):
    """`nil`."""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """`.`."""


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`.name.name`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """`$variable.name.name`; `slot` is where its value is kept, 0 is `$` itself."""

    name: str
    slot: int = field(compare=False)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`(pipeline).name.name`, and the same behind a function's name."""

    base: Node
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The name of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Command(Node):
    """A value, or a function or method with its arguments."""

    words: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    """`$variable := command | command`, `declared` are the variables, `assigns` tells `=` from `:=`."""

    commands: tuple[Command, ...]
    declared: tuple[Variable, ...] = ()
    assigns: bool = False


@dataclass(frozen=True, slots=True)
class Text(Node):
    """What is written as it is, without the space that a trim marker takes away."""

    text: str


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """`{{/* text */}}`, with the marks that begin and end it."""

    text: str


@dataclass(frozen=True, slots=True)
class Action(Node):
    """`{{pipeline}}`: written if it declares no variable."""

    pipe: Pipe


@dataclass(frozen=True, slots=True)
class Break(Node):
    """`{{break}}`."""


@dataclass(frozen=True, slots=True)
class Continue(Node):
    """`{{continue}}`."""


@dataclass(frozen=True, slots=True)
class Block(Node):
    """What `if`, `with` and `range` share; after `else if` and `else with`, `otherwise` is one of these."""

    pipe: Pipe
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Block):
    """`{{if pipeline}} body {{else}} otherwise {{end}}`."""


@dataclass(frozen=True, slots=True)
class With(Block):
    """`{{with pipeline}} body {{else}} otherwise {{end}}`."""


@dataclass(frozen=True, slots=True)
class Range(Block):
    """`{{range pipeline}} body {{else}} otherwise {{end}}`."""


@dataclass(frozen=True, slots=True)
class Define(Node):
    """`{{define "name"}} body {{end}}`; with a pipeline it is a `block`, which also runs here."""

    name: str
    body: tuple[Node, ...]
    pipe: Pipe | None = None


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """`{{template "name" pipeline}}`."""

    name: str
    pipe: Pipe | None


@dataclass(frozen=True, slots=True)
class Definition:
    """One template: what it does, and how many variables it has besides."""

    body: tuple[Node, ...]
    slots: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A source: what it does itself, and all templates by name, its own among them."""

    source: str
    body: tuple[Node, ...]
    templates: dict[str, Definition]


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and every node beneath it."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly beneath a node, in the order of the source."""
    for name in node.__match_args__:
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
