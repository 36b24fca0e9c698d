"""Spans between points in time, as Go counts and writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from notifier.expr.fault import Fault
from notifier.expr.values import Opaque, Type

NANO = 1_000_000_000
"""Nanoseconds in a second."""
LONGEST = 2**63 - 1
"""The longest span, in nanoseconds."""
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": NANO,
    "m": 60 * NANO,
    "h": 3600 * NANO,
}
_AMOUNT = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|[\u00b5\u03bc]s|ms|s|m|h)")
_DURATION = re.compile(rf"[+-]?(?:{_AMOUNT.pattern})+")


@dataclass(frozen=True, slots=True, order=True)
class Duration(Opaque):
    """A span of time, up to 292 years; raises Fault for a longer one."""

    type: ClassVar[Type] = Type.DURATION
    nanoseconds: int

    def __post_init__(self) -> None:
        if not -LONGEST - 1 <= self.nanoseconds <= LONGEST:
            raise Fault("the duration is too long")

    def __add__(self, other: Duration) -> Duration:
        return Duration(self.nanoseconds + other.nanoseconds)

    def __sub__(self, other: Duration) -> Duration:
        return Duration(self.nanoseconds - other.nanoseconds)

    def truncated(self, unit: Duration) -> Duration:
        """Return it rounded towards zero to a multiple of `unit`, which must be positive to have an effect."""
        return Duration(self.nanoseconds - self._rest(unit))

    def rounded(self, unit: Duration) -> Duration:
        """Return it rounded to the nearest multiple of `unit`, from its half on away from zero."""
        rest, step = self._rest(unit), max(unit.nanoseconds, 0)
        away = step if self.nanoseconds >= 0 else -step
        return Duration(self.nanoseconds - rest + (away if abs(rest) * 2 >= step else 0))

    def _rest(self, unit: Duration) -> int:
        rest = abs(self.nanoseconds) % unit.nanoseconds if unit.nanoseconds > 0 else 0
        return rest if self.nanoseconds >= 0 else -rest

    def __str__(self) -> str:
        """Like Go: `1h2m3.5s`, below a second `1.5ms`, `2µs`, `3ns`."""
        size = abs(self.nanoseconds)
        sign = "-" if self.nanoseconds < 0 else ""
        for unit, width in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
            if 0 < size < width * 1_000:
                return f"{sign}{_decimal(size, width)}{unit}"
        hours, rest = divmod(size, 3600 * NANO)
        minutes, rest = divmod(rest, 60 * NANO)
        lead = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
        return f"{sign}{lead}{_decimal(rest, NANO)}s"


def _decimal(size: int, unit: int) -> str:
    units, rest = divmod(size, unit)
    fraction = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{units}.{fraction}" if fraction else str(units)


def parse_duration(text: str) -> Duration:
    """Read a duration such as `1h30m` or `-1.5s`; raises Fault for anything else."""
    amounts = _AMOUNT.findall(text)
    if not _DURATION.fullmatch(text) and text not in ("0", "+0", "-0"):
        raise Fault("a duration is written like 1h30m, 1.5s or 200ms")
    nanoseconds = sum(_nanoseconds(amount, _UNITS[unit]) for amount, unit in amounts)
    return Duration(-nanoseconds if text.startswith("-") else nanoseconds)


def _nanoseconds(amount: str, unit: int) -> int:
    """What is beyond 64 bits of a fraction is left out, and it is multiplied as a float, as Go does."""
    whole, _, fraction = amount.partition(".")
    digits = fraction[:19] if int(fraction[:19] or 0) <= LONGEST else fraction[:18]
    return int(whole or 0) * unit + int(int(digits or 0) * (unit / 10.0 ** len(digits)))
