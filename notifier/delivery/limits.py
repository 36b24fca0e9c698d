"""How fast one destination may be told things: pure arithmetic, the caller brings the clock.

The rate is a leaky bucket: every attempt pours in one, `rate` a second run out, `burst` fit in. What runs out is worked
out when somebody asks, so an idle limiter costs nothing.
"""

from dataclasses import dataclass, field
from math import ceil, inf

_AT_LEAST = 8
"""Attempts that may be under way whatever a destination is like, if its limit is not lower."""
_PACE = 250.0
"""Messages a second that a slow destination gets more attempts at once for."""
_WINDOW = 32
"""Answers after which an older one tells nothing about a destination any more, at the latest twice as many."""


@dataclass(slots=True)
class Limiter:
    """One destination's limits: `rate` messages a second, `burst` of them at once, `concurrency` under way.

    How many are really under way follows from how long answers take, the fastest lately: that is the receiver's own
    time, without what we let it wait. Who answers in 1 ms needs few connections, who takes 100 ms needs many.

    All times are seconds on one clock that never goes back. The caller asks `ready_at`, waits until then, and calls
    `take` before and `release` after each attempt.
    """

    rate: float
    burst: int
    concurrency: int
    _level: float = field(default=0.0, init=False)
    _level_at: float = field(default=-inf, init=False)
    _held_until: float = field(default=-inf, init=False)
    _under_way: int = field(default=0, init=False)
    _answers: int = field(default=0, init=False)
    _fastest: float = field(default=inf, init=False)
    _fastest_before: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if min(self.rate, self.burst, self.concurrency) <= 0:
            raise ValueError("rate, burst and concurrency must be above 0")

    def ready_at(self, now: float) -> float:
        """The earliest time, `now` or later, for the next `take`; infinite until somebody calls `release`."""
        if self._under_way >= self.at_once:
            return inf
        overflow = self._level + 1 - self.burst
        return max(now, self._held_until, self._level_at + overflow / self.rate)

    def take(self, now: float) -> None:
        """Count an attempt that starts now. Raises ValueError if it may not."""
        if self.ready_at(now) > now:
            raise ValueError("this destination is not ready")
        run_out = (now - self._level_at) * self.rate
        self._level, self._level_at = max(0.0, self._level - run_out) + 1, now
        self._under_way += 1

    def release(self) -> None:
        """Count an attempt that has ended. Raises ValueError if none is under way."""
        if not self._under_way:
            raise ValueError("no attempt is under way")
        self._under_way -= 1

    def answered(self, seconds: float) -> None:
        """Take note of how long a receiver took to answer."""
        self._answers += 1
        self._fastest = min(self._fastest, seconds)
        if self._answers % _WINDOW == 0:
            self._fastest_before, self._fastest = self._fastest, inf

    @property
    def at_once(self) -> int:
        """How many attempts may be under way now."""
        return min(self.concurrency, max(_AT_LEAST, ceil(min(self._fastest, self._fastest_before) * _PACE)))

    def is_idle(self, now: float) -> bool:
        """Whether a new limiter would do the same, but for what it knows of answers."""
        full = self._level - (now - self._level_at) * self.rate
        return not self._under_way and full <= 0 and self._held_until <= now

    def hold(self, until: float) -> None:
        """Start nothing before `until`: a receiver's Retry-After holds for all messages to it."""
        self._held_until = max(self._held_until, until)

    def let_go(self) -> None:
        """End what `hold` began."""
        self._held_until = -inf
