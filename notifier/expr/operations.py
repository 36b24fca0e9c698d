"""Operators with two sides, as closures over a Frame.

As in expr, constants are folded, and that shows: `true and x` is x, whatever x is; `x or true` never looks at x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifier.expr import nodes
from notifier.expr.arithmetic import ARITHMETIC, add, span
from notifier.expr.closures import Constant, Run, binary, folded, is_constant, metered, unary
from notifier.expr.comparison import ORDERINGS, contained, contained_in, equal, unequal
from notifier.expr.fault import Fault
from notifier.expr.frame import Frame
from notifier.expr.texts import TEXT_TESTS, matching
from notifier.expr.values import Int, is_number, type_of

_PLAIN = {**ORDERINGS, **ARITHMETIC}
_METERED = {**TEXT_TESTS, "==": equal, "!=": unequal, "in": contained, "+": add, "..": span}
_FOLDED = (*ARITHMETIC, "+")


def operation(node: nodes.Binary, left: Run, right: Run) -> Run:
    """Return the closure of an operator; raises Fault for a bad pattern or bad arithmetic of constants."""
    return _FORMS.get(node.operator, _operation)(node, left, right)


def negation(value: Any) -> bool:
    """Return what `not` makes of a value; raises Fault if it is neither true nor false."""
    return not truth(value)


def truth(value: Any) -> bool:
    """Return true or false; raises Fault for anything else."""
    if type(value) is bool:
        return value
    raise Fault(f"must be true or false, got {type_of(value)}")


def _operation(node: nodes.Binary, left: Run, right: Run) -> Run:
    at, plain = node.span.at, _PLAIN.get(node.operator)
    run = binary(at, plain, left, right) if plain else metered(at, _METERED[node.operator], left, right)
    return folded(run, left, right) if node.operator in _FOLDED else run


def _and(node: nodes.Binary, left: Run, right: Run) -> Run:
    if is_constant(left, True) or is_constant(right, False):
        return right
    if is_constant(right, True) or is_constant(left, False):
        return left
    condition = unary(node.left.span.at, truth, left)
    return lambda frame: condition(frame) and right(frame)


def _or(node: nodes.Binary, left: Run, right: Run) -> Run:
    if is_constant(left, False) or is_constant(right, True):
        return right
    if is_constant(right, False) or is_constant(left, True):
        return left
    condition = unary(node.left.span.at, truth, left)
    return lambda frame: condition(frame) or right(frame)


def _coalesce(_: nodes.Binary, left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Any:
        value = left(frame)
        return right(frame) if value is None else value

    return run


def _equal(node: nodes.Binary, left: Run, right: Run) -> Run:
    if not isinstance(right, Constant):
        return _operation(node, left, right)
    run = _operation(node, left, right) if is_number(right.value) else _is_just(left, right.value)
    alike = isinstance(left, Constant) and type(left.value) is type(right.value) in (Int, str, bool)
    return folded(run, left, right) if alike else run


def _is_just(left: Run, value: str | bool | None) -> Run:
    """Compare with a constant that equals nothing but its like: the commonest of all operations, made the cheapest."""
    if isinstance(value, str):
        return lambda frame: left(frame) == value
    return lambda frame: left(frame) is value


def _in(node: nodes.Binary, left: Run, right: Run) -> Run:
    items = node.right.items if isinstance(node.right, nodes.Array) else ()
    strings = [item.value for item in items if isinstance(item, nodes.Literal) and isinstance(item.value, str)]
    if items and len(strings) == len(items):
        return unary(node.span.at, contained_in(frozenset(strings)), left)
    return _operation(node, left, right)


def _matches(node: nodes.Binary, left: Run, right: Run) -> Run:
    if not isinstance(right, Constant):
        return _operation(node, left, right)
    try:
        return metered(node.span.at, matching(right.value), left, right)
    except Fault as fault:
        fault.locate(node.right.span.at)
        raise


_FORMS: dict[str, Callable[[nodes.Binary, Run, Run], Run]] = {
    "and": _and,
    "or": _or,
    "??": _coalesce,
    "==": _equal,
    "in": _in,
    "matches": _matches,
}
