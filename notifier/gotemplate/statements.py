"""Actions, blocks and templates → closures that write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from notifier.gotemplate import nodes
from notifier.gotemplate.budget import CHARACTERS
from notifier.gotemplate.expressions import Expressions
from notifier.gotemplate.fault import Fault, reported
from notifier.gotemplate.frame import Evaluate, Frame
from notifier.gotemplate.printing import shown
from notifier.gotemplate.ranges import items
from notifier.gotemplate.values import NOTHING, Function, is_map, kind_name, truth, type_name

Run = Callable[[Frame, Any], None]


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Compiled(NamedTuple):
    """One template: what it does, and how many variables it has."""

    run: Run
    slots: int


class Statements:
    """Compiles a source's templates; `templates` are those by name, known once all are compiled."""

    def __init__(self, tree: nodes.Tree, functions: Mapping[str, Function]) -> None:
        self._source, self._expressions = tree.source, Expressions(functions)
        self.templates: dict[str, Compiled] = {}
        for name, definition in tree.templates.items():
            self.templates[name] = Compiled(self._body(definition.body), definition.slots)

    def _body(self, body: Sequence[nodes.Node]) -> Run:
        steps = 1 + sum(map(_cost, body))
        statements = [statement for node in body if (statement := self._statement(node))]

        def run(frame: Frame, dot: Any) -> None:
            frame.meter.pay(steps)
            for statement in statements:
                statement(frame, dot)

        return run

    def _statement(self, node: nodes.Node) -> Run | None:
        match node:
            case nodes.Text(text=text):
                return _writing(text)
            case nodes.Action():
                return self._action(node)
            case nodes.If() | nodes.With():
                return self._choice(node)
            case nodes.Range():
                return self._range(node)
            case nodes.Invoke() | nodes.Define(pipe=nodes.Pipe()):
                return self._invoke(node)
            case nodes.Break():
                return _raising(_Break)
            case nodes.Continue():
                return _raising(_Continue)
        return None

    def _pipeline(self, pipe: nodes.Pipe, span: nodes.Span) -> Evaluate:
        """The closure of an action's pipeline: its faults name the action and the line."""
        evaluate, source = self._expressions.pipeline(pipe), self._source

        def run(frame: Frame, dot: Any) -> Any:
            try:
                return evaluate(frame, dot)
            except Fault as fault:
                raise reported(fault, source, span) from None

        return run

    def _action(self, node: nodes.Action) -> Run:
        evaluate, source, span = self._expressions.pipeline(node.pipe), self._source, node.span
        silent = bool(node.pipe.declared)

        def run(frame: Frame, dot: Any) -> None:
            try:
                value = evaluate(frame, dot)
                if not silent:
                    frame.write(value if type(value) is str else _text(frame, value))
            except Fault as fault:
                raise reported(fault, source, span) from None

        return run

    def _choice(self, node: nodes.If | nodes.With) -> Run:
        evaluate = self._pipeline(node.pipe, node.span)
        body, otherwise = self._body(node.body), self._body(node.otherwise)
        moves = isinstance(node, nodes.With)

        def run(frame: Frame, dot: Any) -> None:
            value = evaluate(frame, dot)
            if truth(value):
                body(frame, value if moves else dot)
            else:
                otherwise(frame, dot)

        return run

    def _range(self, node: nodes.Range) -> Run:
        body, otherwise = self._body(node.body), self._body(node.otherwise)
        iterated = self._iterated(node)
        key, item = _slots(node.pipe)

        def run(frame: Frame, dot: Any) -> None:
            empty = True
            for index, value in iterated(frame, dot):
                empty = False
                if key:
                    frame.variables[key] = index
                if item:
                    frame.variables[item] = value
                try:
                    body(frame, value)
                except _Continue:
                    continue
                except _Break:
                    break
            if empty:
                otherwise(frame, dot)

        return run

    def _iterated(self, node: nodes.Range) -> Callable[[Frame, Any], Iterator[tuple[Any, Any]]]:
        evaluate, source, span = self._expressions.pipeline(node.pipe), self._source, node.span
        variables = len(node.pipe.declared)

        def run(frame: Frame, dot: Any) -> Iterator[tuple[Any, Any]]:
            try:
                value = evaluate(frame, dot)
                frame.meter.pay(len(value) if is_map(value) else 1)
                return items(value, variables)
            except Fault as fault:
                raise reported(fault, source, span) from None

        return run

    def _invoke(self, node: nodes.Invoke | nodes.Define) -> Run:
        name, span, source = node.name, node.span, self._source
        evaluate = self._pipeline(node.pipe, span) if node.pipe else lambda *_: NOTHING

        def run(frame: Frame, dot: Any) -> None:
            value = evaluate(frame, dot)
            try:
                template = self._found(name)
                frame.meter.descend()
            except Fault as fault:
                raise reported(fault, source, span) from None
            template.run(frame.inner(template.slots, value), value)
            frame.meter.ascend()

        return run

    def _found(self, name: str) -> Compiled:
        try:
            return self.templates[name]
        except KeyError:
            raise Fault(f'template "{name}" not defined') from None


def _text(frame: Frame, value: Any) -> str:
    if value is NOTHING:
        return "<no value>"
    if kind_name(value) == "func":
        raise Fault(f"can't print what is of type {type_name(value)}")
    frame.meter.pay_for_whole((value,))
    return shown(value)


def _writing(text: str) -> Run:
    return lambda frame, _: frame.write(text)


def _raising(signal: type[Exception]) -> Run:
    def run(_: Frame, __: Any) -> None:
        raise signal

    return run


def _slots(pipe: nodes.Pipe) -> tuple[int, int]:
    """Where the key and the item of an iteration go, 0 for nowhere."""
    slots = [variable.slot for variable in pipe.declared]
    return (0, 0) if not slots else (0, slots[0]) if len(slots) == 1 else (slots[0], slots[1])


def _cost(node: nodes.Node) -> int:
    """Steps that a statement takes without the bodies in it."""
    if isinstance(node, nodes.Text):
        return 1 + len(node.text) // CHARACTERS
    pipe = getattr(node, "pipe", None)
    return 1 + (sum(1 + len(getattr(part, "names", ())) for part in nodes.walk(pipe)) if pipe else 0)
