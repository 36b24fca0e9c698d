"""A demo of its own process, and kubectl to look into it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

COMMAND = Path(sys.executable).with_name("rollouts-notifier")
KUBECTL = Path(sys.executable).with_name("kubectl")


async def output(*command: str | Path, home: Path) -> str:
    """What a command prints; it must end well."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
    )
    async with asyncio.timeout(20):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


class Running:
    """A demo that runs; `text` is what it has printed, `errors` beside that once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.code: int | None = None
        self.text = self.errors = ""

    async def until(self, words: str) -> str:
        """The first line from now on with some words in it."""
        assert self._process.stdout
        async with asyncio.timeout(30):
            async for line in self._process.stdout:
                self.text += line.decode()
                if words in line.decode():
                    return line.decode()
        raise AssertionError(self.text)

    async def said(self, words: str) -> str:
        """The first line ever with some words in it."""
        known = (line for line in self.text.splitlines() if words in line)
        return next(known, None) or (await self.until(words)).rstrip()

    async def server(self) -> str:
        """The URL of its cluster."""
        return (await self.said("--server=")).partition("--server=")[2].split()[0]

    async def ended(self, within: float = 50) -> int:
        """Its exit code, and all it printed read; it must have complained of nothing."""
        async with asyncio.timeout(within):
            rest, errors = await self._process.communicate()
        self.text += rest.decode()
        self.errors = errors.decode()
        assert "Traceback" not in self.errors, self.errors
        assert self._process.returncode is not None
        return self._process.returncode

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def lines(self) -> list[dict[str, Any]]:
        """What it printed, as JSON."""
        return [msgspec.json.decode(line) for line in self.text.splitlines()]


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[Running]:
    """Start a demo; it is ended when left."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(COMMAND, "demo", *options, stdout=pipe, stderr=pipe)
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
