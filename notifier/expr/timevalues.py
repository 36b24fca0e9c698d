"""Points in time, spans between them and what makes them of text: all of Go's `time` that expressions can reach."""

from __future__ import annotations

from typing import Any

from notifier.expr.durations import Duration, parse_duration
from notifier.expr.timeparsing import parse, parse_date
from notifier.expr.timepoints import Enum, Time
from notifier.expr.values import Function, Type
from notifier.expr.zones import Zone, zone

__all__ = ["Duration", "Enum", "Time", "Zone", "clock", "parse", "parse_date", "parse_duration", "zone"]


def clock(now: float) -> dict[str, Any]:
    """Return the environment's `time`; `now` in seconds since the epoch."""
    return {"Now": Function("time.Now", (), lambda: Time.of(now)), "Parse": _PARSE}


_PARSE = Function("time.Parse", (Type.STRING,), parse)
