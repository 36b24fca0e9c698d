"""Points in time and spans between them, with the methods that Go's `time` package gives them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar

from notifier.expr.fault import Fault
from notifier.expr.values import Function, Opaque, Type

_NANO = 1_000_000_000
_UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": _NANO, "m": 60 * _NANO, "h": 3600 * _NANO}
_AMOUNT = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_DURATION = re.compile(rf"[+-]?(?:{_AMOUNT.pattern})+")
_LONGEST = 2**63 - 1
_RFC3339 = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\dT\d{1,2}:\d\d:\d\d)(?:[.,](?P<fraction>\d+))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Duration(Opaque):
    """A span of time, up to 292 years; raises Fault for a longer one."""

    type: ClassVar[Type] = Type.DURATION
    nanoseconds: int

    def __post_init__(self) -> None:
        if not -_LONGEST <= self.nanoseconds <= _LONGEST:
            raise Fault("the duration is too long")

    def __add__(self, other: Duration) -> Duration:
        return Duration(self.nanoseconds + other.nanoseconds)

    def __sub__(self, other: Duration) -> Duration:
        return Duration(self.nanoseconds - other.nanoseconds)

    def __str__(self) -> str:
        """Like Go: `1h2m3.5s`, below a second `1.5ms`, `2µs`, `3ns`."""
        size = abs(self.nanoseconds)
        sign = "-" if self.nanoseconds < 0 else ""
        for unit, width in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
            if 0 < size < width * 1_000:
                return f"{sign}{_decimal(size, width)}{unit}"
        hours, rest = divmod(size, 3600 * _NANO)
        minutes, rest = divmod(rest, 60 * _NANO)
        lead = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
        return f"{sign}{lead}{_decimal(rest, _NANO)}s"


def _decimal(size: int, unit: int) -> str:
    units, rest = divmod(size, unit)
    fraction = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{units}.{fraction}" if fraction else str(units)


@dataclass(frozen=True, slots=True)
class Enum(Opaque):
    """A month or a weekday: Go's numbers with a name."""

    type: ClassVar[Type] = Type.ENUM
    number: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class Time(Opaque):
    """A point in time since the epoch, compared as such; `offset` in seconds east of UTC is how it was written."""

    type: ClassVar[Type] = Type.TIME
    nanoseconds: int
    offset: int = field(default=0, compare=False)

    @classmethod
    def of(cls, seconds: float) -> Time:
        """Return the time so many seconds after the epoch, in UTC."""
        return cls(round(seconds * _NANO))

    def __add__(self, other: Duration) -> Time:
        return Time(self.nanoseconds + other.nanoseconds, self.offset)

    def before(self, span: Duration) -> Time:
        """Return the time `span` earlier."""
        return Time(self.nanoseconds - span.nanoseconds, self.offset)

    def since(self, earlier: Time) -> Duration:
        """Return the span from `earlier` to here, at most the 292 years that Go's durations reach."""
        return Duration(max(-_LONGEST, min(_LONGEST, self.nanoseconds - earlier.nanoseconds)))

    @property
    def local(self) -> datetime:
        """Date and time of day where it was written; raises Fault beyond the years 1 to 9999."""
        try:
            zone = timezone(timedelta(seconds=self.offset))
            instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.nanoseconds // 1_000)
            return instant.astimezone(zone)
        except OverflowError:
            raise Fault("the time is beyond the calendar") from None

    def __str__(self) -> str:
        fraction = f".{self.nanoseconds % _NANO:09d}".rstrip("0").rstrip(".")
        zone = f"{self.local:%z}"
        return f"{self.local:%Y-%m-%d %H:%M:%S}{fraction} {zone} {zone if self.offset else 'UTC'}"


def parse_duration(text: str) -> Duration:
    """Read a duration such as `1h30m` or `-1.5s`; raises Fault for anything else."""
    amounts = _AMOUNT.findall(text)
    if text.lstrip("+-") != "0" and (not amounts or not _DURATION.fullmatch(text)):
        raise Fault("a duration is written like 1h30m, 1.5s or 200ms")
    nanoseconds = sum(int(Decimal(amount) * _UNITS[unit]) for amount, unit in amounts)
    return Duration(-nanoseconds if text.startswith("-") else nanoseconds)


def parse(text: str) -> Time:
    """Read an RFC 3339 time, as `time.Parse` does; raises Fault for anything else."""
    match = _RFC3339.fullmatch(text)
    try:
        local = datetime.strptime(match["local"] if match else "", "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise Fault("time.Parse wants an RFC 3339 time such as 2026-01-31T12:00:00Z") from None
    assert match is not None  # noqa: S101 - an empty text is no time
    east = int(match["hours"] or 0) * 3600 + int(match["minutes"] or 0) * 60
    offset = -east if match["sign"] == "-" else east
    fraction = int((match["fraction"] or "0")[:9].ljust(9, "0"))
    return Time((calendar.timegm(local.utctimetuple()) - offset) * _NANO + fraction, offset)


def clock(now: float) -> dict[str, Any]:
    """Return the environment's `time`; `now` in seconds since the epoch."""
    return {"Now": Function("time.Now", (), lambda: Time.of(now)), "Parse": _PARSE}


_PARSE = Function("time.Parse", (Type.STRING,), parse)
