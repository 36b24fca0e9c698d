"""What one rendering may cost, and the meter that stops it.

Three rules bound time and memory whatever a template does, without a clock:

1. No single value is heavier than `LIMIT` characters. What could make one out of little (`*`, widths, `replace`)
   computes the size first.
2. What takes longer the more there is, is paid for in steps: a loop by its length times its body, a macro by its body,
   a value by its weight.
3. The output has a limit of its own, and macros nest only so deep.
"""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, KeysView, ValuesView
from typing import Any, NamedTuple, TypeVar

from notifier.jinja.values import MAPPINGS

T = TypeVar("T")

LIMIT = 1 << 20
"""The heaviest value: a text of this many characters, or a container whose parts weigh as much."""
NODE = 8
"""What one number, key or container weighs, in characters: about what it takes in memory and time."""
MAX_BITS = 1024
MAX_WIDTH = 1000

LAZY = (Iterator, KeysView, ValuesView, ItemsView)
SOLID = (str, int, list, dict)
"""What nearly every value is; to ask an abstract class takes long."""


class LimitError(Exception):
    """A template asks for more than it may have; the message says of what."""


class Budget(NamedTuple):
    """One rendering's allowance: `steps` of work, characters of `output`, macros `depth` deep."""

    steps: int = 400_000
    output: int = 1 << 20
    depth: int = 32


USUAL = Budget()


class Meter:
    """Counts what one rendering uses up of its budget; every method raises LimitError when there is no more."""

    __slots__ = ("budget", "depth", "output", "steps", "written")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.steps, self.output, self.depth = budget.steps, budget.output, 0
        self.written: list[str] = []

    def pay(self, steps: int) -> None:
        """Use up steps of work."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitError(f"too much work: more than {self.budget.steps:,} steps")

    def weigh(self, value: T) -> T:
        """Pay for handling a value and return it."""
        weight = len(value) if isinstance(value, str) else weight_of(value)
        self.steps -= 2 + weight // NODE
        if weight > LIMIT or self.steps < 0:
            fit(weight)
            self.pay(0)
        return value

    def keep(self, value: Any) -> Any:
        """Pay for a value that was made; what is lazy becomes a list."""
        if not isinstance(value, SOLID) and isinstance(value, LAZY):
            value = list(value)
        return self.weigh(value)

    def write(self, pieces: list[str]) -> str:
        """Count texts as output and return them in one."""
        self.output -= sum(map(len, pieces))
        if self.output < 0:
            raise LimitError(f"too much output: more than {self.budget.output:,} characters")
        text = "".join(pieces)
        self.written.append(text)
        return text

    def descend(self) -> None:
        """Enter a macro."""
        self.depth += 1
        if self.depth > self.budget.depth:
            raise LimitError(f"macros call one another more than {self.budget.depth} deep")

    def ascend(self) -> None:
        """Leave a macro."""
        self.depth -= 1


def fit(size: int) -> None:
    """Raise LimitError if a value of that many characters is too large."""
    if size > LIMIT:
        raise LimitError(f"a value of {size:,} characters is too large: more than {LIMIT:,}")


def fit_width(width: int) -> None:
    """Raise LimitError if a width, an indentation or a number of columns is too large."""
    if width > MAX_WIDTH:
        raise LimitError(f"a width of {width:,} is too large: more than {MAX_WIDTH:,}")


def fit_number(bits: int) -> None:
    """Raise LimitError if a number of that many bits is too large."""
    if bits > MAX_BITS:
        raise LimitError(f"a number is too large: more than {MAX_BITS} bits")


def weight_of(value: Any) -> int:
    """Return how heavy a value is, in characters; stops counting soon after `LIMIT`."""
    total = 0
    rest: list[Collection[Any]] = [[value]]
    while rest and total <= LIMIT:
        parts = rest.pop()
        total += NODE * len(parts)
        for part in parts:
            if isinstance(part, str):
                total += len(part)
            elif isinstance(part, int):
                fit_number(part.bit_length())
            elif part is None or isinstance(part, float):
                continue
            elif isinstance(part, (list, tuple)):
                total += NODE * len(part)
                rest.append(part)
            elif isinstance(part, MAPPINGS):
                total += NODE * len(part)
                rest += (part, part.values())
            elif isinstance(part, range):
                total += NODE * len(part)
    return total
