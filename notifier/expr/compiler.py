"""Syntax tree → nested Python closures over a Frame.

As in expr, constants are folded, and that shows: `true and x` is x, whatever x is; `x or true` never looks at x.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from notifier.expr import nodes
from notifier.expr.access import cut, fetch
from notifier.expr.arithmetic import ARITHMETIC, add, negate, span
from notifier.expr.builtins import BUILTINS
from notifier.expr.closures import Constant, binary, folded, is_constant, located, metered, unary
from notifier.expr.comparison import ORDERINGS, contained, contained_in, equal, unequal
from notifier.expr.fault import Fault
from notifier.expr.predicates import PREDICATES, elements, first, results
from notifier.expr.texts import TEXT_TESTS, matching
from notifier.expr.timevalues import Time, clock
from notifier.expr.values import call, is_number, type_of

if TYPE_CHECKING:
    from notifier.expr.closures import Run
    from notifier.expr.frame import Frame

_PLAIN = {**ORDERINGS, **ARITHMETIC}
_METERED = {**TEXT_TESTS, "==": equal, "!=": unequal, "in": contained, "+": add, "..": span}
_FOLDED = (*ARITHMETIC, "+")
_OPEN_END = Constant(2**63 - 1)


class _Nothing(Exception):
    pass


@singledispatch
def compiled(node: nodes.Node) -> Run:
    """Return the closure that evaluates `node`; raises Fault for a bad pattern or bad arithmetic of constants."""
    raise NotImplementedError(type(node))


@compiled.register(nodes.Literal)
def _literal(node: nodes.Literal) -> Run:
    return Constant(node.value)


@compiled.register(nodes.Name)
def _name(node: nodes.Name) -> Run:
    name = node.name
    if name == "time":
        return lambda frame: frame.env["time"] if "time" in frame.env else clock(frame.now)
    if name == "$env":
        return lambda frame: {"time": clock(frame.now), **frame.env}
    return lambda frame: frame.env.get(name)


@compiled.register(nodes.Variable)
def _variable(node: nodes.Variable) -> Run:
    name = node.name
    return lambda frame: frame.variables[name]


@compiled.register(nodes.Let)
def _let(node: nodes.Let) -> Run:
    name, value, body = node.name, compiled(node.value), compiled(node.body)

    def run(frame: Frame) -> Any:
        frame.variables[name] = value(frame)
        return body(frame)

    return run


@compiled.register(nodes.Pointer)
def _pointer(node: nodes.Pointer) -> Run:
    pointers: dict[str, Run] = {
        "": lambda frame: frame.item,
        "index": lambda frame: frame.index,
        "acc": lambda frame: frame.acc,
    }
    return pointers[node.name]


@compiled.register(nodes.Array)
def _array(node: nodes.Array) -> Run:
    items = [compiled(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


@compiled.register(nodes.Map)
def _map(node: nodes.Map) -> Run:
    pairs = [(unary(key.span.at, _key, compiled(key)), compiled(value)) for key, value in node.pairs]
    return lambda frame: {key(frame): value(frame) for key, value in pairs}


def _key(value: Any) -> str:
    if type(value) is str:
        return value
    raise Fault(f"a map's key must be a string, got {type_of(value)}")


@compiled.register(nodes.Unary)
def _unary(node: nodes.Unary) -> Run:
    operand = compiled(node.operand)
    if node.operator == "+":
        return operand
    return folded(unary(node.span.at, _not if node.operator == "not" else negate, operand), operand)


def _not(value: Any) -> bool:
    return not _truth(value)


def _truth(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise Fault(f"must be true or false, got {type_of(value)}")


@compiled.register(nodes.Conditional)
def _conditional(node: nodes.Conditional) -> Run:
    condition = unary(node.condition.span.at, _truth, compiled(node.condition))
    then, otherwise = compiled(node.then), compiled(node.otherwise)
    return lambda frame: then(frame) if condition(frame) else otherwise(frame)


@compiled.register(nodes.Binary)
def _binary(node: nodes.Binary) -> Run:
    form = _FORMS.get(node.operator, _operation)
    return form(node, compiled(node.left), compiled(node.right))


def _operation(node: nodes.Binary, left: Run, right: Run) -> Run:
    at, plain = node.span.at, _PLAIN.get(node.operator)
    run = binary(at, plain, left, right) if plain else metered(at, _METERED[node.operator], left, right)
    return folded(run, left, right) if node.operator in _FOLDED else run


def _and(node: nodes.Binary, left: Run, right: Run) -> Run:
    if is_constant(left, True) or is_constant(right, False):
        return right
    if is_constant(right, True) or is_constant(left, False):
        return left
    condition = unary(node.left.span.at, _truth, left)
    return lambda frame: condition(frame) and right(frame)


def _or(node: nodes.Binary, left: Run, right: Run) -> Run:
    if is_constant(left, False) or is_constant(right, True):
        return right
    if is_constant(right, False) or is_constant(left, True):
        return left
    condition = unary(node.left.span.at, _truth, left)
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
    alike = isinstance(left, Constant) and type(left.value) is type(right.value) in (int, str, bool)
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


_FORMS = {"and": _and, "or": _or, "??": _coalesce, "==": _equal, "in": _in, "matches": _matches}


@compiled.register(nodes.Member)
def _member(node: nodes.Member) -> Run:
    base = _stopping(compiled(node.base)) if node.optional else compiled(node.base)
    key, at = compiled(node.key), node.span.at
    if not isinstance(key, Constant) or type(key.value) is not str:
        return metered(at, fetch, base, key)
    name = key.value

    def run(frame: Frame) -> Any:
        value = base(frame)
        if type(value) is dict:
            return value.get(name)
        try:
            return fetch(frame.meter, value, name, label=name)
        except Fault as fault:
            fault.locate(at)
            raise

    return run


def _stopping(base: Run) -> Run:
    def run(frame: Frame) -> Any:
        value = base(frame)
        if value is None:
            raise _Nothing
        return value

    return run


@compiled.register(nodes.Chain)
def _chain(node: nodes.Chain) -> Run:
    body = compiled(node.body)

    def run(frame: Frame) -> Any:
        try:
            return body(frame)
        except _Nothing:
            return None

    return run


@compiled.register(nodes.Slice)
def _slice(node: nodes.Slice) -> Run:
    first = compiled(node.first) if node.first else Constant(0)
    last = compiled(node.last) if node.last else _OPEN_END
    return metered(node.span.at, cut, compiled(node.base), first, last)


@compiled.register(nodes.Call)
def _call(node: nodes.Call) -> Run:
    operands = [compiled(operand) for operand in (node.callee, *node.arguments)]
    return located(node.span.at, lambda frame: call(*[operand(frame) for operand in operands]))


@compiled.register(nodes.Builtin)
def _builtin(node: nodes.Builtin) -> Run:
    if node.name == "now":
        return lambda frame: Time.of(frame.now)
    return metered(node.span.at, BUILTINS[node.name], *map(compiled, node.arguments))


@compiled.register(nodes.Predicate)
def _predicate(node: nodes.Predicate) -> Run:
    shape, array = PREDICATES[node.name], compiled(node.array)
    body = compiled(node.body) if node.body else lambda frame: frame.item
    extra = compiled(node.extra) if node.extra else None
    steps = sum(1 for _ in nodes.walk(node.body)) if node.body else 1

    def run(frame: Frame) -> Any:
        items = elements(node.name, array(frame))
        frame.meter.spend(len(items) * steps)
        inner, numbered = frame.nested(), list(enumerate(items))
        if extra:
            inner.acc = extra(frame)
        elif node.name == "reduce":
            inner.acc = first(numbered)
        return shape.combine(inner, items, results(inner, shape, numbered, body))

    return located(node.span.at, run)
