"""An expression's value in parts: which of its operands made it what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from notifier.errors import ExpressionError
from notifier.expr import nodes

Outcome = Callable[[nodes.Node], Any | ExpressionError]


class Part(NamedTuple):
    """A sub-expression as it is written, what came of it and of its own parts.

    One that is not `reached` does not count, as what stands before it decides; there, an error is no news.
    """

    text: str
    outcome: Any | ExpressionError
    reached: bool
    parts: tuple[Part, ...]


def part(source: str, node: nodes.Node, outcome: Outcome, *, reached: bool = True) -> Part:
    """A node of the tree of `source` with all beneath it that tells something: literals do not."""
    found = outcome(node)
    beneath = tuple(
        part(source, operand, outcome, reached=reached and counts)
        for operand, counts in _operands(node, found, outcome)
        if not _is_literal(operand)
    )
    return Part(source[node.span.start : node.span.end], found, reached, beneath)


def _operands(node: nodes.Node, found: Any, outcome: Outcome) -> Iterator[tuple[nodes.Node, bool]]:
    """What a node's value is made of, and whether it was looked at. A predicate's body has no value of its own."""
    match node:
        case nodes.Let(body=body) | nodes.Chain(body=body):
            yield from _inside(body, found, outcome, lambda inner: replace(node, span=inner.span, body=inner))
        case nodes.Binary(operator=operator, left=left, right=right):
            yield left, True
            yield right, _goes_on(operator, left, outcome)
        case nodes.Conditional(condition=condition, then=then, otherwise=otherwise):
            holds = outcome(condition)
            yield from ((condition, True), (then, holds is True), (otherwise, holds is False))
        case nodes.Member(base=base, key=key):
            yield from ((operand, True) for operand in _missed(base, key, found, outcome))
        case nodes.Call(callee=callee, arguments=arguments):
            yield from ((operand, True) for operand in (*_receiver(callee), *arguments))
        case nodes.Unary(operand=single) | nodes.Predicate(array=single) | nodes.Slice(base=single):
            yield single, True
        case nodes.Builtin(arguments=arguments):
            yield from ((operand, True) for operand in arguments)


def _inside(
    body: nodes.Node, found: Any, outcome: Outcome, around: Callable[[nodes.Node], nodes.Node]
) -> Iterator[tuple[nodes.Node, bool]]:
    """The operands of a body that has a value only with what is around it: a variable, an end to a `?.`."""
    for operand, counts in _operands(body, found, lambda inner: outcome(around(inner))):
        yield (operand if _is_literal(operand) else around(operand)), counts


def _is_literal(node: nodes.Node) -> bool:
    """Whether it says all there is to know by itself, as do `3` and `['a', 'b']`."""
    return isinstance(node, nodes.Literal) or (isinstance(node, nodes.Array) and all(map(_is_literal, node.items)))


def _goes_on(operator: str, left: nodes.Node, outcome: Outcome) -> bool:
    """Whether the right side of an operator is looked at."""
    if operator not in {"and", "or", "??"}:
        return True
    goes_on = {"and": True, "or": False, "??": None}[operator]
    return outcome(left) is goes_on


def _missed(base: nodes.Node, key: nodes.Node, found: Any, outcome: Outcome) -> Iterator[nodes.Node]:
    """Of `a.b.c` without a value, what is nil before it; a key that is computed always tells something."""
    if found is None or isinstance(found, ExpressionError):
        while isinstance(base, nodes.Member) and isinstance(outcome(base), ExpressionError):
            base = base.base
        if outcome(base) is None:
            yield base
    yield key


def _receiver(callee: nodes.Node) -> Iterator[nodes.Node]:
    """What a method is called on, unless it is a mere name such as `time`."""
    if isinstance(callee, nodes.Member) and not isinstance(callee.base, nodes.Name):
        yield callee.base
