"""float64 as Go's strconv writes it."""

from __future__ import annotations

import math

from notifier.expr.floats import shortest

_MANTISSA = 52
"""Bits of a float64 after the point."""


def decimal(number: float, verb: str, precision: int | None) -> str:
    """Return a number as the verb e, E, f, g, G, b, x or X writes it; without precision in the fewest digits."""
    if not math.isfinite(number):
        return shortest(number)
    if verb in "xX":
        text = _hexadecimal(number, precision)
        return text.upper() if verb == "X" else text
    if verb == "b":
        return _binary(number)
    if precision is None:
        return shortest(number).upper() if verb == "G" else shortest(number)
    return format(number, f".{max(precision, 1) if verb in 'gG' else precision}{verb}")


def _parts(number: float) -> tuple[str, int, int]:
    """Sign, mantissa of 53 bits and exponent of a finite number."""
    sign = "-" if math.copysign(1, number) < 0 else ""
    fraction, exponent = math.frexp(abs(number))
    return sign, int(fraction * (1 << _MANTISSA + 1)), exponent - 1


def _binary(number: float) -> str:
    sign, mantissa, exponent = _parts(number)
    least = -1074
    power = max(exponent - _MANTISSA, least) if mantissa else least
    return f"{sign}{mantissa >> (power - (exponent - _MANTISSA)) if mantissa else 0}p{power:+d}"


def _hexadecimal(number: float, precision: int | None) -> str:
    sign, mantissa, exponent = _parts(number)
    if not mantissa:
        return f"{sign}0x0{'.' + '0' * precision if precision else ''}p+00"
    digits = _MANTISSA // 4
    if precision is not None and precision < digits:
        mantissa, carried = _rounded(mantissa, 4 * (digits - precision))
        exponent += carried
        digits = precision
    lead, rest = divmod(mantissa, 1 << 4 * digits)
    fraction = f"{rest:0{digits}x}" if digits else ""
    fraction = fraction.rstrip("0") if precision is None else fraction.ljust(precision, "0")
    return f"{sign}0x{lead}{'.' + fraction if fraction else ''}p{exponent:+03d}"


def _rounded(mantissa: int, bits: int) -> tuple[int, int]:
    """Cut off the last bits of a mantissa, rounding half to even; tells whether it became a power of two higher."""
    high, low = divmod(mantissa, 1 << bits)
    half = 1 << bits - 1
    high += low > half or (low == half and high & 1)
    carried = high >> (_MANTISSA + 1 - bits)
    return high >> carried, carried
