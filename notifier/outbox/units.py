"""Units of work on a SQLite connection: digests compared and set, what follows from them inserted; or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from notifier.model import Event
from notifier.outbox.protocol import LEASE_SECONDS, Committed, Delivery, Record, State, Unit
from notifier.outbox.rows import SQL, columns

_encode_event = msgspec.json.Encoder().encode


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
    if not all(_is_as_read(connection, record) for record in unit.records):
        return None
    for record in unit.records:
        connection.execute(SQL["write"], record._asdict())
    events = frozenset(event.id for event in unit.events if _tell(connection, event, now))
    rows = [row for new in unit.deliveries if (row := _enqueue(connection, new, me, now))]
    leased = [row for row in rows if row.state is State.LEASED]
    return Committed(events, frozenset(row.key for row in rows), leased)


def _is_as_read(connection: sqlite3.Connection, record: Record) -> bool:
    """Whether nobody wrote a digest since it was read; nobody else can until this transaction ends."""
    row = connection.execute(SQL["writes"], {"uid": record.uid}).fetchone()
    return record.writes == (row["writes"] if row else 0)


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
