"""The daemon as users run it: its own command, in a process of its own."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from socket import create_server
from typing import NamedTuple

import aiohttp

_COMMAND = str(Path(sys.executable).with_name("rollouts-notifier"))
_POLL = 0.02


class Memory(NamedTuple):
    """What a process holds in memory and has held at most, in MiB."""

    resident: float
    peak: float


class Running(NamedTuple):
    """A daemon that is ready, and how many seconds it took from its start to /readyz's first 200."""

    pid: int
    seconds: float

    def memory(self) -> Memory:
        """See `Memory`."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        kilobytes = dict(re.findall(r"(VmRSS|VmHWM):\s*(\d+) kB", status))
        return Memory(int(kilobytes["VmRSS"]) / 1024, int(kilobytes["VmHWM"]) / 1024)


@asynccontextmanager
async def daemon(server: str, store: Path) -> AsyncIterator[Running]:
    """A daemon of the cluster at `server` with the store at a path, from readiness until the block ends."""
    with create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = ("--server", server, "--store", str(store), "--address", address, "--config-namespace", "argo-rollouts")
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(_COMMAND, "run", "--log-level", "warning", *options)
    try:
        async with asyncio.timeout(120):
            await _ready(f"http://{address}/readyz")
        yield Running(process.pid, time.monotonic() - began)
    finally:
        process.terminate()
        await process.wait()


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as client:
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with client.get(url) as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(_POLL)
