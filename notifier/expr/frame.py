"""What an evaluation knows while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

from notifier.expr.fault import Fault

STEPS = 500_000
"""What one evaluation may cost: some tenths of a second."""

_ITEMS_PER_STEP = 16


class Meter:
    """Counts an evaluation's steps: a node of a predicate's body for one element, an item compared, 16 characters."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int = STEPS) -> None:
        self.steps = self.left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` from what is left; raises Fault when there is not that much."""
        self.left -= steps
        if self.left < 0:
            raise Fault(f"gave up after {self.steps} steps")

    def handle(self, value: Sized, times: int = 1) -> None:
        """Pay for looking through `value`, or for making `times` its like."""
        self.spend(len(value) * times // _ITEMS_PER_STEP)


class Frame:
    """The environment, the time, the meter and the `let` variables; a predicate's also knows where it stands."""

    __slots__ = ("acc", "env", "index", "item", "meter", "now", "variables")

    acc: Any
    index: int
    item: Any

    def __init__(self, env: Mapping[str, Any], now: float, steps: int = STEPS) -> None:
        self.env, self.now = env, now
        self.meter = Meter(steps)
        self.variables: dict[str, Any] = {}

    def nested(self) -> Frame:
        """Return a frame for a predicate's body: the same evaluation, an element of its own."""
        inner = Frame(self.env, self.now)
        inner.meter, inner.variables, inner.acc = self.meter, self.variables, None
        return inner
