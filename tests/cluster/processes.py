"""Programs that run beside us and never longer than we do."""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from socket import create_server
from typing import Any, Self

_SETPRIV = shutil.which("setpriv")
_MORTAL = (_SETPRIV, "--pdeathsig", "KILL") if _SETPRIV else ()
"""Where Linux offers it: whoever kills us kills what we have started."""

_PATIENCE = 1.0
"""Seconds to end in; an API server would wait for those who watch."""


class Program:
    """A program with its arguments, which can be started and stopped as often as one likes; its output is in `log`."""

    def __init__(self, *command: str | Path, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._command, self._environment = command, environment
        self.log = log
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it; OSError where it cannot be."""
        with self.log.open("ab") as log:
            # A session of its own, so that Ctrl-C in a terminal reaches us alone and the order of stopping is ours.
            self._process = await asyncio.create_subprocess_exec(
                *_MORTAL, *self._command, env=self._environment, stdout=log, stderr=STDOUT, start_new_session=True
            )

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def has_ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is not None and self._process.returncode is not None

    def last_words(self) -> str:
        """The end of its output."""
        return self.log.read_text(errors="replace")[-2000:]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Work that goes on until the block ends. Raises what has ended it before."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await task


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens at."""
    servers = [create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [server.getsockname()[1] for server in servers]
    finally:
        for server in servers:
            server.close()
