"""Syntax tree → nested Python closures over a Frame."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from notifier.expr import nodes
from notifier.expr.access import cut, fetch
from notifier.expr.arithmetic import negate
from notifier.expr.builtins import BUILTINS
from notifier.expr.closures import Constant, Run, folded, located, metered, unary
from notifier.expr.fault import Fault
from notifier.expr.frame import Frame, Meter
from notifier.expr.operations import negation, operation, truth
from notifier.expr.predicates import PREDICATES, elements, first, results
from notifier.expr.timevalues import clock
from notifier.expr.values import Int, call, type_of

_OPEN_END = Constant(Int(2**63 - 1))


class _Nothing(Exception):
    pass


@singledispatch
def compiled(node: nodes.Node) -> Run:
    """Return the closure that evaluates `node`; raises Fault for a bad pattern or bad arithmetic of constants."""
    raise NotImplementedError(type(node))


@compiled.register(nodes.Literal)
def _literal(node: nodes.Literal) -> Run:
    return Constant(Int(node.value) if type(node.value) is int else node.value)


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
        "index": lambda frame: Int(frame.index),
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
    return lambda frame: dict(reversed([(key(frame), value(frame)) for key, value in pairs]))  # the first of two counts


def _key(value: Any) -> str:
    if type(value) is str:
        return value
    raise Fault(f"a map's key must be a string, got {type_of(value)}")


@compiled.register(nodes.Unary)
def _unary(node: nodes.Unary) -> Run:
    operand = compiled(node.operand)
    if node.operator == "+":
        return operand
    return folded(unary(node.span.at, negation if node.operator == "not" else negate, operand), operand)


@compiled.register(nodes.Conditional)
def _conditional(node: nodes.Conditional) -> Run:
    condition = unary(node.condition.span.at, truth, compiled(node.condition))
    then, otherwise = compiled(node.then), compiled(node.otherwise)
    return lambda frame: then(frame) if condition(frame) else otherwise(frame)


@compiled.register(nodes.Binary)
def _binary(node: nodes.Binary) -> Run:
    return operation(node, compiled(node.left), compiled(node.right))


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
    first = compiled(node.first) if node.first else Constant(Int(0))
    last = compiled(node.last) if node.last else _OPEN_END
    return metered(node.span.at, cut, compiled(node.base), first, last)


@compiled.register(nodes.Call)
def _call(node: nodes.Call) -> Run:
    operands = [compiled(operand) for operand in (node.callee, *node.arguments)]
    return metered(node.span.at, _called, *operands)


def _called(meter: Meter, function: Any, *arguments: Any) -> Any:
    for argument in arguments:
        if type(argument) is str:
            meter.handle(argument)
    return call(function, *arguments)


@compiled.register(nodes.Builtin)
def _builtin(node: nodes.Builtin) -> Run:
    arguments = map(compiled, node.arguments)
    if node.name == "now":
        return metered(node.span.at, BUILTINS["now"].body, lambda frame: frame.now, *arguments)
    return metered(node.span.at, BUILTINS[node.name], *arguments)


@compiled.register(nodes.Predicate)
def _predicate(node: nodes.Predicate) -> Run:
    if node.name == "sum" and node.body is None and (items := _listed(node.array)):
        return compiled(_added(items, node.span))
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
        elif node.name == "sortBy":
            inner.acc = "asc"
        return shape.combine(inner, items, results(inner, shape, numbered, body))

    return located(node.span.at, run)


def _listed(array: nodes.Node) -> tuple[nodes.Node, ...]:
    """The items of an array that is written out, if there are several and not all of them constants."""
    items = array.items if isinstance(array, nodes.Array) else ()
    constant = all(isinstance(item, nodes.Literal) and item.value is not None for item in items)
    return () if constant or len(items) == 1 else items


def _added(items: tuple[nodes.Node, ...], span: nodes.Span) -> nodes.Node:
    """The sum of an array's literal, of whatever can be added: durations, strings."""
    *rest, total = items
    for item in reversed(rest):
        total = nodes.Binary(span, "+", item, total)
    return total
