"""`string(value)`: values as Go's `%v` writes them."""

from __future__ import annotations

from typing import Any

from notifier.expr.floats import shortest
from notifier.expr.frame import Meter
from notifier.expr.values import in_order, is_integer

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
        return shortest(float(value))
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
