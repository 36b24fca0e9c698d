"""The receivers of the delivery measurements: one process that counts what comes to each of its paths."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import aiohttp

from tests.bench.daemons import ended, free_address
from tests.bench.peer import program

Counts: TypeAlias = Mapping[str, float]
"""What came since the last reset: `count`, `unique`, `seconds` from first to last, `n_w0`, `p99ms_w0` and so on."""

_POLL = 0.1


def command() -> tuple[str, ...]:
    """The peer's own receiver, or ours in its place."""
    found = program("sink")
    return (str(found),) if found else (sys.executable, "-m", "tests.bench.sink")


class Receivers:
    """Receivers at `url`; `connections` is how many connections they have seen before the last reset."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self.url, self._client = url, client
        # Ours, to ask for the counts, is none of the daemon's.
        self.connections = -1

    async def counts(self) -> Counts:
        """What has come since the last reset."""
        return await self._asked("/stats")

    async def reset(self) -> None:
        """Begin to count anew."""
        self.connections += int((await self._asked("/stats?reset=1"))["connections"])

    async def wait(self, enough: Callable[[Counts], bool]) -> Counts:
        """The counts as soon as they are enough."""
        while True:
            counts = await self.counts()
            if enough(counts):
                return counts
            await asyncio.sleep(_POLL)

    async def _asked(self, path: str) -> dict[str, float]:
        async with self._client.get(self.url + path) as answer:
            found: dict[str, float] = await answer.json(content_type=None)
            return found


@asynccontextmanager
async def receiving(delays: Mapping[str, str], *, tls: bool = False) -> AsyncIterator[Receivers]:
    """Receivers that answer at once, or after a delay ("5s") by name, "*" being all."""
    address = free_address()
    flags = [flag for name, delay in delays.items() for flag in ("-delay", f"{name}={delay}")]
    process = await asyncio.create_subprocess_exec(*command(), "-addr", address, *flags, *(("-tls",) if tls else ()))
    async with ended(process), aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as client:
        receivers = Receivers(f"{'https' if tls else 'http'}://{address}", client)
        async with asyncio.timeout(30):
            await _answering(receivers)
        yield receivers


async def _answering(receivers: Receivers) -> None:
    while True:
        with suppress(aiohttp.ClientConnectionError):
            await receivers.reset()
            return
        await asyncio.sleep(_POLL)
