"""The stores the contract holds for. Another one joins with one more entry in `SHARED`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from notifier.outbox.protocol import Outbox
from notifier.outbox.sqlite import SqliteOutbox

FILE = "outbox.db"


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[SqliteOutbox]:
    """A store in a file of its folder."""
    outbox = SqliteOutbox.open(str(folder / FILE))
    try:
        yield outbox
    finally:
        await outbox.close()


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[SqliteOutbox]:
    """A store that nobody else can open."""
    outbox = SqliteOutbox.open(":memory:")
    try:
        yield outbox
    finally:
        await outbox.close()


Opener = Callable[[Path], AbstractAsyncContextManager[Outbox]]
"""Opens the store that belongs to a folder, empty if the folder is new."""

SHARED: dict[str, Opener] = {"sqlite": sqlite}
STORES: dict[str, Opener] = {"memory": memory, **SHARED}


class Store(NamedTuple):
    """A store that several processes can have open; each call of `open` gives what another process would have."""

    name: str
    folder: Path

    def open(self) -> AbstractAsyncContextManager[Outbox]:
        """One more user of the same rows."""
        return SHARED[self.name](self.folder)

    def another(self, name: str) -> Store:
        """A store of the same sort that is still empty."""
        folder = self.folder / name
        folder.mkdir()
        return Store(self.name, folder)
