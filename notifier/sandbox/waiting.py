"""Waiting until something has become true, without asking again and again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Waiting:
    """Coroutines that wait for a condition, and who tells them that it may hold now."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        """Let everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool], within: float) -> None:
        """Return once the condition holds; TimeoutError if it does not within so many seconds."""
        async with asyncio.timeout(within):
            while not holds():
                await self._changed.wait()
