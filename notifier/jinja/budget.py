"""What one rendering may cost, and the meter that stops it.

Three rules bound time and memory whatever a template does, without a clock:

1. No single value is heavier than `LIMIT` characters. What could make one out of little (`*`, widths, `replace`)
   computes the size first.
2. Everything that is handled is paid for in steps: a loop by its length times its body, a value by its weight.
3. The output has a limit of its own, and macros nest only so deep.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

LIMIT = 1 << 20
"""The heaviest value: a text of this many characters, or a container whose parts weigh as much."""
NODE = 8
"""What one number, key or container weighs, in characters: about what it takes in memory and time."""
MAX_BITS = 1024
MAX_WIDTH = 1000

LAZY = (Iterator, KeysView, ValuesView, ItemsView)


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

    __slots__ = ("budget", "depth", "output", "steps")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.steps, self.output, self.depth = budget.steps, budget.output, 0

    def pay(self, steps: int) -> None:
        """Use up steps of work."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitError(f"too much work: more than {self.budget.steps:,} steps")

    def weigh(self, value: T) -> T:
        """Pay for handling a value and return it."""
        weight = len(value) if isinstance(value, str) else weight_of(value)
        fit(weight)
        self.pay(2 + weight // NODE)
        return value

    def keep(self, value: Any) -> Any:
        """Pay for a value that was made; what is lazy becomes a list, paid for item by item."""
        if isinstance(value, LAZY):
            value = [self.keep(item) for item in value]
        return self.weigh(value)

    def write(self, text: str) -> str:
        """Count a text as output and return it."""
        self.output -= len(text)
        if self.output < 0:
            raise LimitError(f"too much output: more than {self.budget.output:,} characters")
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
    total, rest = 0, [value]
    while rest and total <= LIMIT:
        item = rest.pop()
        total += NODE
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, int):
            fit_number(item.bit_length())
        elif isinstance(item, Mapping):
            total += NODE * len(item)
            rest.extend(item)
            rest.extend(item.values())
        elif isinstance(item, list | tuple):
            total += NODE * len(item)
            rest.extend(item)
        elif isinstance(item, range):
            total += NODE * len(item)
    return total
