"""A compiled expression, and its explanation in parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifier.allowance import Allowance
from notifier.errors import ExpressionError
from notifier.expr import nodes
from notifier.expr.checker import check
from notifier.expr.closures import Run
from notifier.expr.compiler import compiled
from notifier.expr.fault import Fault, reported
from notifier.expr.frame import STEPS, Frame
from notifier.expr.parser import parse
from notifier.expr.parts import Part, part


class Expression:
    """An expression known to be well-formed. Evaluating it reads nothing but what it is given.

    `source` is its text, `names` are what it asks its environment for; `uses_clock` tells whether it can ask for the
    time, so that its value may change while its environment does not.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._tree = parse(source)
            check(self._tree)
            self._run = compiled(self._tree)
            self.uses_clock = _reads_clock(self._tree)
            self.names = frozenset(node.name for node in nodes.walk(self._tree) if isinstance(node, nodes.Name))
        except (Fault, RecursionError) as failure:
            raise reported(failure, source) from None

    def evaluate(self, env: Mapping[str, Any], now: float, allowance: Allowance | None = None) -> Any:
        """Return the value: JSON's, or a time, duration or function of this package.

        `env` holds JSON-like data by name, a missing name is nil; `now` is what `time.Now()` returns, in seconds since
        the epoch; what it takes is taken from `allowance`. Raises ExpressionError with the place of the sub-expression
        that has no value.
        """
        if allowance is None:
            return self._evaluate(self._run, env, now)
        frame = Frame(env, now, allowance.grant(STEPS))
        try:
            return self._ran(self._run, frame)
        finally:
            allowance.use(frame.meter.steps - frame.meter.left)

    def holds(self, env: Mapping[str, Any], now: float) -> bool:
        """Tell whether the value is true itself, not merely something truthy; raises ExpressionError as `evaluate`."""
        return self._evaluate(self._run, env, now) is True

    def explained(self, env: Mapping[str, Any], now: float) -> Part:
        """Return the value, as `evaluate` does, as a tree of the values and errors it is made of."""
        return part(self.source, self._tree, lambda node: self._outcome(node, env, now))

    def _evaluate(self, run: Run, env: Mapping[str, Any], now: float) -> Any:
        return self._ran(run, Frame(env, now))

    def _ran(self, run: Run, frame: Frame) -> Any:
        try:
            return run(frame)
        except (Fault, RecursionError) as failure:
            raise reported(failure, self.source) from None

    def _outcome(self, part: nodes.Node, env: Mapping[str, Any], now: float) -> Any | ExpressionError:
        try:
            return self._evaluate(compiled(part), env, now)
        except ExpressionError as error:
            return error


def _reads_clock(node: nodes.Node) -> bool:
    match node:
        case nodes.Member(base=nodes.Name(name="time"), key=nodes.Literal(value="Parse")):
            return False
        case nodes.Name(name="time" | "$env") | nodes.Builtin(name="now"):
            return True
    return any(map(_reads_clock, nodes.children(node)))
