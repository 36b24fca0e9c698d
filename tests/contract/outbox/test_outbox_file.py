"""The SQLite store's file: who may open it, what is in it, and who waits for it."""

import asyncio
import re
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from importlib import resources
from pathlib import Path

import pytest

from notifier.errors import StoreError
from notifier.outbox import sql, sqlite as store_module
from notifier.outbox.protocol import Unit
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import NOW, delivery, enqueue
from tests.contract.outbox.stores import FILE, sqlite

SQL = resources.files(sql) / "sqlite"
FULL = 2
MIGRATIONS = sorted(entry.name for entry in (SQL / "migrations").iterdir() if entry.is_file())
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("COMMIT")
"""
"""A program that holds the file's lock until its standard input ends."""


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A store's file, made and let go."""
    async with sqlite(tmp_path) as outbox:
        await enqueue(outbox, "k")
    return tmp_path / FILE


def test_migrations_are_numbered_without_gaps() -> None:
    assert MIGRATIONS
    for number, name in enumerate(MIGRATIONS, 1):
        assert re.fullmatch(rf"{number:04}_[a-z_]+\.sql", name)
    assert len(sql.migrations("sqlite")) == len(MIGRATIONS)


def test_every_table_is_strict(path: Path) -> None:
    with connect(path) as connection:
        tables = {
            name: strict
            for _, name, kind, _, _, strict in connection.execute("PRAGMA table_list")
            if kind == "table" and not name.startswith("sqlite_")
        }
    assert tables == {"digests": 1, "baselines": 1, "events": 1, "deliveries": 1, "threads": 1}


def test_a_store_says_how_many_migrations_it_has_seen(path: Path) -> None:
    with connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_every_statement_parses_and_names_what_there_is(path: Path) -> None:
    with connect(path) as connection:
        for statement in sql.queries("sqlite").values():
            parameters = dict.fromkeys(re.findall(r":(\w+)", statement))
            assert connection.execute(f"EXPLAIN {statement}", parameters).fetchall()


def test_statements_have_names_of_their_own() -> None:
    names = re.findall(r"^-- (\w+): ", (SQL / "queries.sql").read_text(), re.MULTILINE)
    assert list(sql.queries("sqlite")) == names


def test_every_statement_is_used() -> None:
    source = "".join(module.read_text() for module in Path(store_module.__file__).parent.glob("*.py"))
    families = tuple(re.findall(r'f"(\w+_)\{', source))
    used = set(re.findall(r'"(\w+)"', source))
    assert [name for name in sql.queries("sqlite") if name not in used and not name.startswith(families)] == []


async def test_what_is_confirmed_is_on_the_disk(path: Path) -> None:
    """A write-ahead log that is synchronised at every commit: a power failure takes nothing back."""
    async with sqlite(path.parent) as outbox:
        [journal] = await outbox._writer.run(lambda connection: connection.execute("PRAGMA journal_mode").fetchone())
        [level] = await outbox._writer.run(lambda connection: connection.execute("PRAGMA synchronous").fetchone())
    assert (journal, level) == ("wal", FULL)


def test_a_store_of_a_newer_version_is_not_opened(path: Path) -> None:
    with connect(path) as connection:
        connection.execute("PRAGMA user_version = 4711")
    with pytest.raises(StoreError, match=f"{re.escape(str(path))} .*newer version"):
        SqliteOutbox.open(str(path))
    with connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (4711,)


def test_a_file_that_is_no_store_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(StoreError, match=re.escape(str(path))):
        SqliteOutbox.open(str(path))
    assert path.read_text() == "not a database\n" * 100


def test_the_database_of_another_program_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with connect(path) as connection:
        connection.execute("CREATE TABLE events (id)")
    with pytest.raises(StoreError, match=re.escape(str(path))):
        SqliteOutbox.open(str(path))
    with connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("events",)]


def test_a_store_in_no_folder_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "missing" / FILE
    with pytest.raises(StoreError, match=re.escape(str(path))):
        SqliteOutbox.open(str(path))


async def test_a_store_that_breaks_under_us_says_so(path: Path) -> None:
    async with sqlite(path.parent) as outbox:
        with connect(path) as connection:
            connection.execute("DROP TABLE deliveries")
        with pytest.raises(StoreError, match="deliveries"):
            await outbox.claim(NOW, 1)


async def test_many_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        for number in range(30):
            opening = [threads.submit(SqliteOutbox.open, str(tmp_path / f"{number}.db")) for _ in range(6)]
            for opened in opening:
                await opened.result().close()


async def test_who_opens_a_file_that_nobody_has_open_is_the_only_one(tmp_path: Path) -> None:
    async with sqlite(tmp_path) as first:
        assert first.only_one
        async with sqlite(tmp_path) as second:
            assert not second.only_one
    async with sqlite(tmp_path) as again:
        assert again.only_one


async def test_who_opens_a_file_that_the_second_still_has_open_is_not_the_only_one(tmp_path: Path) -> None:
    async with sqlite(tmp_path):
        second = SqliteOutbox.open(str(tmp_path / FILE))
    try:
        async with sqlite(tmp_path) as third:
            assert not third.only_one
    finally:
        await second.close()


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Another process holds the file's lock."""
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLD, str(path), stdin=PIPE, stdout=PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    yield
    await holder.communicate(b"")


async def test_a_file_that_another_process_locks_holds_up_the_store_but_not_the_loop(path: Path) -> None:
    async with sqlite(path.parent) as outbox:
        async with locked(path):
            commit = asyncio.create_task(outbox.commit([Unit((), (), [delivery("waits")])], NOW))
            for _ in range(30):
                await asyncio.sleep(0.01)  # the ticking that a blocked loop would not do before the commit gives up
            assert not commit.done()
        [committed] = await commit
    assert committed is not None
    assert committed.keys == {"waits"}
