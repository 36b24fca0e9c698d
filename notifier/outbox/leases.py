"""Leases and outcomes on a SQLite connection: who may send what, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator

from notifier.model import Destination
from notifier.outbox.protocol import LEASE_SECONDS, WHOLE, Delivery, Settlement, State
from notifier.outbox.rows import SQL, delivery, listed


def claim(
    connection: sqlite3.Connection, me: str, now: float, limit: int, full: Collection[Destination]
) -> list[Delivery]:
    """Lease heads that are due, service by service: who waits behind one without room need not be passed over."""
    given = {"lease": me, "now": now, "until": now + LEASE_SECONDS, "limit": limit}
    rows = (connection.execute(SQL["claim"], given | waiting).fetchall() for waiting in _waiting(connection, full))
    return [delivery(row) for found in rows for row in found]


def next_due(connection: sqlite3.Connection, me: str, full: Collection[Destination]) -> float | None:
    """When the next head is due that this store does not hold."""
    rows = (
        connection.execute(SQL["next_due"], {"lease": me} | waiting).fetchone()
        for waiting in _waiting(connection, full)
    )
    return min((float(row["due"]) for row in rows if row), default=None)


def _waiting(connection: sqlite3.Connection, full: Collection[Destination]) -> Iterator[dict[str, str]]:
    """The services with heads, but for those that are full, each with its recipients that are."""
    for (service,) in connection.execute(SQL["waiting"]).fetchall():
        recipients = [destination.recipient for destination in full if destination.service == service]
        if WHOLE not in recipients:
            yield {"service": service, "full": json.dumps(recipients)}


def settle(
    connection: sqlite3.Connection, settled: Delivery, settlement: Settlement, me: str, now: float
) -> Delivery | None:
    """Write down an outcome and where its thread is; returns the lane's next delivery, leased, if there is one."""
    taken = listed({*settled.taken, *settlement.taken})
    given = {"id": settled.id, "lease": me, "now": now, "until": now + LEASE_SECONDS, "lane": settled.lane}
    given |= settlement._asdict() | {"taken": taken}
    if settlement.state is State.PENDING:
        connection.execute(SQL["postpone"], given)
        return None
    if not connection.execute(SQL["settle"], given).fetchall():
        return None
    if settlement.root:
        connection.execute(SQL["take_root"], given | {"service": settled.service, "recipient": settled.recipient})
    row = connection.execute(SQL["advance"], given).fetchone()
    return delivery(row) if row else None


def drop(connection: sqlite3.Connection, delivery_id: int, now: float) -> bool:
    """Suppress a delivery and let the lane's next go on."""
    lanes = connection.execute(SQL["drop"], {"id": delivery_id, "now": now}).fetchall()
    for (lane,) in lanes:
        connection.execute(SQL["promote"], {"lane": lane, "now": now})
    return bool(lanes)
