"""The methods of values that have some."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from notifier.expr.durations import NANO, Duration
from notifier.expr.timepoints import ZERO, Time, month, weekday
from notifier.expr.values import Function, Opaque, Type
from notifier.expr.zones import UTC_ZONE, zone


def _table(*methods: tuple[str, tuple[Type, ...], Callable[..., Any], Type]) -> dict[str, Function]:
    return {name: Function(name, parameters, body, value) for name, parameters, body, value in methods}


def _in(unit: int) -> Callable[[Duration], float]:
    """Count whole units and the rest apart, as Go does: the last digit depends on it."""

    def amount(span: Duration) -> float:
        whole, rest = divmod(abs(span.nanoseconds), unit)
        return math.copysign(whole + rest / unit, span.nanoseconds)

    return amount


METHODS: dict[Type, dict[str, Function]] = {
    Type.TIME: _table(
        ("Add", (Type.DURATION,), Time.__add__, Type.TIME),
        ("AddDate", (Type.INT, Type.INT, Type.INT), Time.later, Type.TIME),
        ("Sub", (Type.TIME,), Time.since, Type.DURATION),
        ("Truncate", (Type.DURATION,), Time.truncated, Type.TIME),
        ("Round", (Type.DURATION,), Time.rounded, Type.TIME),
        ("Before", (Type.TIME,), Time.__lt__, Type.BOOL),
        ("After", (Type.TIME,), Time.__gt__, Type.BOOL),
        ("Equal", (Type.TIME,), Time.__eq__, Type.BOOL),
        ("Compare", (Type.TIME,), lambda time, other: (time > other) - (time < other), Type.INT),
        ("IsZero", (), lambda time: time == ZERO, Type.BOOL),
        ("IsDST", (), lambda time: time.location.at(time.nanoseconds // NANO).summer, Type.BOOL),
        ("Unix", (), lambda time: time.nanoseconds // NANO, Type.INT),
        ("UnixMilli", (), lambda time: time.nanoseconds // 1_000_000, Type.INT),
        ("UnixMicro", (), lambda time: time.nanoseconds // 1_000, Type.INT),
        ("UnixNano", (), lambda time: time.nanoseconds, Type.INT),
        ("UTC", (), lambda time: time.within(UTC_ZONE), Type.TIME),
        ("Local", (), lambda time: time.within(zone("Local")), Type.TIME),
        ("In", (Type.ZONE,), Time.within, Type.TIME),
        ("Location", (), lambda time: time.location, Type.ZONE),
        ("Zone", (), lambda time: time.face.zone, Type.STRING),
        ("Date", (), lambda time: time.face.year, Type.INT),
        ("Clock", (), lambda time: time.face.hour, Type.INT),
        ("ISOWeek", (), Time.week_year, Type.INT),
        ("Year", (), lambda time: time.face.year, Type.INT),
        ("Month", (), lambda time: month(time.face.month), Type.ENUM),
        ("Day", (), lambda time: time.face.day, Type.INT),
        ("YearDay", (), lambda time: time.face.yearday, Type.INT),
        ("Weekday", (), lambda time: weekday(time.face.weekday), Type.ENUM),
        ("Hour", (), lambda time: time.face.hour, Type.INT),
        ("Minute", (), lambda time: time.face.minute, Type.INT),
        ("Second", (), lambda time: time.face.second, Type.INT),
        ("Nanosecond", (), lambda time: time.face.nanosecond, Type.INT),
        ("Format", (Type.STRING,), Time.format, Type.STRING),
        ("String", (), str, Type.STRING),
    ),
    Type.DURATION: _table(
        ("Truncate", (Type.DURATION,), Duration.truncated, Type.DURATION),
        ("Round", (Type.DURATION,), Duration.rounded, Type.DURATION),
        ("Hours", (), _in(3_600_000_000_000), Type.FLOAT),
        ("Minutes", (), _in(60_000_000_000), Type.FLOAT),
        ("Seconds", (), _in(1_000_000_000), Type.FLOAT),
        ("Milliseconds", (), lambda span: int(span.nanoseconds / 1_000_000), Type.INT),
        ("Microseconds", (), lambda span: int(span.nanoseconds / 1_000), Type.INT),
        ("Nanoseconds", (), lambda span: span.nanoseconds, Type.INT),
        ("Abs", (), lambda span: Duration(abs(span.nanoseconds)), Type.DURATION),
        ("String", (), str, Type.STRING),
    ),
    Type.ENUM: _table(("String", (), str, Type.STRING)),
    Type.ZONE: _table(("String", (), str, Type.STRING)),
}


def method(value: Opaque, name: object) -> Function | None:
    """Return the method `name` of `value`, bound to it; None if it has none of that name."""
    found = METHODS.get(value.type, {}).get(name) if isinstance(name, str) else None
    return found and replace(found, body=partial(found.body, value))
