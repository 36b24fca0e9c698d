"""The methods of values that have some."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from notifier.expr.timevalues import Duration, Enum, Time
from notifier.expr.values import Function, Opaque, Type

if TYPE_CHECKING:
    from collections.abc import Callable


def _table(*methods: tuple[str, tuple[Type, ...], Callable[..., Any]]) -> dict[str, Function]:
    return {name: Function(name, parameters, body) for name, parameters, body in methods}


def _in(unit: int) -> Callable[[Duration], float]:
    """Count whole units and the rest apart, as Go does: the last digit depends on it."""

    def amount(span: Duration) -> float:
        whole, rest = divmod(abs(span.nanoseconds), unit)
        return math.copysign(whole + rest / unit, span.nanoseconds)

    return amount


METHODS: dict[Type, dict[str, Function]] = {
    Type.TIME: _table(
        ("Add", (Type.DURATION,), Time.__add__),
        ("Sub", (Type.TIME,), Time.since),
        ("Before", (Type.TIME,), Time.__lt__),
        ("After", (Type.TIME,), Time.__gt__),
        ("Equal", (Type.TIME,), Time.__eq__),
        ("Compare", (Type.TIME,), lambda time, other: (time > other) - (time < other)),
        ("Unix", (), lambda time: time.nanoseconds // 1_000_000_000),
        ("UnixMilli", (), lambda time: time.nanoseconds // 1_000_000),
        ("UnixMicro", (), lambda time: time.nanoseconds // 1_000),
        ("UnixNano", (), lambda time: time.nanoseconds),
        ("UTC", (), lambda time: replace(time, offset=0)),
        ("Year", (), lambda time: time.local.year),
        ("Month", (), lambda time: Enum(time.local.month, f"{time.local:%B}")),
        ("Day", (), lambda time: time.local.day),
        ("YearDay", (), lambda time: time.local.timetuple().tm_yday),
        ("Weekday", (), lambda time: Enum(time.local.isoweekday() % 7, f"{time.local:%A}")),
        ("Hour", (), lambda time: time.local.hour),
        ("Minute", (), lambda time: time.local.minute),
        ("Second", (), lambda time: time.local.second),
        ("String", (), str),
    ),
    Type.DURATION: _table(
        ("Hours", (), _in(3_600_000_000_000)),
        ("Minutes", (), _in(60_000_000_000)),
        ("Seconds", (), _in(1_000_000_000)),
        ("Milliseconds", (), lambda span: int(span.nanoseconds / 1_000_000)),
        ("Microseconds", (), lambda span: int(span.nanoseconds / 1_000)),
        ("Nanoseconds", (), lambda span: span.nanoseconds),
        ("Abs", (), lambda span: Duration(abs(span.nanoseconds))),
        ("String", (), str),
    ),
    Type.ENUM: _table(("String", (), str)),
}


def method(value: Opaque, name: object) -> Function | None:
    """Return the method `name` of `value`, bound to it; None if it has none of that name."""
    found = METHODS.get(value.type, {}).get(name) if isinstance(name, str) else None
    return found and replace(found, body=partial(found.body, value))
