"""Migrations of the SQLite store: they make what the schema says, and lose nothing that is there."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from notifier.errors import StoreError
from notifier.model import Kind, Scope
from notifier.outbox import sql
from notifier.outbox.protocol import Delivery, Settlement, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import DELIVERED, LATER, NOW, TEAM, delivery, digest, event, keys, rows
from tests.contract.outbox.stores import FILE, sqlite

STEPS = sql.migrations("sqlite")
SCHEMA = sql._read("sqlite", "schema.sql")


def made_by(*scripts: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for script in scripts:
        connection.executescript(script)
    return connection


def entries(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """What the database says it holds, but for what SQLite makes by itself: type, name, statement."""
    query = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
    yield from connection.execute(query).fetchall()


def plain(statement: str) -> str:
    """A statement without comments, in one line."""
    return " ".join(re.sub(r"--.*", "", statement).split())


def definitions(statement: str) -> list[str]:
    """The columns and conditions of a CREATE TABLE, sorted: a column that was added stands behind the conditions."""
    start, end = (text := plain(statement)).index("("), text.rindex(")")
    parts, depth = [""], 0
    for letter in text[start + 1 : end]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return sorted(part.strip() for part in parts)


def shape(connection: sqlite3.Connection) -> dict[str, Any]:
    """All there is to know of a database's tables and indexes."""
    shapes: dict[str, Any] = {}
    for kind, name, statement in entries(connection):
        if kind != "table":
            shapes[f"{kind} {name}"] = plain(statement)
            continue
        shapes[f"definitions of {name}"] = definitions(statement)
        shapes[f"columns of {name}"] = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        listed = connection.execute(f"PRAGMA table_list({name})").fetchall()
        shapes[f"options of {name}"] = [(without_rowid, strict) for *_, without_rowid, strict in listed]
        indexes = connection.execute(f"PRAGMA index_list({name})").fetchall()
        shapes[f"indexes of {name}"] = sorted(index[1:] for index in indexes)
    return shapes


def test_the_schema_is_what_the_migrations_make() -> None:
    with closing(made_by(*STEPS)) as migrated, closing(made_by(SCHEMA)) as read:
        assert shape(migrated) == shape(read)


@pytest.mark.parametrize(
    ("is_so", "is_not"),
    [
        ("due       REAL NOT NULL", "due       REAL"),
        ("DEFAULT '[]'", "DEFAULT ''"),
        ("revision  TEXT,", "revision  TEXT, extra TEXT,"),
        ("CHECK (head = 0 OR", "CHECK (head = 1 OR"),
        ("head IN (0, 1)", "head IN (0, 1, 2)"),
        ("key       TEXT NOT NULL UNIQUE", "key       TEXT NOT NULL"),
        ("(service, recipient, thread)", "(service, thread, recipient)"),
        ("(service, due, recipient) WHERE head = 1", "(service, due, recipient)"),
        ("threads_used ON threads (used)", "threads_used ON threads (root)"),
        ("PRIMARY KEY (service, recipient, thread)\n) STRICT", "PRIMARY KEY (service, recipient, thread)\n)"),
    ],
)
def test_the_comparison_sees_every_sort_of_difference(is_so: str, is_not: str) -> None:
    assert is_so in SCHEMA
    with closing(made_by(SCHEMA)) as read, closing(made_by(SCHEMA.replace(is_so, is_not))) as changed:
        assert shape(read) != shape(changed)


OLD = [
    delivery("delivered", state=State.DELIVERED, settled=NOW, attempts=2, status="200"),
    delivery("dead", state=State.DEAD, settled=NOW, attempts=9, why="gone", status="410"),
    delivery("head", state=State.PENDING, attempts=1, why="busy", status="503"),
    delivery("behind", state=State.PENDING, event=None, reason=None, revision=None, expires=LATER + 1),
    delivery("held", "other", state=State.LEASED, recipient="ops", due=NOW + 60, message=b'{"message":"\xc3\xa4"}'),
]


def insert(connection: sqlite3.Connection, table: str, given: dict[str, Any]) -> None:
    places = ", ".join(f":{name}" for name in given)
    connection.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})", given)  # noqa: S608  # our names


def old_row(number: int, old: Delivery) -> dict[str, Any]:
    """A delivery in the columns of the first migration."""
    given = msgspec.structs.asdict(old) | {"id": number, "head": int(old.key in {"head", "held"})}
    given["lease"] = "somebody" if old.state is State.LEASED else None
    return {name: value for name, value in given.items() if name != "taken"}


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """The folder of a store that the first migration alone has made, with something of everything."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(STEPS[0])
        connection.execute("PRAGMA user_version = 1")
        for number, old in enumerate(OLD, 1):
            insert(connection, "deliveries", old_row(number, old))
        insert(connection, "digests", digest("cart", writes=1)._asdict())
        told = event("e")
        whose = {"id": told.id, "uid": told.uid, "namespace": told.namespace, "name": told.name}
        insert(connection, "events", whose | {"reason": told.reason, "seen": NOW, "body": msgspec.json.encode(told)})
        insert(connection, "baselines", {"kind": Kind.ROLLOUT, "learned": NOW, **Scope()._asdict()})
        connection.commit()
    return tmp_path


async def test_a_store_of_the_first_version_keeps_all_it_held(first_version: Path) -> None:
    async with sqlite(first_version) as outbox:
        kept = await rows(outbox)
        assert list(kept.values())[::-1] == [
            msgspec.structs.replace(old, id=number) for number, old in enumerate(OLD, 1)
        ]
        assert await outbox.recall(["cart"]) == [digest("cart", writes=1)]
        assert await outbox.story("shop", "cart") == [event("e")]
        assert await outbox.is_learned(Kind.ROLLOUT, Scope())


async def test_a_store_of_the_first_version_works_on(first_version: Path) -> None:
    async with sqlite(first_version) as outbox:
        assert await outbox.next_due() == NOW
        head, held = sorted(await outbox.claim(LATER, 10), key=lambda claimed: claimed.id)
        assert keys([head, held]) == ["head", "held"]
        await outbox.settle(held, Settlement(State.PENDING, "partly", due=LATER, taken=("ann",)), NOW)
        following = await outbox.settle(head, DELIVERED._replace(thread="t", root="r"), NOW)
        assert following is not None
        assert (following.key, following.taken) == ("behind", ())
        assert await outbox.retry(2, NOW) is not None
    async with sqlite(first_version) as outbox:
        assert await outbox.root("t", TEAM) == "r"
        assert [held.taken for held in await outbox.claim(LATER, 10, [TEAM])] == [("ann",)]
        assert {key: row.state for key, row in (await rows(outbox)).items()} == {
            "delivered": State.DELIVERED,
            "dead": State.PENDING,
            "head": State.DELIVERED,
            "behind": State.LEASED,
            "held": State.LEASED,
        }


def test_a_migration_that_fails_leaves_the_store_as_it_was(first_version: Path) -> None:
    with closing(sqlite3.connect(first_version / FILE)) as connection:
        connection.execute("CREATE TABLE threads (mine)")
        before = list(entries(connection))
    with pytest.raises(StoreError, match="threads"):
        SqliteOutbox.open(str(first_version / FILE))
    with closing(sqlite3.connect(first_version / FILE)) as connection:
        assert list(entries(connection)) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
