"""From the reflectors to the outbox: changes are taken in as they come, together where several wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from notifier.intake import Intake, Told
from notifier.kube.reflector import Complete, Seen
from notifier.model import Change, Kind

_AT_ONCE = 200
_TICK = 30.0

Sink = Callable[[Told], None]


class ReadAgainError(Exception):
    """A list has to be read once more: the cluster it comes from was set back."""


class Feed:
    """Between any number of reflectors and one intake. What comes of changes is handed to `told`."""

    def __init__(self, intake: Intake, told: Sink, *, clock: Callable[[], float] = time.time) -> None:
        self._intake, self._told, self._clock = intake, told, clock
        self._waiting: asyncio.Queue[Change] = asyncio.Queue(_AT_ONCE * 5)
        self._arrived = asyncio.Event()
        self._working = asyncio.Lock()

    async def put(self, item: Seen | Complete) -> None:
        """Take what a reflector shows. Raises ReadAgainError where a complete list is to be read again."""
        if isinstance(item, Seen):
            await self._waiting.put(Change(Kind(item.resource.kind), item.type, item.raw))
            self._arrived.set()
            return
        async with self._working:
            await self._absorb_waiting()
            version = int(item.resource_version) if item.resource_version.isdecimal() else 0
            told = await self._intake.complete(Kind(item.resource.kind), item.scope, version, item.uids, self._clock())
        if told is None:
            raise ReadAgainError
        self._told(told)

    async def run(self) -> None:
        """Take in what comes, until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            async with self._working:
                await self._absorb_waiting()

    async def tick(self) -> None:
        """Let time pass, every 30 seconds, until cancelled."""
        while True:
            await asyncio.sleep(_TICK)
            async with self._working:
                self._told(await self._intake.tick(self._clock()))

    async def reconsider(self, namespace: str = "", *, learning: bool = False) -> None:
        """Judge conditions once more, see `Intake.reconsider`."""
        async with self._working:
            self._told(await self._intake.reconsider(self._clock(), namespace, learning=learning))

    async def _absorb_waiting(self) -> None:
        while changes := self._drain():
            self._told(await self._intake.absorb(changes, self._clock()))

    def _drain(self) -> list[Change]:
        number = min(_AT_ONCE, self._waiting.qsize())
        return [self._waiting.get_nowait() for _ in range(number)]
