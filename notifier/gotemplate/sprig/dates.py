"""Dates and durations. What is no time and no number is now."""

from __future__ import annotations

from typing import Any

from notifier.expr.durations import NANO
from notifier.expr.fault import Fault as ExprFault
from notifier.expr.timeparsing import parse_date
from notifier.expr.timepoints import ZERO
from notifier.expr.timevalues import Duration, Time, parse_duration
from notifier.expr.zones import UTC_ZONE, Zone, zone
from notifier.gotemplate.budget import fit_width
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import as_int, clamped, whole
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import type_name, wrapped

_DAY = "2006-01-02"
_HOUR = 3600 * NANO
_UNITS = (
    (365 * 24 * _HOUR, "y"),
    (30 * 24 * _HOUR, "mo"),
    (24 * _HOUR, "d"),
    (_HOUR, "h"),
    (60 * NANO, "m"),
    (NANO, "s"),
)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _instant(now: float, value: Any) -> Time:
    """Return the time that a value is: a time, or seconds since the epoch."""
    if isinstance(value, Time):
        return value
    return Time(as_int(value) * NANO) if _is_number(value) else Time.of(now)


def _zone(name: str) -> Zone:
    """Return a time zone by name; UTC if there is none of that name."""
    try:
        return zone(name)
    except ExprFault:
        return UTC_ZONE


def _date_in_zone(now: float, layout: str, value: Any, place: str) -> str:
    return _instant(now, value).within(_zone(place)).format(layout)


def _date(now: float, layout: str, value: Any) -> str:
    return _date_in_zone(now, layout, value, "UTC")


def _time(value: Any) -> Time:
    if isinstance(value, Time):
        return value
    if value is None:
        raise Fault("invalid value; expected time.Time")
    raise Fault(f"wrong type for value; expected time.Time; got {type_name(value)}")


def _modified(change: str, value: Any) -> Time:
    time = _time(value)
    try:
        return time + parse_duration(change)
    except ExprFault:
        raise Fault(f'time: invalid duration "{change}"') from None


def _modified_or_same(change: str, value: Any) -> Time:
    time = _time(value)
    try:
        return _modified(change, time)
    except Fault:
        return time


def _ago(now: float, value: Any) -> str:
    elapsed = Time.of(now).since(_instant(now, value)).nanoseconds
    seconds = (abs(elapsed) + NANO // 2) // NANO * NANO
    return str(Duration(clamped(-seconds if elapsed < 0 else seconds)))


def _duration(value: Any) -> str:
    """Write seconds, a number or a text of digits, as a duration."""
    seconds = clamped(whole(value)) if isinstance(value, str) else as_int(value) if _is_number(value) else 0
    return str(Duration(wrapped(seconds * NANO)))


def _nanoseconds(now: float, value: Any) -> int:
    if isinstance(value, Time):
        return Time.of(now).since(value).nanoseconds
    if isinstance(value, Duration):
        return value.nanoseconds
    if not isinstance(value, str):
        return as_int(value) if _is_number(value) else 0
    try:
        return parse_duration(value).nanoseconds
    except ExprFault:
        return 0


def _rounded(now: float, value: Any) -> str:
    """Write a duration, or the time since a time, in whole units of the largest that it is longer than."""
    size = abs(_nanoseconds(now, value))
    return next((f"{size // length}{unit}" for length, unit in _UNITS if size > length), "0s")


def _parsed(layout: str, text: str) -> Time:
    fit_width(len(layout))
    try:
        return parse_date(text, layout)
    except ExprFault as fault:
        raise Fault(fault.message) from None


def _parsed_or_beginning(layout: str, text: str) -> Time:
    try:
        return _parsed(layout, text)
    except Fault:
        return ZERO


DATES = declared(
    ("now", "clock", Time.of),
    ("date", "clock string any", _date),
    ("dateInZone date_in_zone", "clock string any string", _date_in_zone),
    ("htmlDate", "clock any", lambda now, value: _date(now, _DAY, value)),
    ("htmlDateInZone", "clock any string", lambda now, value, place: _date_in_zone(now, _DAY, value, place)),
    ("dateModify date_modify", "string any", _modified_or_same),
    ("mustDateModify must_date_modify", "string any", _modified),
    ("ago", "clock any", _ago),
    ("duration", "any", _duration),
    ("durationRound", "clock any", _rounded),
    ("toDate", "string string", _parsed_or_beginning),
    ("mustToDate", "string string", _parsed),
    ("unixEpoch", "any", lambda value: str(_time(value).nanoseconds // NANO)),
)
