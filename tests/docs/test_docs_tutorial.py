"""docs/tutorial.md, done as it says: its commands are run in order, and what it shows is what is seen."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from notifier.demo.catalogue import by_default
from tests.docs.markdown import DOCS, Block, blocks
from tests.integration.demo.running import COMMAND, Running, demo

TUTORIAL = list(blocks(DOCS / "tutorial.md"))
START, SETUP = "make demo\n", "SERVER="
COMPLAINS = re.compile(r"^rollouts-notifier validate ", re.MULTILINE)
"""Commands that end with code 1, as they have found what is wrong."""
LOOKS = re.compile(r"kubectl \S+ -n shop (get|describe) |rollouts-notifier (deliveries list|explain|validate) ")
"""Commands that may be repeated until what they show is there."""
PATIENCE, GLANCE = 15.0, 0.2
"""Seconds until what is shown must be there, and to look at the demo's terminal."""
NUMBER = re.compile(r"(?<=deliveries drop )\d+")


class Reader:
    """Who does what the tutorial says: a demo in one terminal, commands in another."""

    def __init__(self, demo: Running, home: Path, variables: dict[str, str]) -> None:
        self._demo, self._home, self._variables = demo, home, variables
        self._command = self._output = ""

    async def run(self, command: str) -> None:
        """Type some commands."""
        self._command = NUMBER.sub(await self._dead(), command) if NUMBER.search(command) else command
        code, self._output = await self._typed(self._command)
        assert code == bool(COMPLAINS.search(command)), self._output

    async def sees(self, shown: str) -> None:
        """Wait until every line that is shown is there, in one of the terminals."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while missing := [line for line in shown.splitlines() if not self._has(line)]:
            assert asyncio.get_running_loop().time() < end, (missing, self._output, self._demo.text)
            with suppress(TimeoutError):
                async with asyncio.timeout(GLANCE):
                    await self._demo.until("")
            if LOOKS.match(self._command):
                _, self._output = await self._typed(self._command)

    def _has(self, line: str) -> bool:
        """Whether a line is to be seen; `…` is anything, and columns are as wide as they are."""
        parts = (r"\s+".join(map(re.escape, part.split())) for part in line.split("…"))
        return bool(re.search(r".*".join(parts), f"{self._demo.text}\n{self._output}"))

    async def _dead(self) -> str:
        _, listed = await self._typed("rollouts-notifier deliveries list --store $STORE --state dead")
        (row,) = listed.splitlines()[1:]
        return row.split()[0]

    async def _typed(self, command: str) -> tuple[int, str]:
        path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "HOME": str(self._home), **self._variables}
        pipe, out = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
        process = await asyncio.create_subprocess_exec(
            "bash", "-ec", command, cwd=self._home, env=environment, stdout=pipe, stderr=out
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """Somebody for whom the first of the demo's stories has been played."""
    async with demo("--speed=100", f"--scenario={by_default()[0].name}") as running:
        store = (await running.until("--store ")).rpartition("--store ")[2].strip()
        await running.until("on-rollout-pausd")
        yield Reader(running, tmp_path, {"SERVER": await running.server(), "STORE": store})


async def test_the_tutorial_does_what_it_says(reader: Reader, tmp_path: Path) -> None:
    for block in TUTORIAL:
        if block.language == "yaml":
            (tmp_path / "checkout.yaml").write_text(block.text, encoding="utf-8")
        elif block.language == "text":
            await reader.sees(block.text)
        elif not _is_preparation(block):
            await reader.run(block.text)


def test_what_the_test_does_in_another_way_is_in_the_tutorial_once() -> None:
    assert [block.text.partition("=")[0] for block in TUTORIAL if _is_preparation(block)] == [START, SETUP[:-1]]


def _is_preparation(block: Block) -> bool:
    return block.text == START or block.text.startswith(SETUP)
