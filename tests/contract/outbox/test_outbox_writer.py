"""One thread writes; what waits for it shares a transaction, and what fails fails alone."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from notifier.errors import StoreError
from notifier.outbox.writer import Work, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE numbers (n INTEGER UNIQUE)")
    return path


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[Writer]:
    """A writer on a table of numbers; it gives up at once where the file is locked."""
    writer = open_writer(path)
    yield writer
    await writer.close()


def open_writer(path: Path) -> Writer:
    thread = ThreadPoolExecutor(1)
    return Writer(thread.submit(lambda: sqlite3.connect(path, isolation_level=None, timeout=0)).result(), thread)


def add(number: int) -> Work:
    return lambda connection: connection.execute("INSERT INTO numbers VALUES (?)", [number]).lastrowid


def numbers(path: Path) -> list[int]:
    """What is in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT n FROM numbers ORDER BY rowid")]


class Gate:
    """Work that keeps the writer busy until it is opened."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reached = asyncio.Event()
        self._opened = threading.Event()

    def __call__(self, _: sqlite3.Connection) -> bool:
        self._loop.call_soon_threadsafe(self._reached.set)
        return self._opened.wait(10)

    async def reached(self) -> None:
        await self._reached.wait()

    def open(self) -> None:
        self._opened.set()


async def test_what_waits_is_committed_together(writer: Writer, path: Path) -> None:
    statements: list[str] = []
    await writer.run(lambda connection: connection.set_trace_callback(statements.append))
    gate = Gate()
    busy = asyncio.create_task(writer.run(gate))
    await gate.reached()
    waiting = [asyncio.create_task(writer.run(add(number))) for number in range(450)]
    await asyncio.sleep(0)  # all of them are asked for
    statements.clear()
    gate.open()
    assert await asyncio.gather(busy, *waiting) == [True, *range(1, 451)]
    assert statements.count("BEGIN IMMEDIATE") == 3  # at most 200 at once
    assert numbers(path) == list(range(450))


async def test_a_piece_that_fails_undoes_itself_alone(writer: Writer, path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add(7)(connection)
        add(1)(connection)

    first, failed, last = await asyncio.gather(
        *(writer.run(work) for work in (add(1), half, add(2))), return_exceptions=True
    )
    assert (first, last) == (1, 2)
    assert isinstance(failed, StoreError)
    assert "UNIQUE" in str(failed)
    assert numbers(path) == [1, 2]


async def test_a_piece_with_a_mistake_in_it_fails_alone_too(writer: Writer, path: Path) -> None:
    def mistaken(connection: sqlite3.Connection) -> None:
        add(7)(connection)
        raise LookupError("a mistake")

    async with asyncio.timeout(1):
        first, failed, last = await asyncio.gather(
            *(writer.run(work) for work in (add(1), mistaken, add(2))), return_exceptions=True
        )
    assert (first, last) == (1, 2)
    assert "a mistake" in str(failed)
    assert numbers(path) == [1, 2]


async def test_a_locked_file_fails_what_waits_and_nothing_after(writer: Writer, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        failed = await asyncio.gather(*(writer.run(add(number)) for number in range(2)), return_exceptions=True)
        assert [type(error) for error in failed] == [StoreError] * 2
        assert "locked" in str(failed[0])
    assert await writer.run(add(3)) == 1
    assert numbers(path) == [3]


async def test_a_full_disk_says_so_and_passes(writer: Writer, path: Path) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE blobs AS SELECT zeroblob(100000)")

    await writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 4"))
    with pytest.raises(StoreError, match="full"):
        await writer.run(fill)
    await writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1000"))
    await writer.run(fill)
    await writer.run(add(1))
    assert numbers(path) == [1]


async def test_who_stops_waiting_takes_nothing_back(writer: Writer, path: Path) -> None:
    gate = Gate()
    busy = asyncio.create_task(writer.run(gate))
    await gate.reached()
    waiting = [asyncio.create_task(writer.run(add(number))) for number in range(3)]
    await asyncio.sleep(0)  # all of them are asked for
    waiting[1].cancel()
    gate.open()
    await asyncio.gather(busy, *waiting, return_exceptions=True)
    assert waiting[1].cancelled()
    assert numbers(path) == [0, 1, 2]


async def test_closing_writes_what_waits(path: Path) -> None:
    writer = open_writer(path)
    gate = Gate()
    busy = asyncio.create_task(writer.run(gate))
    await gate.reached()
    waiting = asyncio.gather(*(writer.run(add(number)) for number in range(300)))
    closing_down = asyncio.create_task(writer.close())
    await asyncio.sleep(0)  # asked for, and asked to close
    gate.open()
    await closing_down
    await busy
    assert await waiting == list(range(1, 301))
    assert numbers(path) == list(range(300))


async def test_a_closed_writer_refuses(path: Path) -> None:
    writer = open_writer(path)
    await writer.close()
    with pytest.raises(StoreError, match="closed"):
        async with asyncio.timeout(1):
            await writer.run(add(1))
