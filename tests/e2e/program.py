"""The installed command as its users run it: processes of their own, against a cluster and receivers in this one."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tests.integration.daemon.stage import NAMESPACE, Stage, until

COMMAND = Path(sys.executable).with_name("rollouts-notifier")


class Finished(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str


async def call(*arguments: str, stdin: bytes = b"", within: float = 20) -> Finished:
    """Run a command to its end."""
    process = await asyncio.create_subprocess_exec(COMMAND, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(within):
        out, err = await process.communicate(stdin)
    return Finished(process.returncode or 0, out.decode(), err.decode())


class Run:
    """A `rollouts-notifier run` that has started; `log` holds its lines so far."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.log: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())
        self._started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def ready(self, within: float = 20) -> None:
        """Wait until it watches everything."""
        await until(self._is_ready, within)

    async def get(self, path: str) -> str:
        """A page of its health server."""
        async with aiohttp.ClientSession() as session, session.get(await self._started + path) as answer:
            return await answer.text()

    async def stop(self, how: signal.Signals = signal.SIGTERM, within: float = 20) -> int:
        """Send a signal, unless it has ended; its exit code, negative where a signal has ended it."""
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(within):
            await self._reading
            return await self._process.wait()

    async def _is_ready(self) -> bool:
        return await self.get("/readyz") == "ok\n"

    async def _read(self) -> None:
        stream = self._process.stderr
        while stream and (line := await stream.readline()):
            said = json.loads(line) if line.startswith(b"{") else {"event": line.decode()}
            self.log.append(said)
            if said["event"] == "running":
                self._started.set_result(said["health"])


def place(stage: Stage) -> tuple[str, ...]:
    """The command of a daemon on a stage, with where it works."""
    address = ("--address", "127.0.0.1:0", "--page-address", "127.0.0.1:0")
    return ("run", "--server", stage.api.url, "--store", str(stage.store), *address)


@asynccontextmanager
async def run(stage: Stage, *options: str) -> AsyncIterator[Run]:
    """A daemon on a stage, killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        COMMAND, *place(stage), "--config-namespace", NAMESPACE, *options, stderr=PIPE, limit=2**22
    )
    running = Run(process)
    try:
        yield running
    finally:
        await running.stop(signal.SIGKILL)
