"""Where deliveries are measured: a cluster, receivers and one daemon, ours or the peer, each a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from notifier.sandbox.kubeconfig import kubeconfig
from tests.bench.daemons import Running, daemon, engine
from tests.bench.fleet import SERVICES, Fleet, Flip, harbour
from tests.bench.peer import program
from tests.bench.receivers import Counts, Receivers, receiving
from tests.bench.servers import Pipe, running

STORE = "deliveries.db"
"""The file in our daemon's folder."""


Side: TypeAlias = "Callable[[str, Path], AbstractAsyncContextManager[Running]]"
"""Starts the daemon of the cluster at a URL, with a folder for its files; its process is ready."""


def ours(server: str, folder: Path) -> AbstractAsyncContextManager[Running]:
    """Our daemon, with a new store."""
    return daemon(server, folder / STORE)


def peer() -> Side | None:
    """The peer, None where it cannot be built."""
    built = program("engine")
    return partial(_peer, built) if built else None


def _peer(built: Path, server: str, folder: Path) -> AbstractAsyncContextManager[Running]:
    path = folder / "kubeconfig"
    path.write_text(kubeconfig(server), encoding="ascii")
    return engine(built, path)


class Work(NamedTuple):
    """So many Rollouts; receivers that answer after delays by name ("*" is all), over TLS or not."""

    rollouts: int = 1000
    delays: Mapping[str, str] = {}
    tls: bool = False


class Stage:
    """A daemon at work: `process` tells what it costs, `receivers` what came of it."""

    def __init__(self, process: Running, receivers: Receivers, api: Pipe) -> None:
        self.process, self.receivers, self._api = process, receivers, api

    async def flip(self, flip: Flip) -> None:
        """Change the Rollouts; the daemon may lag."""
        self._api.send(flip)
        await asyncio.to_thread(self._api.recv)

    async def ready(self, rollouts: int) -> None:
        """Rollouts that are healthy, a daemon that knows it and has nothing to do, receivers that know nothing."""
        await self.flip(Flip("Healthy", rollouts))
        await self.process.rested()
        await self.receivers.reset()

    async def degrade(self, rollouts: int) -> Counts:
        """Degrade Rollouts as fast as can be; what has come when all has come, and all of it once."""
        await self.flip(Flip("Degraded", rollouts))
        expected = rollouts * len(SERVICES)
        counts = await self.receivers.wait(lambda counts: counts["count"] >= expected)
        assert counts["count"] == counts["unique"] == expected
        return counts


@asynccontextmanager
async def stage(side: Side, work: Work, folder: Path) -> AsyncIterator[Stage]:
    """A stage with everybody ready."""
    async with receiving(work.delays, tls=work.tls) as receivers:
        with running(harbour, Fleet(work.rollouts, receivers.url)) as api:
            server = await asyncio.to_thread(api.recv)
            async with side(server, folder) as process:
                yield Stage(process, receivers, api)
