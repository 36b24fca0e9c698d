"""What an expression says, as JSON can hold it."""

from __future__ import annotations

import math
from typing import Any

from notifier.errors import ExpressionError
from notifier.expr.frame import Meter
from notifier.expr.printing import printed
from notifier.expr.timevalues import Duration, Enum, Time, Zone
from notifier.expr.values import encode, is_integer, is_number, type_of


def exported(value: Any) -> Any:
    """Return a value as JSON-like data: times and zones as text, durations in nanoseconds, infinities by name.

    Raises ExpressionError for a function, and for whatever else is no data.
    """
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return encode(value).decode(errors="replace")
    if type(value) is list:
        return [exported(item) for item in value]
    if isinstance(value, dict):
        return {key if type(key) is str else printed(Meter(), key): exported(item) for key, item in value.items()}
    return _number(value) if is_number(value) else _opaque(value)


def _number(value: float) -> Any:
    if is_integer(value):
        return int(value)
    return value if math.isfinite(value) else printed(Meter(), value)


def _opaque(value: Any) -> Any:
    if isinstance(value, Time):
        return value.in_json()
    if isinstance(value, Duration):
        return value.nanoseconds
    if isinstance(value, Enum):
        return value.number
    if isinstance(value, Zone):
        return str(value)
    raise ExpressionError(f"the value is a {type_of(value)}, which JSON cannot hold")
