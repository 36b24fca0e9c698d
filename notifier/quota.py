"""How much one may have of what all share."""

from __future__ import annotations

from typing import NamedTuple

_HOUR = 3600.0


class _Purse(NamedTuple):
    left: float
    since: float


class Quota:
    """So many an hour for each name: what is not used is saved up, for an hour at most."""

    def __init__(self) -> None:
        self._purses: dict[str, _Purse] = {}

    def take(self, name: str, most: int, now: float) -> bool:
        """Use up one of the `most` an hour; whether there was one left."""
        left, since = self._purses.get(name, _Purse(most, now))
        left = min(most, left + max(0.0, now - since) * most / _HOUR)
        self._purses[name] = _Purse(left - 1 if left >= 1 else left, max(now, since))
        return left >= 1
