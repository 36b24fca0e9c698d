"""Go's syntax trees as Jinja2 texts. Pure."""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from notifier.gotemplate import nodes
from notifier.migration.expressions import Scope, counter
from notifier.migration.functions import truth
from notifier.migration.shapes import PRINTED, SEEN, SURE, TEXTS, UNKNOWN, Sort
from notifier.migration.terms import Binding, Kept, Term

_UNSPEAKABLE = re.compile(r"\{[{%#]|\{\Z|\r")
"""What a text cannot hold that Jinja2 shall leave as it is."""
_TAKEN = frozenset(
    {
        *(name for name, _ in SEEN.parts),
        *("context", "event", "loop", "message", "namespace", "range", "self", "true", "false", "none", "and", "or"),
        *("not", "in", "is", "if", "else", "for", "set", "thread", "sign", "details", "progress", "mail"),
    }
)
"""Names that loops do not give to what they go through."""


class _What(enum.Enum):
    TEXT = enum.auto()
    VALUE = enum.auto()
    TAG = enum.auto()
    COMMENT = enum.auto()


class _Piece(NamedTuple):
    what: _What
    text: str


class Writer:
    """Writes a leaf of a template; with `markup` it is one that Slack may be sent, `literal` reads its plain texts."""

    def __init__(self, scope: Scope, *, markup: bool, literal: Callable[[str], str] = str) -> None:
        self._scope, self._markup, self._literal = scope, markup, literal
        self._printed = UNKNOWN

    def text(self, body: Iterable[nodes.Node], *, native: bool = False) -> str:
        """The Jinja2 text that renders what the nodes render. Raises Kept.

        Where a single expression gives its value (`native`), it is told to give a text.
        """
        pieces = list(self._pieces(body))
        if native and [piece.what for piece in pieces] == [_What.VALUE] and self._printed.sort not in TEXTS:
            return f"{{{{ {Term(pieces[0].text, UNKNOWN, Binding.LOOSE).operand()} | string }}}}"
        return _joined(pieces)

    def value(self, action: nodes.Action) -> str:
        """The Jinja2 text of one expression that gives a value, where Go writes its JSON. Raises Kept."""
        *before, last = action.pipe.commands
        head, *arguments = last.words
        if head != nodes.Name(head.span, "toJson") or len(arguments) + bool(before) != 1:
            raise Kept("what stands outside of quotes in JSON is not made by `toJson`")
        commands = tuple(before) or (nodes.Command(last.span, (arguments[0],)),)
        return f"{{{{ {self._scope.whole(self._scope.chain(commands)).code} }}}}"

    def _pieces(self, body: Iterable[nodes.Node]) -> Iterator[_Piece]:
        for node in body:
            yield from self._node(node)

    def _node(self, node: nodes.Node) -> Iterator[_Piece]:
        match node:
            case nodes.Text(text=text):
                yield _Piece(_What.TEXT, _speakable(self._literal(text)))
            case nodes.Comment(text=text):
                yield _Piece(_What.COMMENT, _remark(text))
            case nodes.Action():
                yield from self._action(node)
            case nodes.If() | nodes.With():
                yield from self._if("if", node)
                yield _Piece(_What.TAG, "endif")
            case nodes.Range():
                yield from self._range(node)
            case _:
                word = "template" if isinstance(node, nodes.Invoke) else type(node).__name__.lower()
                raise Kept(f"`{word}` has no counterpart in Jinja2")

    def _action(self, action: nodes.Action) -> Iterator[_Piece]:
        term = self._scope.value(action.pipe)
        if action.pipe.declared:
            return
        self._check_printed(term)
        self._printed = term.shape
        yield _Piece(_What.VALUE, self._scope.printed(term).code)

    def _check_printed(self, term: Term) -> None:
        if term.sort not in PRINTED:
            raise Kept(f"`{term.code}` is {term.sort.value}, which Go may print in its own way")
        if term.sort is Sort.WORDS and self._markup:
            raise Kept(f"`{term.code}` may hold links and mentions, which Jinja2 shows in Slack as plain text")

    def _if(self, word: str, block: nodes.Block) -> Iterator[_Piece]:
        term = self._scope.value(block.pipe)
        yield _Piece(_What.TAG, f"{word} {truth(term).code}")
        with self._scope.there(term), self._scope.dot(term) if isinstance(block, nodes.With) else nullcontext():
            yield from self._pieces(block.body)
        yield from self._otherwise(block)

    def _otherwise(self, block: nodes.Block) -> Iterator[_Piece]:
        match block.otherwise:
            case ():
                return
            case (nodes.If() | nodes.With() as chained,) if type(chained) is type(block):
                yield from self._if("elif", chained)
            case others:
                yield _Piece(_What.TAG, "else")
                yield from self._pieces(others)

    def _range(self, block: nodes.Range) -> Iterator[_Piece]:
        if block.pipe.assigns:
            raise Kept("a variable is given another value")
        items = self._scope.chain(block.pipe.commands)
        if items.sort is Sort.MAPPING:
            yield from self._members(block, items)
        elif items.sort is Sort.LIST:
            yield from self._items(block, items)
        else:
            raise Kept(f"`{items.code}` is {items.sort.value}: what a loop goes through is not known")
        yield _Piece(_What.TAG, "endfor")

    def _items(self, block: nodes.Range, items: Term) -> Iterator[_Piece]:
        declared = block.pipe.declared
        name = self._free(declared[-1].name[1:] if declared else _singular(items.code))
        item = Term(name, items.shape.part("*")._replace(sure=True), path=("*",))
        yield _Piece(_What.TAG, f"for {name} in {items.operand()}")
        with self._scope.loop(name), self._scope.dot(item):
            self._declare(declared, counter(), item)
            yield from self._pieces(block.body)
        yield from self._otherwise(block)

    def _members(self, block: nodes.Range, items: Term) -> Iterator[_Piece]:
        declared = block.pipe.declared
        name = self._free(declared[-1].name[1:] if declared else "value")
        key = self._free(declared[0].name[1:] if len(declared) > 1 else "key", name)
        value = Term(name, items.shape.part("*")._replace(sure=True), path=("*",))
        yield _Piece(_What.TAG, f"for {key}, {name} in {items.guarded('{}').filtered('dictsort(true)', SURE).code}")
        with self._scope.loop(key, name), self._scope.dot(value):
            self._declare(declared, Term(key, SURE), value)
            yield from self._pieces(block.body)
        yield from self._otherwise(block)

    def _declare(self, declared: Sequence[nodes.Variable], index: Term, item: Term) -> None:
        for variable, term in zip(reversed(declared), (item, index), strict=False):
            self._scope.declare(variable, term)

    def _free(self, wanted: str, *others: str) -> str:
        name = wanted if wanted.isidentifier() and not wanted.startswith("_") else "item"
        while name in _TAKEN or name in self._scope.names or name in others:
            name += "_"
        return name


def _singular(code: str) -> str:
    last = re.split(r"\W+", code)[-1]
    return last.removesuffix("s") if last.isidentifier() else "item"


def _speakable(text: str) -> str:
    if _UNSPEAKABLE.search(text):
        raise Kept("a plain text looks like Jinja2's syntax")
    return text


def _remark(text: str) -> str:
    inner = text.removeprefix("/*").removesuffix("*/").strip()
    if "#}" in inner:
        raise Kept("a comment looks like Jinja2's syntax")
    return inner


_MARKS = {_What.TAG: ("{%", "%}"), _What.COMMENT: ("{#", "#}")}


def _joined(pieces: Sequence[_Piece]) -> str:
    """The pieces as one text; where Jinja2 would take the space around a tag away, a plus keeps it."""
    whole = ""
    for piece, following in itertools.zip_longest(pieces, pieces[1:]):
        if piece.what is _What.TEXT:
            whole += piece.text
        elif piece.what is _What.VALUE:
            whole += f"{{{{ {piece.text} }}}}"
        else:
            opening, closing = _MARKS[piece.what]
            line = whole.rpartition("\n")[2]
            before = "+" if line and line.isspace() else ""
            after = "+" if following and following.what is _What.TEXT and following.text.startswith("\n") else ""
            whole += f"{opening}{before} {piece.text} {after}{closing}"
    return whole
