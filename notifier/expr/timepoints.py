"""Points in time, with the calendar and the clock of a time zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from notifier.expr.civil import MONTHS, WEEKDAYS, date_of, days_of, weekday_of
from notifier.expr.durations import LONGEST, NANO, Duration
from notifier.expr.layouts import Face, format_face
from notifier.expr.values import Opaque, Type
from notifier.expr.zones import UTC_ZONE, Rule, Zone

_YEAR_1 = days_of(1, 1, 1) * 86_400 * NANO


@dataclass(frozen=True, slots=True)
class Enum(Opaque):
    """A month or a weekday: Go's numbers with a name."""

    type: ClassVar[Type] = Type.ENUM
    number: int
    name: str

    @property
    def kind(self) -> str:
        """Go's name for the type: `Month` or `Weekday`."""
        return "Month" if self.name in MONTHS else "Weekday"

    def __str__(self) -> str:
        return self.name


def month(number: int) -> Enum:
    """Return the month of a number from 1 to 12."""
    return Enum(number, MONTHS[number - 1])


def weekday(number: int) -> Enum:
    """Return the day of the week of a number from 0, Sunday, to 6."""
    return Enum(number, WEEKDAYS[number])


@dataclass(frozen=True, slots=True, order=True)
class Time(Opaque):
    """A point in time since the epoch, compared as such.

    How its calendar and clock read depends on its `zone`; where it has none, on `offset`, in seconds east of UTC.
    """

    type: ClassVar[Type] = Type.TIME
    nanoseconds: int
    offset: int = field(default=0, compare=False)
    zone: Zone | None = field(default=None, compare=False)

    @classmethod
    def of(cls, seconds: float) -> Self:
        """Return the time so many seconds after the epoch, in UTC."""
        return cls(round(seconds * NANO))

    @classmethod
    def shown(cls, local: int, nanosecond: int, zone: Zone) -> Self:
        """Return the time when clocks of `zone` show `local`, in seconds since the epoch as if it were UTC."""
        offset = zone.at_local(local).offset
        return cls((local - offset) * NANO + nanosecond, offset, zone)

    def within(self, zone: Zone) -> Time:
        """Return the same point in time as another zone's clocks show it."""
        return Time(self.nanoseconds, zone.at(self.nanoseconds // NANO).offset, zone)

    @property
    def location(self) -> Zone:
        """The zone its clock follows."""
        return self.zone or (Zone("", Rule(self.offset, "")) if self.offset else UTC_ZONE)

    def __add__(self, other: Duration) -> Time:
        return self._moved(other.nanoseconds)

    def before(self, span: Duration) -> Time:
        """Return the time `span` earlier."""
        return self._moved(-span.nanoseconds)

    def _moved(self, nanoseconds: int) -> Time:
        moved = Time(self.nanoseconds + nanoseconds, self.offset)
        return moved.within(self.zone) if self.zone else moved

    def since(self, earlier: Time) -> Duration:
        """Return the span from `earlier` to here, at most the 292 years that Go's durations reach."""
        return Duration(max(-LONGEST - 1, min(LONGEST, self.nanoseconds - earlier.nanoseconds)))

    def later(self, years: int, months: int, days: int) -> Time:
        """Return the time of day on another date; what is no date goes on into the next month, as in Go."""
        seconds, nanosecond = divmod(self.nanoseconds, NANO)
        clock = (seconds + self.offset) % 86_400
        year, month, day = date_of((seconds + self.offset) // 86_400)
        date = days_of(year + years, month + months, 1) + day + days - 1
        return Time.shown(date * 86_400 + clock, nanosecond, self.location)

    def truncated(self, span: Duration) -> Time:
        """Return the time rounded down to a multiple of `span` since the year 1."""
        return self._moved(-self._rest(span))

    def rounded(self, span: Duration) -> Time:
        """Return the time rounded to the nearest multiple of `span` since the year 1, from its half on up."""
        rest, step = self._rest(span), max(span.nanoseconds, 0)
        return self._moved(-rest if rest * 2 < step else step - rest)

    def _rest(self, span: Duration) -> int:
        return (self.nanoseconds - _YEAR_1) % span.nanoseconds if span.nanoseconds > 0 else 0

    @property
    def face(self) -> Face:
        """What calendar and clock show."""
        seconds, nanosecond = divmod(self.nanoseconds, NANO)
        rule = self.location.at(seconds)
        days, clock = divmod(seconds + rule.offset, 86_400)
        year, month, day = date_of(days)
        yearday = days - days_of(year, 1, 1) + 1
        hour, minute, second = clock // 3600, clock // 60 % 60, clock % 60
        weekday = weekday_of(days)
        return Face(year, month, day, hour, minute, second, nanosecond, weekday, yearday, rule.offset, rule.name)

    def week_year(self) -> int:
        """Return the year that its ISO week belongs to: that of the week's Thursday."""
        face = self.face
        days = days_of(face.year, face.month, face.day)
        return date_of(days - (face.weekday + 6) % 7 + 3)[0]

    def format(self, layout: str) -> str:
        """Return the time as Go's `layout` says, such as `2006-01-02 15:04`."""
        return format_face(self.face, layout)

    def in_json(self) -> str:
        """Return the time as Go's JSON has it, by RFC 3339."""
        return self.format("2006-01-02T15:04:05.999999999Z07:00")

    def __str__(self) -> str:
        return self.format("2006-01-02 15:04:05.999999999 -0700 MST")


ZERO = Time(_YEAR_1)
"""Go's zero time: the beginning of the year 1."""
