"""One thread that owns a SQLite connection; whatever waits for it is committed together."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from notifier.errors import StoreError

Work = Callable[[sqlite3.Connection], Any]
_AT_ONCE = 200


class Writer:
    """Runs work on a connection in a thread of its own, as many pieces a transaction as are waiting (at most 200).

    One that raises undoes itself alone; it, and what shares its transaction, may then run twice.
    """

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._busy: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, work: Work) -> Any:
        """What `work` returns, once it is durable; raises what it raised.

        Raises StoreError where the database fails, and once it is closed.
        """
        if self._closed:
            raise StoreError("the outbox is closed")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._busy is None:
            self._busy = asyncio.create_task(self._drain(), name="outbox-writer")
        # Who asked may be cancelled: the work is done all the same, and `_resolve` leaves the future alone.
        return await future

    async def close(self) -> None:
        """Finish what waits and close the connection."""
        self._closed = True
        while self._busy is not None:
            await self._busy
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
                await self._transact(batch)
        finally:
            self._busy = None

    async def _transact(self, batch: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        works = [work for work, _ in batch]
        try:
            results = await self._in_thread(lambda: _transaction(self._connection, works))
        except sqlite3.Error as error:
            results = [StoreError(f"the outbox cannot be written: {error}")] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            _resolve(future, result)

    async def _in_thread(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _resolve(future: asyncio.Future[Any], result: Any) -> None:
    if future.cancelled():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)


def _transaction(connection: sqlite3.Connection, works: list[Work]) -> list[Any]:
    """What each returned or raised: all in one transaction or, where that fails, each in its own to fail alone.

    Savepoints would do as well, but keep what they may have to undo in a file, which takes time, or in memory, which
    is not given back: 90 MiB where 100,000 deliveries wait (`make bench`).
    """
    if len(works) == 1:
        return [_alone(connection, works[0])]
    connection.execute("BEGIN IMMEDIATE")
    with suppress(Exception):
        return _committed(connection, works)
    return [_alone(connection, work) for work in works]


def _alone(connection: sqlite3.Connection, work: Work) -> Any:
    try:
        connection.execute("BEGIN IMMEDIATE")
        return _committed(connection, [work])[0]
    except sqlite3.Error as error:
        return StoreError(f"the outbox cannot be written: {error}")
    except Exception as error:  # noqa: BLE001  # whatever it is belongs to who asked, and to nobody else's work
        return error


def _committed(connection: sqlite3.Connection, works: list[Work]) -> list[Any]:
    try:
        results = [work(connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has undone it already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results
