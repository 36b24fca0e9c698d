"""`string(value)`: values as Go's `%v` writes them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from notifier.expr.values import in_order, is_integer

if TYPE_CHECKING:
    from notifier.expr.frame import Meter

_WORDS = {None: "<nil>", True: "true", False: "false"}


def printed(meter: Meter, value: Any) -> str:
    """Return `value` as text: `<nil>`, `1e+08`, `[1 2]`, `map[a:1]`."""
    if type(value) is str:
        meter.handle(value)
        return value
    if value is None or type(value) is bool:
        return _WORDS[value]
    if is_integer(value):
        return str(value)
    if type(value) is int or type(value) is float:
        return _decimal(float(value))
    if type(value) is list:
        meter.spend(len(value))
        return f"[{' '.join(printed(meter, item) for item in value)}]"
    if isinstance(value, dict):
        meter.spend(len(value))
        items = (f"{printed(meter, key)}:{printed(meter, value[key])}" for key in in_order(value))
        return f"map[{' '.join(items)}]"
    text = str(value)
    meter.handle(text)
    return text


def _decimal(number: float) -> str:
    """Write the shortest digits that mean `number`; from a million up, and below a ten-thousandth, with an exponent."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else f"{number:+}".title()
    digits = Decimal(repr(number)).normalize()
    exponent = digits.adjusted() if number else 0
    if -5 < exponent < 6:  # noqa: PLR2004 - the bounds of the docstring
        return format(digits, "f")
    return f"{format(digits.scaleb(-exponent), 'f')}e{exponent:+03d}"
