"""Pipelines → closures over a Frame and the dot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from notifier.gotemplate import nodes
from notifier.gotemplate.access import call_method, walked
from notifier.gotemplate.arguments import fitting, ideal, literal
from notifier.gotemplate.calls import call, failing, fitted
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.frame import Evaluate, Frame
from notifier.gotemplate.values import NOTHING, Function

Words = Sequence[Evaluate | nodes.Node]


class Expressions:
    """Compiles pipelines that call `functions`."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    def pipeline(self, pipe: nodes.Pipe) -> Evaluate:
        """Return the closure that gives a pipeline's value and sets its variables; nil comes out as NOTHING."""
        evaluate: Evaluate | None = None
        for command in pipe.commands:
            evaluate = self._settled(command, evaluate)
        assert evaluate is not None  # noqa: S101 - the parser lets no pipeline be empty
        return _declaring([variable.slot for variable in pipe.declared], evaluate) if pipe.declared else evaluate

    def _settled(self, command: nodes.Command, final: Evaluate | None) -> Evaluate:
        evaluate = self._command(command, final)
        first = command.words[0]
        if isinstance(first, nodes.String | nodes.Bool | nodes.Number | nodes.Pipe):
            return evaluate

        def run(frame: Frame, dot: Any) -> Any:
            value = evaluate(frame, dot)
            return NOTHING if value is None else value

        return run

    def _command(self, command: nodes.Command, final: Evaluate | None) -> Evaluate:
        first, *rest = command.words
        arguments: Words = [*rest, final] if final else rest
        if isinstance(first, nodes.Name):
            return call(first.name, self._functions, arguments, self._argument)
        if arguments and isinstance(first, nodes.Field | nodes.Chain | nodes.Variable) and first.names:
            return self._method(first, rest, final)
        if arguments:
            return failing("can't give argument to non-function")
        return failing("nil is not a command") if isinstance(first, nodes.Nil) else self.value(first)

    def value(self, node: nodes.Node) -> Evaluate:
        """Return the closure that gives the value of a word by itself."""
        match node:
            case nodes.Dot():
                return lambda _, dot: dot
            case nodes.Field(names=names):
                return _field(names)
            case nodes.Variable(slot=slot, names=names):
                return _variable(slot, names)
            case nodes.Pipe():
                return self.pipeline(node)
            case nodes.Chain(base=base, names=names):
                return _chain(self._base(base), names)
            case nodes.Name(name=name):
                return call(name, self._functions, (), self._argument)
            case nodes.String(text=value) | nodes.Bool(value=value):
                return lambda *_: value
            case nodes.Number():
                return _number(node)
        return failing("nil is not a value")

    def _base(self, node: nodes.Node) -> Evaluate:
        return failing("indirection through explicit nil") if isinstance(node, nodes.Nil) else self.value(node)

    def _argument(self, node: nodes.Node, kind: str) -> Evaluate:
        if not isinstance(node, nodes.Nil | nodes.Bool | nodes.String | nodes.Number):
            return fitted(self.value(node), kind)
        try:
            value = literal(node, kind)
        except Fault as fault:
            return failing(fault.message)
        return lambda *_: value

    def _method(
        self, first: nodes.Field | nodes.Chain | nodes.Variable, rest: Sequence[nodes.Node], final: Evaluate | None
    ) -> Evaluate:
        receiver = self._receiver(first)
        name = first.names[-1]

        def run(frame: Frame, dot: Any) -> Any:
            piped = [partial(fitting, final(frame, dot))] if final else []
            given = [self._late(argument, frame, dot) for argument in rest]
            return call_method(receiver(frame, dot), name, [*given, *piped])

        return run

    def _receiver(self, node: nodes.Field | nodes.Chain | nodes.Variable) -> Evaluate:
        names = node.names[:-1]
        if isinstance(node, nodes.Field):
            return _field(names)
        if isinstance(node, nodes.Variable):
            return _variable(node.slot, names)
        return _chain(self._base(node.base), names)

    def _late(self, argument: nodes.Node, frame: Frame, dot: Any) -> Callable[[str], Any]:
        """Which method is called, and so what type it takes, is known only when it is."""
        return lambda kind: self._argument(argument, kind)(frame, dot)


def _declaring(slots: list[int], evaluate: Evaluate) -> Evaluate:
    def run(frame: Frame, dot: Any) -> Any:
        value = evaluate(frame, dot)
        for slot in slots:
            frame.variables[slot] = value
        return value

    return run


def _number(node: nodes.Number) -> Evaluate:
    try:
        value = ideal(node)
    except Fault as fault:
        return failing(fault.message)
    return lambda *_: value


def _field(names: tuple[str, ...]) -> Evaluate:
    """The commonest of all values, made cheap: names of maps in one another."""

    def run(_: Frame, dot: Any) -> Any:
        value = dot
        for name in names:
            if type(value) is not dict:
                return walked(dot, names)
            value = value.get(name, NOTHING)
        return value

    return run


def _variable(slot: int, names: tuple[str, ...]) -> Evaluate:
    if not names:
        return lambda frame, _: frame.variables[slot]
    field = _field(names)
    return lambda frame, _: field(frame, frame.variables[slot])


def _chain(base: Evaluate, names: tuple[str, ...]) -> Evaluate:
    field = _field(names)
    return lambda frame, dot: field(frame, base(frame, dot))
