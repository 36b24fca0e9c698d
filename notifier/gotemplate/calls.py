"""Functions with their arguments → closures: what is given is checked and converted, and paid for by its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notifier.gotemplate import nodes
from notifier.gotemplate.access import call_value, called
from notifier.gotemplate.arguments import Signature, fitting, signature
from notifier.gotemplate.budget import Meter
from notifier.gotemplate.builtins import BUILTINS
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.frame import Evaluate, Frame
from notifier.gotemplate.values import NOTHING, Function, truth

Argument = Callable[[nodes.Node, str], Evaluate]
"""Compiles an argument for a parameter's type."""

_AT_THE_SURFACE = frozenset(
    (  # noqa: SIM905 - a column of quoted names reads worse
        "append coalesce default dict empty eq first ge get gt hasKey index kindIs kindOf last le len list lt ne not"
        " slice ternary tuple typeIs typeOf"
    ).split()
)
"""The functions that do not look at what is inside of what they are given."""


def call(
    name: str, functions: Mapping[str, Function], arguments: Sequence[Evaluate | nodes.Node], compiled: Argument
) -> Evaluate:
    """Return the closure that calls a function of the language; the last argument may come compiled, from a pipe."""
    function = functions[name]
    wanted = signature(function.parameters)
    try:
        wanted.check(name, len(arguments))
    except Fault as fault:
        return failing(fault.message)
    values = [_argument(argument, wanted.kind(index), compiled) for index, argument in enumerate(arguments)]
    if function in (BUILTINS["and"], BUILTINS["or"]):
        piped = not isinstance(arguments[-1], nodes.Node)
        return _first(values, until=function is BUILTINS["or"], piped=piped)
    if function is BUILTINS["call"]:
        return _calling(values)
    return _call(name, function, wanted, values)


def failing(message: str) -> Evaluate:
    """Return the closure of what can have no value."""

    def run(_: Frame, __: Any) -> Any:
        raise Fault(message)

    return run


def _argument(argument: Evaluate | nodes.Node, kind: str, compiled: Argument) -> Evaluate:
    return compiled(argument, kind) if isinstance(argument, nodes.Node) else fitted(argument, kind)


def fitted(evaluate: Evaluate, kind: str) -> Evaluate:
    """Return the closure that gives a value as a parameter of that type takes it."""
    if kind != "any":
        return lambda frame, dot: fitting(evaluate(frame, dot), kind)

    def run(frame: Frame, dot: Any) -> Any:
        value = evaluate(frame, dot)
        return None if value is NOTHING else value

    return run


def _first(values: Sequence[Evaluate], *, until: bool, piped: bool) -> Evaluate:
    """The first value that is true, or false; what comes from a pipe was there before, and is looked at last."""
    *others, last = values

    def run(frame: Frame, dot: Any) -> Any:
        known = last(frame, dot) if piped else None
        for evaluate in others:
            value = evaluate(frame, dot)
            if truth(value) is until:
                return value
        return known if piped else last(frame, dot)

    return run


def _calling(values: Sequence[Evaluate]) -> Evaluate:
    def run(frame: Frame, dot: Any) -> Any:
        function, *given = [evaluate(frame, dot) for evaluate in values]
        frame.meter.pay_for_whole(given)
        try:
            return call_value(function, given)
        except Fault as fault:
            raise Fault(f"error calling call: {fault.message}", fault.place) from None

    return run


def _call(name: str, function: Function, wanted: Signature, values: Sequence[Evaluate]) -> Evaluate:
    pay = Meter.pay_for if name in _AT_THE_SURFACE else Meter.pay_for_whole

    def run(frame: Frame, dot: Any) -> Any:
        given = [evaluate(frame, dot) for evaluate in values]
        pay(frame.meter, given)
        if wanted.own:
            given[:0] = [frame.clock() if kind == "clock" else frame.meter for kind in wanted.own]
        result = called(function, given, name)
        if type(result) is str or isinstance(result, list):
            frame.meter.pay_for((result,))
        return result

    return run
