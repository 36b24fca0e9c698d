"""How operations become closures over a Frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifier.expr.fault import Fault
from notifier.expr.frame import Frame

Run = Callable[[Frame], Any]


class Constant:
    """A closure whose value is known beforehand, and the same in every frame."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _: Frame) -> Any:
        """Return the value."""
        return self.value


def folded(run: Run, *operands: Run) -> Run:
    """Return `run` as a Constant if all that it needs are Constants."""
    if all(isinstance(operand, Constant) for operand in operands):
        return Constant(run(Frame({}, 0.0)))
    return run


def is_constant(run: Run, value: bool) -> bool:
    """Tell whether `run` is the Constant true or false."""
    return isinstance(run, Constant) and run.value is value


def located(at: int, run: Run) -> Run:
    """Return `run` such that its faults point at offset `at`."""

    def closure(frame: Frame) -> Any:
        try:
            return run(frame)
        except Fault as fault:
            fault.locate(at)
            raise
        except OverflowError:
            raise Fault("the number is too large", at) from None

    return closure


def unary(at: int, apply: Callable[[Any], Any], operand: Run) -> Run:
    """Return the closure that applies `apply` to the operand's value."""
    return located(at, lambda frame: apply(operand(frame)))


def binary(at: int, apply: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """Return the closure that applies `apply` to both operands' values."""
    return located(at, lambda frame: apply(left(frame), right(frame)))


def metered(at: int, apply: Callable[..., Any], *operands: Run) -> Run:
    """Return the closure that applies `apply` to the meter and the operands' values."""
    return located(at, lambda frame: apply(frame.meter, *[operand(frame) for operand in operands]))
