"""The daemon as users run it, its own command in a process of its own; and its peer likewise."""

from __future__ import annotations

import asyncio
import os
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
_IDLE = 0.03
"""Seconds of processor a second that are nothing."""


class Memory(NamedTuple):
    """What a process holds in memory and has held at most, in MiB."""

    resident: float
    peak: float


class Running(NamedTuple):
    """A daemon that is ready, and how many seconds it took from its start to saying so."""

    pid: int
    seconds: float

    def memory(self) -> Memory:
        """See `Memory`."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        kilobytes = dict(re.findall(r"(VmRSS|VmHWM):\s*(\d+) kB", status))
        return Memory(int(kilobytes["VmRSS"]) / 1024, int(kilobytes["VmHWM"]) / 1024)

    def cpu(self) -> float:
        """Seconds of processor that all its threads have used so far, in user and in system mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def rested(self) -> None:
        """Wait until it has nothing to do."""
        before = -_IDLE
        while (used := self.cpu()) - before >= _IDLE:
            before = used
            await asyncio.sleep(1)


@asynccontextmanager
async def daemon(server: str, store: Path, log: Path | None = None) -> AsyncIterator[Running]:
    """A daemon of the cluster at `server` with the store at a path, from readiness until the block ends.

    It logs what it does by default to a file, or its errors only.
    """
    address = free_address()
    place = ("--server", server, "--store", str(store), "--config-namespace", "argo-rollouts")
    options = (*place, "--address", address, "--page-address", "127.0.0.1:0")
    quiet = () if log else ("--log-level", "error")
    began = time.monotonic()
    with (log or Path(os.devnull)).open("wb") as errors:
        stderr = errors if log else None
        process = await asyncio.create_subprocess_exec(_COMMAND, "run", *quiet, *options, stderr=stderr)
    async with ended(process):
        async with asyncio.timeout(120):
            await _ready(f"http://{address}/readyz")
        yield Running(process.pid, time.monotonic() - began)


@asynccontextmanager
async def engine(program: Path, kubeconfig: Path) -> AsyncIterator[Running]:
    """The peer as a daemon of a cluster, with its ten threads, writing to the API server as fast as it likes."""
    began = time.monotonic()
    command = (program, "-kubeconfig", kubeconfig, "-qps", "1000")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    async with ended(process):
        reading = asyncio.create_task(_read_on(process, said := asyncio.Event()))
        async with asyncio.timeout(120):
            await said.wait()
        yield Running(process.pid, time.monotonic() - began)
    await reading


def free_address() -> str:
    """A host and a port of it that nobody listens at."""
    with create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


@asynccontextmanager
async def ended(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """A process that does not outlive the block."""
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _read_on(process: asyncio.subprocess.Process, said: asyncio.Event) -> None:
    """Read what the peer logs to the end, lest it should have to wait; `said` is set once it is ready."""
    assert process.stderr
    async for line in process.stderr:
        if line.rstrip().endswith(b"ready"):
            said.set()


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as client:
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with client.get(url) as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(_POLL)
