"""What one rendering may cost, and the meter that stops it.

Every action, iteration and function call is paid for in steps, a call also by the size of what it is given and gives
back. What could make much out of little (`repeat`, `until`, a width) asks `fit` before it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from notifier.gotemplate.fault import Fault

LIMIT = 1 << 20
"""The longest text, in characters, and the largest container, in items."""
MAX_ITEMS = 10_000
MAX_WIDTH = 1_000
CHARACTERS = 16
"""How many characters of a text are handled in one step."""
PART = 2
"""How many steps it takes to handle one of the values inside of a value."""


class Budget(NamedTuple):
    """One rendering's allowance: `steps` of work, characters of `output`, templates `depth` deep."""

    steps: int = 200_000
    output: int = 1 << 20
    depth: int = 32


USUAL = Budget()


class Meter:
    """Counts what one rendering uses up of its budget; every method raises Fault when there is no more."""

    __slots__ = ("budget", "depth", "output", "steps")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.steps, self.output, self.depth = budget.steps, budget.output, 0

    def pay(self, steps: int) -> None:
        """Use up steps of work."""
        self.steps -= steps
        if self.steps < 0:
            raise Fault(f"too much work: more than {self.budget.steps:,} steps")

    def pay_for(self, values: tuple[Any, ...] | list[Any]) -> None:
        """Use up steps for handling some values, by their size."""
        steps = 1
        for value in values:
            if isinstance(value, str):
                steps += len(value) // CHARACTERS
            elif isinstance(value, list | Mapping):
                steps += len(value)
        self.pay(steps)

    def pay_for_whole(self, values: tuple[Any, ...] | list[Any]) -> None:
        """Use up steps for handling some values with all that is in them; one that holds itself is too much."""
        steps = 1
        rest = list(values)
        while rest and steps <= self.steps:
            part = rest.pop()
            steps += PART
            if isinstance(part, str):
                steps += len(part) // CHARACTERS
            elif isinstance(part, Mapping):
                rest += part.values()
            elif isinstance(part, list):
                rest += part
        self.pay(steps)

    def count(self, text: str) -> None:
        """Count a text as output."""
        self.output -= len(text)
        if self.output < 0:
            raise Fault(f"too much output: more than {self.budget.output:,} characters")

    def descend(self) -> None:
        """Enter a template."""
        self.depth += 1
        if self.depth > self.budget.depth:
            raise Fault(f"templates call one another more than {self.budget.depth} deep")

    def ascend(self) -> None:
        """Leave a template."""
        self.depth -= 1


def fit(size: int) -> None:
    """Raise Fault if a text of that many characters is too long."""
    if size > LIMIT:
        raise Fault(f"a text of {size:,} characters is too long: more than {LIMIT:,}")


def fit_items(count: int) -> None:
    """Raise Fault if a list to be made would have too many items."""
    if count > MAX_ITEMS:
        raise Fault(f"a list of {count:,} items is too long: more than {MAX_ITEMS:,}")


def fit_width(width: int) -> None:
    """Raise Fault if a width or an indentation is too large."""
    if width > MAX_WIDTH:
        raise Fault(f"a width of {width:,} is too large: more than {MAX_WIDTH:,}")
