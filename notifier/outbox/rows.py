"""The statements of the SQLite store, and deliveries as its rows hold them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Any

import msgspec

from notifier.outbox import sql
from notifier.outbox.protocol import Delivery, State

SQL = sql.queries("sqlite")
_COLUMNS = Delivery.__struct_fields__


def columns(delivery: Delivery) -> dict[str, Any]:
    """A delivery's columns by name."""
    return msgspec.structs.asdict(delivery) | {"taken": listed(delivery.taken)}


def listed(taken: Collection[str]) -> str:
    """Recipients as a column holds them."""
    return json.dumps(sorted(taken)) if taken else "[]"


def delivery(row: sqlite3.Row) -> Delivery:
    """The delivery in a row."""
    taken = tuple(json.loads(row["taken"])) if row["taken"] != "[]" else ()
    return Delivery(**{name: row[name] for name in _COLUMNS} | {"state": State(row["state"]), "taken": taken})
