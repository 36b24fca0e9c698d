"""An event loop whose time is its own: it jumps to the next timer once nothing is left to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from tests.contract.outbox.samples import NOW

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at NOW. While a thread works, as the store's does, time stands still and the thread is waited for."""

    def __init__(self) -> None:
        self.now = NOW
        self.in_threads = 0
        super().__init__(_Selector(self))

    def time(self) -> float:
        """Seconds since the epoch, of this loop."""
        return self.now

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Work in a thread."""
        future = super().run_in_executor(executor, func, *args)
        self.in_threads += 1
        future.add_done_callback(self._came_back)
        return future

    def _came_back(self, _: object) -> None:
        self.in_threads -= 1


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        super().__init__()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self._loop.in_threads:
            return super().select(None)
        self._loop.now += timeout
        return super().select(0)


async def passes(seconds: float) -> None:
    """Let that much virtual time pass; whatever can happen in it has happened then."""
    await asyncio.sleep(seconds)


async def comes(holds: Callable[[], object]) -> None:
    """Return once something holds, with no time passing: for what happens while a thread is held up."""
    while not holds():  # noqa: ASYNC110  # what is waited for sets no event
        await asyncio.sleep(0)


def elapsed() -> float:
    """Virtual seconds since the test began."""
    return asyncio.get_running_loop().time() - NOW
