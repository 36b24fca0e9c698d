"""Arithmetic: on int64, which wraps around, and on float64, counted in decimals."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

from notifier.gotemplate.budget import fit_items
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.printing import shown
from notifier.gotemplate.sprig.casts import as_float, as_int, clamped, double, whole
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import Int, Int64, Ints, int64

_PLACES = 10**16
"""A quotient is rounded to that part of one."""


def _quotient(dividend: Any, divisor: Any) -> tuple[int, int]:
    """Divide as Go does, towards zero, with what remains."""
    over, under = as_int(dividend), as_int(divisor)
    if under == 0:
        raise Fault("runtime error: integer divide by zero")
    size = abs(over) // abs(under)
    quotient = -size if (over < 0) != (under < 0) else size
    return quotient, over - quotient * under


def _product(first: Any, *more: Any) -> Int64:
    return reduce(lambda product, factor: int64(product * as_int(factor)), more, int64(as_int(first)))


def _exact(value: Any) -> Fraction:
    number = as_float(value)
    if not math.isfinite(number):
        raise Fault(f"Cannot create a Decimal from {shown(number)}")
    return Fraction(Decimal(repr(number)))


def _decimal(operation: Callable[[Fraction, Fraction], Fraction]) -> Callable[..., float]:
    """Return a function of floats that are taken for the decimals they are written as."""

    def calculated(first: Any, *more: Any) -> float:
        total = reduce(operation, map(_exact, more), _exact(first))
        try:
            return float(total)
        except OverflowError:
            return math.inf if total > 0 else -math.inf

    return calculated


def _divided(dividend: Fraction, divisor: Fraction) -> Fraction:
    if not divisor:
        raise Fault("decimal division by 0")
    scaled = dividend / divisor * _PLACES
    size = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(size if scaled > 0 else -size, _PLACES)


_added = _decimal(lambda total, value: total + value)


def _extreme(beats: Callable[[float, float], bool]) -> Callable[..., float]:
    def chosen(best: float, value: float) -> float:
        if math.isnan(best) or math.isnan(value):
            return math.nan
        return value if beats(value, best) else best

    return lambda first, *more: reduce(chosen, map(as_float, more), as_float(first))


def _integral(rounding: Callable[[float], int], value: Any) -> float:
    number = as_float(value)
    return math.copysign(rounding(number), number) if math.isfinite(number) else number


def _rounded(value: Any, places: int, threshold: float = 0.5) -> float:
    """Round as sprig does: a fraction from `threshold` on goes up, so that negative halves go down."""
    try:
        power = math.pow(10, places)
    except OverflowError:
        power = math.inf
    digits = power * as_float(value)
    rounding = math.ceil if math.modf(digits)[0] >= threshold else math.floor
    result = _integral(rounding, digits)
    if not power:
        return math.nan if not result else math.copysign(math.inf, result)
    return result / power


def _counted(start: int, stop: int, step: int) -> Ints:
    """Return the numbers from `start` towards `stop`, without it; none where `step` leads away from it."""
    if not step or (stop < start) != (step < 0):
        return Ints()
    fit_items(len(range(start, stop, step)) if abs(stop - start) < 2**62 else abs(stop - start) // abs(step))
    return Ints(map(Int, range(start, stop, step)))


def _sequence(*bounds: int) -> str:
    """Return the numbers from one bound to the other, both included, as the shell's `seq` writes them."""
    if not 1 <= len(bounds) <= len(("start", "step", "stop")):
        return ""
    start, stop = (1 if len(bounds) == 1 else bounds[0]), bounds[-1]
    beyond = -1 if stop < start else 1
    step = bounds[1] if len(bounds) == len(("start", "step", "stop")) else beyond
    if step > 0 > beyond:
        return ""
    return " ".join(map(str, _counted(start, stop + beyond, step)))


def _octal(value: Any) -> Int64:
    number = whole(shown(value), 8)
    return Int64(number if number == clamped(number) else 0)


NUMBERS = declared(
    ("int", "any", lambda value: Int(as_int(value))),
    ("int64", "any", lambda value: int64(as_int(value))),
    ("float64", "any", as_float),
    ("atoi", "string", lambda text: Int(clamped(whole(text)))),
    ("toDecimal", "any", _octal),
    ("add1", "any", lambda value: int64(as_int(value) + 1)),
    ("add", "...any", lambda *values: int64(sum(map(as_int, values)))),
    ("sub", "any any", lambda value, other: int64(as_int(value) - as_int(other))),
    ("mul", "any ...any", _product),
    ("div", "any any", lambda value, other: int64(_quotient(value, other)[0])),
    ("mod", "any any", lambda value, other: int64(_quotient(value, other)[1])),
    ("max biggest", "any ...any", lambda *values: int64(max(map(as_int, values)))),
    ("min", "any ...any", lambda *values: int64(min(map(as_int, values)))),
    ("add1f", "any", lambda value: _added(value, 1)),
    ("addf", "...any", lambda *values: _added(0, *values)),
    ("subf", "any ...any", _decimal(lambda total, value: total - value)),
    ("mulf", "any ...any", _decimal(lambda total, value: total * value)),
    ("divf", "any ...any", _decimal(_divided)),
    ("maxf", "any ...any", _extreme(lambda value, best: value > best)),
    ("minf", "any ...any", _extreme(lambda value, best: value < best)),
    ("ceil", "any", lambda value: _integral(math.ceil, value)),
    ("floor", "any", lambda value: _integral(math.floor, value)),
    ("round", "any int ...float64", lambda value, places, *more: _rounded(value, places, *map(double, more[:1]))),
    ("until", "int", lambda count: _counted(0, count, -1 if count < 0 else 1)),
    ("untilStep", "int int int", _counted),
    ("seq", "...int", _sequence),
)
