"""The language's functions of numbers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from notifier.expr.fault import Fault
from notifier.expr.signature import ARRAY, NUMBER, STRING, Builtin
from notifier.expr.values import Type, bounded, is_number, truncated, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notifier.expr.frame import Meter

_NUMBERS = (NUMBER | ARRAY,)
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _rounding(body: Callable[[Any], float]) -> Builtin:
    def rounded(_: Meter, number: float) -> float:
        return float(body(number)) if math.isfinite(number) else float(number)

    return Builtin(Type.FLOAT, rounded, (NUMBER,))


def _half_away(number: float) -> float:
    size = math.floor(abs(number))
    return math.copysign(size + (abs(number) - size >= 0.5), number)  # noqa: PLR2004 - a half


def _integer(_: Meter, value: Any) -> int:
    if type(value) is not str:
        return truncated(value, "int")
    if _INTEGER.fullmatch(value):
        return truncated(int(value), "int")
    raise Fault("int wants a string of digits")


def _float(_: Meter, value: Any) -> float:
    if type(value) is not str or _FLOAT.fullmatch(value):
        return float(value)
    raise Fault("float wants a string that is a number")


def _numbers(meter: Meter, values: Any) -> Iterator[int | float]:
    meter.spend(len(values))
    for value in values:
        if type(value) is list:
            yield from _numbers(meter, value)
        elif is_number(value):
            yield value
        else:
            raise Fault(f"wants numbers, got {type_of(value)}")


def _choosing(choose: Callable[..., Any]) -> Builtin:
    return Builtin(
        Type.ANY, lambda meter, *values: choose(_numbers(meter, values), default=None), _NUMBERS, variadic=True
    )


def _mean(meter: Meter, *values: Any) -> float:
    numbers = [float(number) for number in _numbers(meter, values)]
    return sum(numbers) / len(numbers) if numbers else 0.0


def _median(meter: Meter, *values: Any) -> float:
    numbers = sorted(float(number) for number in _numbers(meter, values))
    middle = len(numbers) // 2
    if not numbers:
        return 0.0
    return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2


NUMBER_FUNCTIONS = {
    "abs": Builtin(Type.ANY, lambda _, number: bounded(abs(number)), (NUMBER,)),
    "ceil": _rounding(math.ceil),
    "floor": _rounding(math.floor),
    "round": _rounding(_half_away),
    "int": Builtin(Type.INT, _integer, (NUMBER | STRING,)),
    "float": Builtin(Type.FLOAT, _float, (NUMBER | STRING,)),
    "max": _choosing(max),
    "min": _choosing(min),
    "mean": Builtin(Type.FLOAT, _mean, _NUMBERS, variadic=True),
    "median": Builtin(Type.FLOAT, _median, _NUMBERS, variadic=True),
}
