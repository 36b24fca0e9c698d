"""Time zones: those of the system's database, and those that a time brought along when it was parsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from notifier.expr.fault import Fault
from notifier.expr.values import Opaque, Type

_YEAR_1, _YEAR_9999 = -62_135_510_400, 253_402_214_400
"""The bounds, in seconds since the epoch and a day inside them, of what Python's calendar can tell."""


class Rule(NamedTuple):
    """What holds in a zone at a moment: seconds east of UTC, the name it has then, whether it is summer time."""

    offset: int
    name: str
    summer: bool = False


@dataclass(frozen=True, slots=True)
class Zone(Opaque):
    """A time zone: the one of that name in the database, or where that is not asked for, one with a single `rule`."""

    type: ClassVar[Type] = Type.ZONE
    name: str
    rule: Rule | None = None

    def at(self, seconds: int) -> Rule:
        """Return what holds at a moment, in seconds since the epoch."""
        if self.rule:
            return self.rule
        moment = datetime.fromtimestamp(max(_YEAR_1, min(seconds, _YEAR_9999)), _database(self.name))
        offset, summer = moment.utcoffset() or timedelta(), moment.dst() or timedelta()
        return Rule(int(offset.total_seconds()), moment.tzname() or "", bool(summer))

    def at_local(self, seconds: int) -> Rule:
        """Return what holds when clocks of the zone show a time, given as if it were UTC; in doubt, what Go chooses."""
        guess = self.at(seconds)
        return self.at(seconds - guess.offset) if guess.offset else guess

    def __str__(self) -> str:
        return self.name


_UTC = Rule(0, "UTC")
UTC_ZONE = Zone("UTC", _UTC)


def zone(name: str) -> Zone:
    """Return the zone of a name such as `Europe/Zurich`; `Local` is UTC. Raises Fault if there is none."""
    if name in ("", "UTC"):
        return UTC_ZONE
    if name == "Local":
        return Zone("Local", _UTC)
    _database(name)
    return Zone(name)


@lru_cache(maxsize=64)
def _database(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise Fault("there is no time zone of that name") from None
