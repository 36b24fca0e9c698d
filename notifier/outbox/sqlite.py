"""The outbox in one SQLite file: write-ahead log, synchronous=FULL, one thread that writes."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from notifier.errors import StoreError
from notifier.model import Destination, Event, Kind, Scope
from notifier.outbox import leases, presence, sql, units as work
from notifier.outbox.presence import Presence
from notifier.outbox.protocol import LEASE_SECONDS, Census, Committed, Delivery, Filter, Record, Settlement, Unit
from notifier.outbox.rows import SQL, delivery
from notifier.outbox.writer import Writer

_decode_event = msgspec.json.Decoder(Event).decode


class SqliteOutbox:
    """An `Outbox` in a file, or in memory where `path` is ":memory:".

    `only_one` tells that no other process had the file open when this one opened it: leases found there are of the
    dead. Deliveries are handed out leased to this object.
    """

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor, here: Presence) -> None:
        self._writer = Writer(connection, thread)
        self._presence = here
        self._me = uuid.uuid4().hex
        self.only_one = here.alone

    @classmethod
    def open(cls, path: str) -> SqliteOutbox:
        """Open a store, making or migrating it as needed.

        Raises StoreError where that cannot be, or where a newer version of this program wrote it.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        try:
            connection, here = thread.submit(_connect, path).result()
        except (sqlite3.Error, OSError) as error:
            thread.shutdown()
            raise StoreError(f"the store {path} cannot be opened: {error}") from error
        except StoreError:
            thread.shutdown()
            raise
        return cls(connection, thread, here)

    async def recall(self, uids: Collection[str]) -> list[Record]:
        """See `Outbox`."""
        rows = await self._all("recall", {"uids": json.dumps(list(uids))})
        return [Record(*row) for row in rows]

    async def commit(self, units: Sequence[Unit], now: float) -> list[Committed | None]:
        """See `Outbox`."""
        committed: list[Committed | None] = await self._writer.run(
            lambda connection: work.commit_all(connection, units, self._me, now)
        )
        return committed

    async def is_learned(self, kind: Kind, scope: Scope) -> bool:
        """See `Outbox`."""
        return bool(await self._all("is_learned", {"kind": kind, **scope._asdict()}))

    async def learn(self, kind: Kind, scope: Scope, now: float) -> None:
        """See `Outbox`."""
        await self._all("learn", {"kind": kind, "now": now, **scope._asdict()})

    async def absent(self, kind: Kind, namespace: str, seen: Collection[str]) -> list[Record]:
        """See `Outbox`."""
        rows = await self._all("absent", {"kind": kind, "namespace": namespace, "seen": json.dumps(list(seen))})
        return [Record(*row) for row in rows]

    async def rewind(self, kind: Kind, namespace: str, version: int) -> int:
        """See `Outbox`."""
        given = {"kind": kind, "namespace": namespace, "version": version}
        changed: int = await self._writer.run(lambda connection: connection.execute(SQL["rewind"], given).rowcount)
        return changed

    async def claim(self, now: float, limit: int, full: Collection[Destination] = ()) -> list[Delivery]:
        """See `Outbox`."""
        passed = tuple(full)  # whose set it is goes on changing it while the store's thread reads
        claimed: list[Delivery] = await self._writer.run(lambda c: leases.claim(c, self._me, now, limit, passed))
        return claimed

    async def settle(self, delivery: Delivery, settlement: Settlement, now: float) -> Delivery | None:
        """See `Outbox`."""
        found: Delivery | None = await self._writer.run(
            lambda connection: leases.settle(connection, delivery, settlement, self._me, now)
        )
        return found

    async def root(self, thread: str, destination: Destination) -> str:
        """See `Outbox`."""
        rows = await self._all("root", {"thread": thread, **destination._asdict()})
        return str(rows[0]["root"]) if rows else ""

    async def renew(self, deliveries: Collection[int], now: float) -> None:
        """See `Outbox`."""
        ids = json.dumps(list(deliveries))
        await self._all("renew", {"lease": self._me, "until": now + LEASE_SECONDS, "ids": ids})

    async def release(self, now: float, *, everybody: bool = False) -> None:
        """See `Outbox`."""
        await self._all("release", {"lease": None if everybody else self._me, "now": now})

    async def give_back(self, deliveries: Collection[int], now: float) -> None:
        """See `Outbox`."""
        await self._all("give_back", {"lease": self._me, "ids": json.dumps(list(deliveries)), "now": now})

    async def next_due(self, full: Collection[Destination] = ()) -> float | None:
        """See `Outbox`."""
        passed = tuple(full)
        due: float | None = await self._writer.run(lambda connection: leases.next_due(connection, self._me, passed))
        return due

    async def census(self) -> list[Census]:
        """See `Outbox`."""
        return [Census(*row) for row in await self._all("census", {})]

    async def deliveries(self, which: Filter) -> list[Delivery]:
        """See `Outbox`."""
        given = {name: value for name, value in which._asdict().items() if value and name != "limit"}
        where = " AND ".join(f"{name} = :{name}" for name in given) or "1"
        statement = f"SELECT * FROM deliveries WHERE {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608  # field names
        rows = await self._writer.run(lambda c: c.execute(statement, {**given, "limit": which.limit}).fetchall())
        return [delivery(row) for row in rows]

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """See `Outbox`."""
        rows = await self._all("show", {"id": delivery_id})
        return delivery(rows[0]) if rows else None

    async def retry(self, delivery_id: int, now: float) -> Delivery | None:
        """See `Outbox`."""
        rows = await self._all("retry", {"id": delivery_id, "now": now})
        return delivery(rows[0]) if rows else None

    async def drop(self, delivery_id: int, now: float) -> bool:
        """See `Outbox`."""
        dropped: bool = await self._writer.run(lambda connection: leases.drop(connection, delivery_id, now))
        return dropped

    async def story(self, namespace: str, name: str) -> list[Event]:
        """See `Outbox`."""
        rows = await self._all("story", {"namespace": namespace, "name": name})
        return [_decode_event(body) for (body,) in rows]

    async def forget(self, before: Mapping[str, float]) -> None:
        """See `Outbox`."""
        for what, time in before.items():
            await self._all(f"forget_{what}", {"before": time})

    async def close(self) -> None:
        """See `Outbox`."""
        await self._writer.close()
        self._presence.leave()

    async def _all(self, query: str, given: Mapping[str, Any]) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = await self._writer.run(lambda c: c.execute(SQL[query], given).fetchall())
        return rows


def _connect(path: str) -> tuple[sqlite3.Connection, Presence]:
    with presence.opening(path):
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, path)
            return connection, presence.enter(path)
        except BaseException:
            connection.close()
            raise


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring a store up to date, all at once: others may try to at the same time."""
    steps = sql.migrations("sqlite")
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise StoreError(f"the store {path} was written by a newer version of this program")
    for statement in (s for script in steps[version:] for s in sql.statements(script)):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(steps)}")
    connection.execute("COMMIT")
