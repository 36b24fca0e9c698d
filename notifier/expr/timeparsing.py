"""Reading times by Go's layouts: a layout becomes a regular expression that never goes back on what it has taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from notifier.expr.civil import MONTHS, WEEKDAYS, date_of, days_of
from notifier.expr.fault import Fault
from notifier.expr.layouts import chunks
from notifier.expr.timepoints import Time
from notifier.expr.zones import UTC_ZONE, Rule, Zone

RFC3339 = "2006-01-02T15:04:05Z07:00"
_DATES = (
    *("2006-01-02", "15:04:05", "2006-01-02 15:04:05", RFC3339, "02 Jan 06 15:04 MST"),
    *("Monday, 02-Jan-06 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 MST"),
)
"""What `date` tries when it is given no layout."""


def _one_of(names: Sequence[str]) -> str:
    return f"((?i:{'|'.join(names)}))"


_TWO, _ONE_OR_TWO = r"(\d\d)", r"(\d\d?+)"
_SHORT_MONTHS = [month[:3] for month in MONTHS]
_ZONE = (
    r"((?>UTC|ChST|MeST|GMT(?:[+-](?:0*+(?:1\d|2[0-3]|\d))(?!\d))?+|[+-]0*+(?:1\d|2[0-3]|\d)(?!\d)"
    r"|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z])))"
)
_READERS = {
    "2006": ("year", r"(\d{4})"),
    "06": ("short year", _TWO),
    "January": ("month name", _one_of(MONTHS)),
    "Jan": ("month name", _one_of(_SHORT_MONTHS)),
    "01": ("month", _TWO),
    "1": ("month", _ONE_OR_TWO),
    "Monday": ("weekday", _one_of(WEEKDAYS)),
    "Mon": ("weekday", _one_of([weekday[:3] for weekday in WEEKDAYS])),
    "02": ("day", _TWO),
    "_2": ("day", rf"\ ?+{_ONE_OR_TWO}"),
    "2": ("day", _ONE_OR_TWO),
    "002": ("yearday", r"(\d{3})"),
    "__2": ("yearday", r"\ {0,2}+(\d{1,3}+)"),
    "15": ("hour", _ONE_OR_TWO),
    "03": ("half hour", _TWO),
    "3": ("half hour", _ONE_OR_TWO),
    "04": ("minute", _TWO),
    "4": ("minute", _ONE_OR_TWO),
    "05": ("second", _TWO),
    "5": ("second", _ONE_OR_TWO),
    "PM": ("noon", "(AM|PM)"),
    "pm": ("noon", "(am|pm)"),
    "MST": ("zone", _ZONE),
}
_BOUNDS = {"hour": (0, 23), "half hour": (0, 12), "minute": (0, 59), "second": (0, 59), "month": (1, 12)}


class _Reader(NamedTuple):
    fields: tuple[str, ...]
    pattern: re.Pattern[str]


def parse_date(text: str, layout: str | None = None, zone: Zone = UTC_ZONE) -> Time:
    """Read a time as `date` does: by `layout`, or by one of the usual ones; in `zone` where the text names none.

    Raises Fault if it cannot be read, or if there is no such day or hour.
    """
    for candidate in _DATES if layout is None else (layout,):
        found = _read(text, candidate, zone)
        if found:
            return found
    wanted = "is no date such as 2026-01-31 or 2026-01-31T12:00:00Z" if layout is None else "does not fit the layout"
    raise Fault(f"date: the text {wanted}")


def parse(text: str) -> Time:
    """Read an RFC 3339 time, as `time.Parse` does; raises Fault for anything else."""
    found = _read(text, RFC3339, UTC_ZONE)
    if found:
        return found
    raise Fault("time.Parse wants an RFC 3339 time such as 2026-01-31T12:00:00Z")


def _read(text: str, layout: str, zone: Zone) -> Time | None:
    reader = _reader(layout)
    match = reader.pattern.fullmatch(text)
    if match is None:
        return None
    given = {field: value for field, value in zip(reader.fields, match.groups(), strict=True) if value is not None}
    if any(not low <= int(given.get(field, low)) <= high for field, (low, high) in _BOUNDS.items()):
        return None
    days = _days(given)
    return None if days is None else _placed(days * 86_400 + _seconds(given), _nanoseconds(given), given, zone)


@lru_cache(maxsize=256)
def _reader(layout: str) -> _Reader:
    pieces = chunks(layout)
    fields, pattern = [], ""
    for (literal, chunk), (after, following) in zip(pieces, (*pieces[1:], ("", "")), strict=True):
        pattern += _literal(literal)
        field, reading = _READERS.get(chunk) or _special(chunk)
        fields += [field] if field else []
        pattern += reading
        if field == "second" and not (following[:1] in (".", ",") and not after):
            fields.append("fraction")
            pattern += r"(?:[.,](\d++))?+"
    return _Reader(tuple(fields), re.compile(pattern, re.ASCII))


def _literal(text: str) -> str:
    """A blank of the layout stands for any number of them, and for none at the end."""
    return re.sub(r"(?:\\ )+", lambda _: r"(?:\ ++|\Z)", re.escape(text))


def _special(chunk: str) -> tuple[str, str]:
    if chunk[:1] in (".", ","):
        exact = f"[.,](\\d{{{len(chunk) - 1}}})"
        return "fraction", exact if chunk[1] == "0" else r"(?:[.,](\d++))?+"
    if not chunk:
        return "", ""
    colon = ":" if ":" in chunk else ""
    digits = colon.join([r"\d\d"] * len(re.findall("0[07]", chunk)))
    return "offset", f"({'Z|' if chunk[0] == 'Z' else ''}[+-]{digits})"


def _days(given: dict[str, str]) -> int | None:
    """The date as days since the epoch; None if there is no such day."""
    year = int(given.get("year", 0))
    if "short year" in given:
        year = (int(given["short year"]) + 31) % 100 + 1969
    named = given.get("month name", "")[:3].title()
    month = _SHORT_MONTHS.index(named) + 1 if named else int(given.get("month", 0))
    if "yearday" in given:
        days = days_of(year, 1, int(given["yearday"]))
        told = month or date_of(days)[1], int(given.get("day", date_of(days)[2]))
        return days if date_of(days) == (year, *told) else None
    date = year, month or 1, int(given.get("day", 1))
    days = days_of(*date)
    return days if date_of(days) == date else None


def _seconds(given: dict[str, str]) -> int:
    hour = int(given.get("half hour", given.get("hour", 0)))
    noon = given.get("noon", "").upper()
    hour = hour % 12 + 12 * (noon == "PM") if noon and hour <= 12 else hour  # noqa: PLR2004 - a clock's hours
    return hour * 3600 + int(given.get("minute", 0)) * 60 + int(given.get("second", 0))


def _nanoseconds(given: dict[str, str]) -> int:
    return int(given.get("fraction", "0")[:9].ljust(9, "0"))


def _placed(local: int, nanoseconds: int, given: dict[str, str], zone: Zone) -> Time | None:
    """The time whose clock shows `local` where the text says, or else in `zone`."""
    offset, name = given.get("offset", "Z" if given.get("zone") == "UTC" else ""), given.get("zone", "")
    if offset == "Z":
        return Time.shown(local, nanoseconds, UTC_ZONE)
    if offset:
        return _offset(local, nanoseconds, offset, name, zone)
    if name:
        return _named(local, nanoseconds, name, zone)
    return Time.shown(local, nanoseconds, zone)


def _offset(local: int, nanoseconds: int, offset: str, name: str, zone: Zone) -> Time | None:
    hours, minutes, seconds = (int(part) for part in (*re.findall(r"\d\d", offset), "0", "0")[:3])
    if hours > 24 or minutes > 60 or seconds > 60:  # noqa: PLR2004 - Go's own bounds
        return None
    east = (hours * 3600 + minutes * 60 + seconds) * (-1 if offset[0] == "-" else 1)
    there = zone.at(local - east)
    known = there.offset == east and name in ("", there.name)
    return Time.shown(local, nanoseconds, zone if known else Zone(name, Rule(east, name)))


def _named(local: int, nanoseconds: int, name: str, zone: Zone) -> Time:
    """A zone's abbreviation means something only where `zone` uses it; else it is kept, but counts as UTC."""
    there = zone.at_local(local)
    if there.name == name:
        return Time.shown(local, nanoseconds, zone)
    hours = int(name[3:]) if name[:3] == "GMT" and len(name) > 3 else 0  # noqa: PLR2004 - GMT+3
    return Time.shown(local + hours * 3600, nanoseconds, Zone(name, Rule(hours * 3600, name)))
