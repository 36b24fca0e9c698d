"""float64 as Go writes it, in the fewest digits that mean it, and as Go reads it."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_DIGITS, _HEX = r"[0-9]+(?:_[0-9]+)*", r"[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*"
_DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_HEXADECIMAL = re.compile(rf"[+-]?0[xX]_?(?:{_HEX}\.?(?:{_HEX})?|\.{_HEX})[pP][+-]?{_DIGITS}")
_SPECIAL = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE)
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


def read(text: str) -> float | None:
    """Return the number that a text is, None for one that is no number or too large for float64."""
    if _SPECIAL.fullmatch(text):
        return float(text)
    try:
        if _HEXADECIMAL.fullmatch(text):
            return float.fromhex(text.replace("_", ""))
    except OverflowError:
        return None
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def _written(number: float, plain: range, exponents: str) -> str:
    digits = Decimal(repr(number)).normalize()
    exponent = digits.adjusted() if number else 0
    if exponent in plain:
        return format(digits, "f")
    return f"{format(digits.scaleb(-exponent), 'f')}e{exponent:{exponents}}"
