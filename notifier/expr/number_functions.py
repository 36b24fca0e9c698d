"""The language's functions of numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from notifier.expr import floats
from notifier.expr.comparison import ORDERINGS
from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.signature import ARRAYS, NUMBER, Accepted, Builtin
from notifier.expr.timevalues import Duration, Enum
from notifier.expr.values import Type, computed, is_number, truncated, type_of

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_INTEGRAL = frozenset({Type.INT, Type.FLOAT, Type.STRING, Type.DURATION, Type.ENUM})
_TO_INT = Accepted(_INTEGRAL, _INTEGRAL)
_TO_FLOAT = Accepted(_INTEGRAL, frozenset({Type.INT, Type.FLOAT, Type.STRING}))
_NUMBERS = Accepted(ARRAYS | {Type.INT, Type.FLOAT, Type.DURATION, Type.ENUM}, frozenset(Type))


def _rounding(body: Callable[[Any], float]) -> Builtin:
    def rounded(_: Meter, number: float) -> float:
        return float(body(number)) if math.isfinite(number) else float(number)

    return Builtin(Type.FLOAT, rounded, (NUMBER,))


def _half_away(number: float) -> float:
    size = math.floor(abs(number))
    return math.copysign(size + (abs(number) - size >= 0.5), number)  # noqa: PLR2004 - a half


def _integer(_: Meter, value: Any) -> int:
    if isinstance(value, Duration | Enum):
        return value.nanoseconds if isinstance(value, Duration) else value.number
    if type(value) is not str:
        return truncated(value, "int")
    if _INTEGER.fullmatch(value):
        return truncated(int(value), "int")
    raise Fault("int wants a string of digits")


def _float(_: Meter, value: Any) -> float:
    if type(value) is not str:
        return float(value)
    if (number := floats.read(value)) is None:
        raise Fault("float wants a string that is a number")
    return number


def _numbers(meter: Meter, values: Any) -> Iterator[int | float]:
    meter.spend(len(values))
    for value in values:
        if type(value) is list:
            yield from _numbers(meter, value)
        elif is_number(value):
            yield value
        else:
            raise Fault(f"wants numbers, got {type_of(value)}")


def _comparable(value: Any) -> Any:
    if is_number(value) or isinstance(value, Duration):
        return value
    raise Fault(f"wants numbers, got {type_of(value)}")


def _choosing(symbol: str) -> Builtin:
    """Make `max` or `min`: the first value that no other is better than; a single one may be anything."""
    better = ORDERINGS[symbol]

    def chosen(meter: Meter, *values: Any) -> Any:
        if len(values) == 1 and type(values[0]) is not list:
            return values[0]
        best: Any = None
        for value in candidates(meter, values):
            best = value if best is None or better(value, best) else best
        return best

    def candidates(meter: Meter, values: Any) -> Iterator[Any]:
        for value in values:
            if type(value) is list:
                meter.spend(len(value))
                yield from (_comparable(chosen(meter, item)) for item in value)
            else:
                yield _comparable(value)

    return _aggregate(chosen)


def _aggregate(body: Callable[..., Any]) -> Builtin:
    return Builtin(_first_of_numbers, body, (_NUMBERS,), variadic=True, settled=ARRAYS | {Type.ANY})


def _first_of_numbers(written: Sequence[Type]) -> Type:
    return Type.ANY if Type.ANY in written or not ARRAYS.isdisjoint(written) else written[0]


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
    "abs": Builtin(lambda written: written[0], lambda _, number: computed(abs, number), (NUMBER,)),
    "ceil": _rounding(math.ceil),
    "floor": _rounding(math.floor),
    "round": _rounding(_half_away),
    "int": Builtin(Type.INT, _integer, (_TO_INT,)),
    "float": Builtin(Type.FLOAT, _float, (_TO_FLOAT,)),
    "max": _choosing(">"),
    "min": _choosing("<"),
    "mean": _aggregate(_mean),
    "median": _aggregate(_median),
}
