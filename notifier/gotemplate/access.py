"""`.name`: keys of maps, and methods of times and versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from notifier.expr import fault as expressions, values as foreign
from notifier.expr.methods import method
from notifier.gotemplate.arguments import prepared, signature
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.values import NOTHING, Function, Int, Int64, WithMethods, is_integer, is_map, type_name

_KINDS = {foreign.Type.FLOAT: "float64"}
_LONG = ("Unix", "Nano", "Micro", "Milli")
"""How the names of methods begin that give an int64, where others give an int."""


def member(value: Any, name: str) -> Any:
    """Return what `.name` of a value is, methods called without arguments; raises Fault if it can have none."""
    if value is NOTHING:
        return NOTHING
    if is_map(value):
        return adopted(value.get(name, NOTHING))
    return call_method(value, name, ())


def walked(value: Any, names: Sequence[str]) -> Any:
    """Return what `.name.name` of a value is; raises Fault as member."""
    for name in names:
        value = value.get(name, NOTHING) if type(value) is dict else member(value, name)
    return value


def call_method(value: Any, name: str, arguments: Sequence[Callable[[str], Any]]) -> Any:
    """Call a method with arguments, each of which gives its value for a parameter's type; raises Fault if it cannot."""
    if value is NOTHING:
        return NOTHING
    if value is None:
        raise Fault(f"nil pointer evaluating interface {{}}.{name}")
    if is_map(value):
        raise Fault(f"{name} is not a method but has arguments")
    found = _method(value, name)
    if found is None:
        raise Fault(f"can't evaluate field {name} in type {type_name(value)}")
    wanted = signature(found.parameters)
    wanted.check(name, len(arguments))
    values = [argument(wanted.kind(index)) for index, argument in enumerate(arguments)]
    return called(found, values, name)


def _method(value: Any, name: str) -> Function | None:
    if isinstance(value, foreign.Opaque):
        found: Function | None = adopted(method(value, name))
        return found
    return value.method(name) if isinstance(value, WithMethods) else None


def called(function: Function, values: Sequence[Any], name: str) -> Any:
    """Call with values that fit; raises Fault, which names the function."""
    try:
        return function.body(*values)
    except Fault as fault:
        raise Fault(f"error calling {name}: {fault.message}", fault.place) from None


def call_value(function: Any, values: Sequence[Any]) -> Any:
    """Do what `call` does: call a function of the data; raises Fault if it is none or wants other values."""
    function = adopted(function)
    if function is None or function is NOTHING:
        raise Fault("call of nil")
    if not isinstance(function, Function):
        raise Fault(f"non-function of type {type_name(function)}")
    wanted = signature(function.parameters)
    wanted.check(function.name, len(values))
    return function.body(*[prepared(value, wanted.kind(index)) for index, value in enumerate(values)])


def adopted(value: Any) -> Any:
    """Return a value; a function of the expressions' package becomes one of this."""
    if not isinstance(value, foreign.Function):
        return value
    name, body = value.name, value.body
    whole = Int64 if name.startswith(_LONG) or name.endswith("seconds") else Int

    def run(*values: Any) -> Any:
        try:
            result = body(*[int(value) if is_integer(value) else value for value in values])
        except expressions.Fault as fault:
            raise Fault(fault.message) from None
        return whole(result) if type(result) is int else result

    return Function(name, " ".join([_KINDS.get(kind, str(kind)) for kind in value.parameters]), run)
