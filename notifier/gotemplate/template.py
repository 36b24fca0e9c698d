"""A compiled template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from notifier.allowance import Allowance
from notifier.errors import TemplateError
from notifier.expr.timevalues import Time, clock
from notifier.expr.values import Function as ForeignFunction
from notifier.gotemplate import nodes
from notifier.gotemplate.access import call_value
from notifier.gotemplate.budget import USUAL, Budget, Meter
from notifier.gotemplate.builtins import BUILTINS
from notifier.gotemplate.fault import Fault, reported
from notifier.gotemplate.frame import Frame
from notifier.gotemplate.parser import parse
from notifier.gotemplate.sprig import FUNCTIONS as SPRIG, LEFT_OUT, MUTATING
from notifier.gotemplate.statements import Statements
from notifier.gotemplate.values import Function

FUNCTIONS: dict[str, Function] = {**BUILTINS, **SPRIG}
"""What a template may call, by name."""

_TOO_DEEP = "nested too deeply"
_NANO = 1_000_000_000


class Template:
    """A template known to be well-formed. Rendering it reads nothing but what it is given and does not change that.

    `source` is its text, `name` what it is called by a `template` in it, `tree` its syntax.
    """

    def __init__(self, source: str, name: str, budget: Budget) -> None:
        self.source, self.name, self._budget = source, name, budget
        try:
            self.tree = parse(source, name, FUNCTIONS, LEFT_OUT)
            self._templates = Statements(self.tree, FUNCTIONS).templates
        except Fault as fault:
            raise reported(fault, source) from None
        except RecursionError:
            raise TemplateError(_TOO_DEEP) from None
        self._changes = any(isinstance(node, nodes.Name) and node.name in MUTATING for node in _all(self.tree))

    def render(self, data: Mapping[str, Any], *, now: float | None = None, allowance: Allowance | None = None) -> str:
        """Return the text.

        `data` holds JSON-like values and Functions by name; where it has no `time`, that is made of `now`, in seconds
        since the epoch. What it takes is taken from `allowance`. Raises TemplateError, which names the action that
        failed and its line.
        """
        values = {"time": clock(now), **data} if now is not None else {**data}
        budget = self._budget._replace(steps=allowance.grant(self._budget.steps)) if allowance else self._budget
        meter = Meter(budget)
        try:
            return self._rendered(values, meter)
        finally:
            if allowance:
                allowance.use(budget.steps - meter.steps)

    def _rendered(self, values: Mapping[str, Any], meter: Meter) -> str:
        frame = Frame(meter, _clock(values))
        try:
            dot = _copied(values) if self._changes else values
            template = self._templates[self.name]
            main = frame.inner(template.slots, dot)
            template.run(main, dot)
        except Fault as fault:
            raise reported(fault, self.source) from None
        except RecursionError:
            raise TemplateError(_TOO_DEEP) from None
        return "".join(frame.pieces)


def compile(text: str, *, name: str = "", budget: Budget = USUAL) -> Template:  # noqa: A001 - what every engine calls it
    """Return a template ready to be rendered.

    Raises TemplateError with the line where the text is no template, or calls what is not among FUNCTIONS.
    """
    return Template(text, name, budget)


def _all(tree: nodes.Tree) -> list[nodes.Node]:
    return [part for node in tree.body for part in nodes.walk(node)]


def _clock(data: Mapping[str, Any]) -> Callable[[], float]:
    """What tells functions the time: the data's own clock."""

    def now() -> float:
        time = data.get("time")
        tells = time.get("Now") if isinstance(time, Mapping) else None
        value = call_value(tells, ()) if isinstance(tells, Function | ForeignFunction) else None
        if not isinstance(value, Time):
            raise Fault("the data does not tell the time")
        return value.nanoseconds / _NANO

    return now


def _copied(value: Any) -> Any:
    """Copy what a template could change."""
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if type(value) is list else value
