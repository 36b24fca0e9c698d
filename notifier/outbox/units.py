"""Units of work on a SQLite connection: digests compared and set, what follows from them inserted; or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from notifier.errors import StoreError
from notifier.model import Event
from notifier.outbox.protocol import LEASE_SECONDS, Committed, Delivery, Record, State, Unit
from notifier.outbox.rows import SQL, columns

_encode_event = msgspec.json.Encoder().encode


class _LostError(StoreError):
    """A digest was written by somebody else since it was read."""


def commit_all(connection: sqlite3.Connection, units: Sequence[Unit], me: str, now: float) -> list[Committed | None]:
    """Units in order; what builds on a family of which one lost is lost with it."""
    lost: set[str] = set()
    results: list[Committed | None] = []
    for unit in units:
        roots = {record.root for record in unit.records}
        result = _commit(connection, unit, me, now) if lost.isdisjoint(roots) else None
        lost |= roots if result is None else set()
        results.append(result)
    return results


def _commit(connection: sqlite3.Connection, unit: Unit, me: str, now: float) -> Committed | None:
    connection.execute("SAVEPOINT unit")
    try:
        for record in unit.records:
            _put(connection, record)
    except _LostError:
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None
    events = frozenset(event.id for event in unit.events if _tell(connection, event, now))
    rows = [row for new in unit.deliveries if (row := _enqueue(connection, new, me, now))]
    connection.execute("RELEASE unit")
    leased = [row for row in rows if row.state is State.LEASED]
    return Committed(events, frozenset(row.key for row in rows), leased)


def _put(connection: sqlite3.Connection, record: Record) -> None:
    query = "replace" if record.writes else "remember"
    if connection.execute(SQL[query], record._asdict()).rowcount != 1:
        raise _LostError(f"the digest of {record.uid} was written by another reader")


def _tell(connection: sqlite3.Connection, event: Event, now: float) -> bool:
    given = {
        "id": event.id,
        "uid": event.uid,
        "namespace": event.namespace,
        "name": event.name,
        "reason": event.reason,
        "seen": now,
        "body": _encode_event(event),
    }
    return connection.execute(SQL["tell"], given).rowcount == 1


def _enqueue(connection: sqlite3.Connection, new: Delivery, me: str, now: float) -> Delivery | None:
    head = new.state is not State.SUPPRESSED and not connection.execute(SQL["is_busy"], {"lane": new.lane}).fetchone()
    stored = msgspec.structs.replace(new, state=State.LEASED, due=now + LEASE_SECONDS) if head else new
    given = {**columns(stored), "head": head, "lease": me if head else None}
    row = connection.execute(SQL["enqueue"], given).fetchone()
    return msgspec.structs.replace(stored, id=row["id"]) if row else None
