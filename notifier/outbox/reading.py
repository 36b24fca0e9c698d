"""The outbox for those who only look: a connection and a thread of its own, so that nobody who writes waits for it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import msgspec

from notifier.errors import StoreError
from notifier.model import Event
from notifier.outbox import sql
from notifier.outbox.protocol import Census, Delivery, Filter, Record, State
from notifier.outbox.rows import delivery

SQL = sql.queries("sqlite/reading")
_OPEN = frozenset({State.PENDING, State.LEASED, State.DEAD})
_NEWEST = 2**62
_decode_event = msgspec.json.Decoder(Event).decode

T = TypeVar("T")


class Place(NamedTuple):
    """Where an event stands in its object's story: when it was seen, and a number among those seen at once."""

    seen: float
    number: int


END = Place(inf, 0)
"""After the newest event."""


class Happened(NamedTuple):
    """An event and its place."""

    place: Place
    event: Event


class Span(NamedTuple):
    """A part of an object's story: the ids of its events, and the time after which and until which it goes on."""

    events: Collection[str]
    after: float
    until: float


class Reader:
    """A store's file, read only; all calls may raise StoreError. The file must be there and up to date."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection, self._thread = connection, thread

    @classmethod
    def open(cls, path: str) -> Self:
        """Open a store that somebody has made. Raises StoreError."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="outbox-reader")
        try:
            return cls(thread.submit(_connect, path).result(), thread)
        except sqlite3.Error as error:
            thread.shutdown()
            raise StoreError(f"the store {path} cannot be read: {error}") from error

    async def version(self) -> int:
        """What is another number once anybody has written anything."""
        (row,) = await self._all("version", {})
        return int(row[0])

    async def rollouts(
        self, known: Mapping[str, int], keep: Callable[[Record], T]
    ) -> tuple[dict[str, int], dict[str, T]]:
        """How often each Rollout's digest was written, by uid, and what is kept of those that were since `known`.

        `keep` runs in the reader's thread.
        """

        def look(connection: sqlite3.Connection) -> tuple[dict[str, int], dict[str, T]]:
            cursor = connection.cursor()
            cursor.row_factory = None
            stamps = dict(cursor.execute(SQL["stamps"]))
            uids = json.dumps([uid for uid, _ in stamps.items() - known.items()])
            rows = cursor.execute(SQL["digests"], {"uids": uids})
            return stamps, {record.uid: keep(record) for record in map(Record._make, rows)}

        return await self._run(look)

    async def digest(self, uid: str) -> Record | None:
        """One digest."""
        rows = await self._all("digests", {"uids": json.dumps([uid])})
        return Record(*rows[0]) if rows else None

    async def last_told(self, objects: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        """The latest delivery about each of some objects, given by namespace and name."""
        rows = await self._all("last_told", {"objects": json.dumps(list(objects))})
        return {(row["namespace"], row["name"]): delivery(row) for row in rows}

    async def story(self, namespace: str, name: str, before: Place = END, limit: int = 50) -> list[Happened]:
        """What happened to an object before a place, the newest first."""
        given = {"namespace": namespace, "name": name, "limit": limit, **before._asdict()}
        rows = await self._all("story", given)
        return [Happened(Place(row["seen"], row["number"]), _decode_event(row["body"])) for row in rows]

    async def told(self, namespace: str, name: str, span: Span, limit: int = 500) -> list[Delivery]:
        """Who was told of a part of an object's story, the newest first."""
        given = {"namespace": namespace, "name": name, "limit": limit, "after": span.after, "until": span.until}
        rows = await self._all("told", {**given, "events": json.dumps(list(span.events))})
        return [delivery(row) for row in rows]

    async def deliveries(self, which: Filter, before: int = 0) -> list[Delivery]:
        """Deliveries with an id below `before` (0: all), newest first."""
        statement, given = _selection(which, before)
        rows = await self._run(lambda connection: connection.execute(statement, given).fetchall())
        return [delivery(row) for row in rows]

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """One delivery."""
        rows = await self._all("show", {"id": delivery_id})
        return delivery(rows[0]) if rows else None

    async def census(self) -> list[Census]:
        """Counts of what is open or dead."""
        return [Census(*row) for row in await self._all("census", {})]

    async def close(self) -> None:
        """Let go of the file."""
        await self._run(sqlite3.Connection.close)
        self._thread.shutdown()

    async def _all(self, query: str, given: Mapping[str, Any]) -> Sequence[sqlite3.Row]:
        return await self._run(lambda connection: connection.execute(SQL[query], given).fetchall())

    async def _run(self, look: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, look, self._connection)
        except sqlite3.Error as error:
            raise StoreError(f"the store cannot be read: {error}") from error


def _connect(path: str) -> sqlite3.Connection:
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
    connection.row_factory = sqlite3.Row
    connection.execute(SQL["stamps"]).fetchone()
    return connection


def _selection(which: Filter, before: int) -> tuple[str, dict[str, Any]]:
    """The statement of a filter. Ids are found in an index first: whole rows are read of those that are shown only."""
    given = {name: value for name, value in which._asdict().items() if value and name != "limit"}
    where = " AND ".join(["id < :before", *(f"{name} = :{name}" for name in given)])
    if which.namespace or which.name:
        source = "deliveries INDEXED BY deliveries_object"
    elif which.state in _OPEN:
        source = "deliveries INDEXED BY deliveries_open"
        where += " AND state IN ('pending', 'leased', 'dead')"
    else:
        source = "deliveries"
    found = f"SELECT id FROM {source} WHERE {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608  # field names
    statement = f"SELECT * FROM deliveries WHERE id IN ({found}) ORDER BY id DESC"  # noqa: S608  # likewise
    return statement, {**given, "before": before or _NEWEST, "limit": which.limit}
