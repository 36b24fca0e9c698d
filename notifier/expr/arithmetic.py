"""`+ - * / % **`, for numbers, and as far as they make sense for strings, times and durations.

Integers wrap around at 64 bits, as Go's do; `/` and `**` always give floats.
"""

from __future__ import annotations

import math
import operator
from typing import Any

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.timevalues import Duration, Time
from notifier.expr.values import Int, computed, is_integer, is_number, truncated, type_of, whole


def _refusal(left: Any, symbol: str, right: Any) -> Fault:
    return Fault(f"cannot compute {type_of(left)} {symbol} {type_of(right)}")


def add(meter: Meter, left: Any, right: Any) -> Any:
    """Add numbers and durations, join strings, move a time."""
    if is_number(left) and is_number(right):
        return computed(operator.add, left, right)
    if type(left) is str and type(right) is str:
        meter.handle(left)
        meter.handle(right)
        return left + right
    if isinstance(left, Time | Duration) and isinstance(right, Duration):
        return left + right
    if isinstance(left, Duration) and isinstance(right, Time):
        return right + left
    raise _refusal(left, "+", right)


def _subtract(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return computed(operator.sub, left, right)
    if isinstance(left, Time) and isinstance(right, Time):
        return left.since(right)
    if isinstance(left, Time) and isinstance(right, Duration):
        return left.before(right)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return left - right
    raise _refusal(left, "-", right)


def _multiply(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return computed(operator.mul, left, right)
    factors = [value.nanoseconds if isinstance(value, Duration) else value for value in (left, right)]
    if not all(map(is_number, factors)):
        raise _refusal(left, "*", right)
    product = factors[0] * factors[1]
    return product if isinstance(product, float) else Duration(product)


def _divide(left: Any, right: Any) -> float:
    if not (is_number(left) and is_number(right)):
        raise _refusal(left, "/", right)
    dividend, divisor = float(left), float(right)
    if divisor:
        return dividend / divisor
    return dividend * math.copysign(math.inf, divisor) if dividend else math.nan


def _modulo(left: Any, right: Any) -> int:
    dividend, divisor = whole(left, "%"), whole(right, "%")
    if divisor == 0:
        raise Fault("integer divide by zero")
    rest = abs(dividend) % abs(divisor)
    rest = rest if dividend >= 0 else -rest
    return Int(rest) if is_integer(left) and is_integer(right) else rest


def _power(left: Any, right: Any) -> float:
    if not (is_number(left) and is_number(right)):
        raise _refusal(left, "**", right)
    try:
        return math.pow(left, right)
    except OverflowError:
        return -math.inf if left < 0 and right % 2 == 1 else math.inf
    except ValueError:
        return math.inf if left == 0 else math.nan


def negate(value: Any) -> int | float:
    """Return the number with its sign changed."""
    if not is_number(value):
        raise Fault(f"cannot compute -{type_of(value)}")
    return computed(operator.neg, value)


def span(meter: Meter, first: Any, last: Any) -> list[Int]:
    """Return the integers from `first` to `last`, both included."""
    numbers = range(truncated(first, ".."), truncated(last, "..") + 1)
    meter.spend(numbers.stop - numbers.start if numbers else 0)
    return list(map(Int, numbers))


ARITHMETIC = {"-": _subtract, "*": _multiply, "/": _divide, "%": _modulo, "**": _power}
