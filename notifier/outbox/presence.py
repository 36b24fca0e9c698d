"""Who has a store's file open: locks on files beside it, gone with the process that holds them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

_NO_FILE = ":memory:"


class Presence(NamedTuple):
    """A lock that all share who have the file open; `alone` tells that nobody else had."""

    lock: IO[str] | None = None
    alone: bool = False

    def leave(self) -> None:
        """Let go of the lock."""
        if self.lock:
            self.lock.close()


@contextmanager
def opening(path: str) -> Iterator[None]:
    """One opens the file at a time: SQLite does not wait where two make a write-ahead log at once."""
    if path == _NO_FILE:
        yield
        return
    with Path(f"{path}.opening").open("w", encoding="ascii") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def enter(path: str) -> Presence:
    """Join who has the file open; to be called while `opening`, as a lock is not weakened in one step."""
    if path == _NO_FILE:
        return Presence()
    lock = Path(f"{path}.lock").open("w", encoding="ascii")  # noqa: SIM115  # held as long as the store
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        alone = True
    except BlockingIOError:
        alone = False
    fcntl.flock(lock, fcntl.LOCK_SH)
    return Presence(lock, alone)
