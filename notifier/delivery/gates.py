"""Gates: each destination has its own limits, so that one that is slow or angry costs only itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf

from notifier.delivery.limits import Limiter

Sleep = Callable[[float], Awaitable[None]]
_LOOK = 5.0
"""Seconds after which who waits looks again: what a receiver wished may mean nothing any more."""


class Gate:
    """Lets attempts at a destination through one after the other, as its limiter allows.

    Times are of a clock that never goes back.
    """

    def __init__(self, limiter: Limiter, clock: Callable[[], float], sleep: Sleep) -> None:
        self._limiter, self._clock, self._sleep = limiter, clock, sleep
        self._door = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Wait for a place, first come first served, and hold it."""
        async with self._door:
            await self._ready()
            self._limiter.take(self._clock())
        try:
            yield
        finally:
            self._limiter.release()
            self._freed.set()

    def answered(self, seconds: float) -> None:
        """Take note of how long the receiver took to answer an attempt."""
        self._limiter.answered(seconds)

    def hold(self, seconds: float) -> None:
        """Start nothing for a while: the receiver asked for it."""
        self._limiter.hold(self._clock() + seconds)

    def let_go(self) -> None:
        """Forget what the receiver asked for: it may be another now."""
        self._limiter.let_go()

    def is_idle(self) -> bool:
        """Whether nothing is lost by forgetting it."""
        return not self._door.locked() and self._limiter.is_idle(self._clock())

    async def _ready(self) -> None:
        while (at := self._limiter.ready_at(self._clock())) > self._clock():
            if at == inf:
                self._freed.clear()
                await self._freed.wait()
            else:
                await self._sleep(min(at - self._clock(), _LOOK))
