"""float64 in the fewest digits that mean it, as Go writes it."""

from __future__ import annotations

import math
from decimal import Decimal

_PLAIN, _PLAIN_IN_JSON = range(-4, 6), range(-6, 21)
"""The powers of ten that are written without an exponent."""


def shortest(number: float) -> str:
    """Return a number as `%v` writes it: `0.1`, `3`, `1e+06`, `+Inf`."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    return _written(number, _PLAIN, "+03d")


def in_json(number: float) -> str:
    """Return a finite number as `encoding/json` writes it: `0.1`, `1000000`, `1e+21`, `1e-7`."""
    return _written(number, _PLAIN_IN_JSON, "+d")


def _written(number: float, plain: range, exponents: str) -> str:
    digits = Decimal(repr(number)).normalize()
    exponent = digits.adjusted() if number else 0
    if exponent in plain:
        return format(digits, "f")
    return f"{format(digits.scaleb(-exponent), 'f')}e{exponent:{exponents}}"
