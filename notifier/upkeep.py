"""What the store needs from time to time: counting what is open, forgetting what is long over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from notifier.errors import StoreError
from notifier.outbox.protocol import Census, Outbox
from notifier.settings import StoreSettings

_log = structlog.get_logger(__name__)
_COUNT_SECONDS = 10.0
_ROUNDS_PER_CLEANING = 360
_TOMBSTONE_SECONDS = 7 * 86_400.0
_THREAD_SECONDS = 90 * 86_400.0


class Upkeep:
    """Keeps a census for metrics, and the store small."""

    def __init__(self, outbox: Outbox, settings: StoreSettings, clock: Callable[[], float] = time.time) -> None:
        self._outbox, self._settings, self._clock = outbox, settings, clock
        self.census: list[Census] = []
        self.trouble = ""

    async def run(self) -> None:
        """Count every ten seconds and clean every hour, until cancelled."""
        rounds = 0
        while True:
            try:
                self.census = await self._outbox.census()
                if rounds % _ROUNDS_PER_CLEANING == 0:
                    await self.clean()
                self.trouble = ""
                rounds += 1
            except StoreError as error:
                self.trouble = str(error)
                _log.exception("the store fails")
            await asyncio.sleep(_COUNT_SECONDS)

    async def clean(self) -> None:
        """Forget what was settled, happened or was deleted long ago."""
        now = self._clock()
        await self._outbox.forget(
            {
                "deliveries": now - self._settings.keep_deliveries,
                "events": now - self._settings.keep_events,
                "tombstones": now - _TOMBSTONE_SECONDS,
                "threads": now - _THREAD_SECONDS,
            }
        )
