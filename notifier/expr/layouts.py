"""Go's layouts: a format is written as the reference time, Mon Jan 2 15:04:05 MST 2006, would look in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from notifier.expr.civil import MONTHS, WEEKDAYS

_CHUNK = re.compile(
    r"""January | Jan(?![a-z]) | Monday | Mon(?![a-z]) | MST | 0[1-6] | 002 | 15 | 1 | _2(?!006) | __2 | 2006 | 2
      | [345] | PM | pm | [-Z]07(?: 0000 | :00:00 | 00 | :00 )? | [.,](?: 0+ | 9+ )(?![0-9])""",
    re.VERBOSE,
)


class Face(NamedTuple):
    """A point in time as calendars and clocks of a place show it."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    weekday: int
    yearday: int
    offset: int
    zone: str


@lru_cache(maxsize=256)
def chunks(layout: str) -> Sequence[tuple[str, str]]:
    """Return a layout in pieces: a literal text, possibly empty, and what of the reference time follows it."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for match in _CHUNK.finditer(layout):
        pieces.append((layout[end : match.start()], match[0]))
        end = match.end()
    return (*pieces, (layout[end:], ""))


def format_face(face: Face, layout: str) -> str:
    """Write a time as `layout` says."""
    return "".join(literal + _written(face, chunk) for literal, chunk in chunks(layout))


def _written(face: Face, chunk: str) -> str:
    if chunk in _WRITERS:
        return _WRITERS[chunk](face)
    if chunk[:1] in (".", ","):
        digits = f"{face.nanosecond:09d}"[: len(chunk) - 1].ljust(len(chunk) - 1, "0")
        digits = digits.rstrip("0") if chunk[1] == "9" else digits
        return chunk[0] + digits if digits else ""
    return _offset(face.offset, chunk) if chunk else ""


def _offset(offset: int, chunk: str) -> str:
    if chunk[0] == "Z" and offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    numbers = (minutes // 60, minutes % 60, seconds)[: len(re.findall("0[07]", chunk))]
    return ("-" if offset < 0 else "+") + (":" if ":" in chunk else "").join(f"{number:02d}" for number in numbers)


def _year(face: Face) -> str:
    return f"{face.year:04d}" if face.year >= 0 else f"-{-face.year:04d}"


_WRITERS: dict[str, Callable[[Face], str]] = {
    "2006": _year,
    "06": lambda face: f"{face.year % 100:02d}",
    "January": lambda face: MONTHS[face.month - 1],
    "Jan": lambda face: MONTHS[face.month - 1][:3],
    "01": lambda face: f"{face.month:02d}",
    "1": lambda face: str(face.month),
    "Monday": lambda face: WEEKDAYS[face.weekday],
    "Mon": lambda face: WEEKDAYS[face.weekday][:3],
    "02": lambda face: f"{face.day:02d}",
    "_2": lambda face: f"{face.day:2d}",
    "2": lambda face: str(face.day),
    "002": lambda face: f"{face.yearday:03d}",
    "__2": lambda face: f"{face.yearday:3d}",
    "15": lambda face: f"{face.hour:02d}",
    "03": lambda face: f"{(face.hour - 1) % 12 + 1:02d}",
    "3": lambda face: str((face.hour - 1) % 12 + 1),
    "04": lambda face: f"{face.minute:02d}",
    "4": lambda face: str(face.minute),
    "05": lambda face: f"{face.second:02d}",
    "5": lambda face: str(face.second),
    "PM": lambda face: "AM" if face.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "pm": lambda face: "am" if face.hour < 12 else "pm",  # noqa: PLR2004 - noon
    "MST": lambda face: face.zone or _offset(face.offset, "-0700"),
}
