"""What looking for work costs: heads are found in their index, however many there are and whatever lies beside them."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count

import pytest

from notifier.model import Destination
from notifier.outbox import leases, sql
from notifier.outbox.protocol import WHOLE
from tests.contract.outbox.samples import LATER, NOW

SQL = sql.queries("sqlite")
BUSY = Destination("slack", WHOLE)
FILL = """
INSERT INTO deliveries (key, lane, head, state, service, recipient, trigger, kind, namespace, name, uid, message,
  created, due, settled)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :number)
SELECT :service || :state || n, :service || n, :state = 'pending', :state, :service, 'x', 't', 'Rollout', 'shop',
  'cart', 'u', x'00', 1.0, 1.0 + n, iif(:state = 'pending', NULL, 1.0) FROM numbers
"""
Ask = Callable[[sqlite3.Connection], object]


@contextmanager
def holding(*rows: tuple[str, str, int]) -> Iterator[sqlite3.Connection]:
    """A store without its thread; of each service and state so many rows, the pending ones heads that are due."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for script in sql.migrations("sqlite"):
            connection.executescript(script)
        for service, state, number in rows:
            connection.execute(FILL, {"service": service, "state": state, "number": number})
        yield connection


def steps(connection: sqlite3.Connection, ask: Ask) -> int:
    """How many instructions SQLite carries out to answer: unlike time, the same on every machine."""
    counter = count()
    connection.set_progress_handler(lambda: next(counter) and None, 1)
    try:
        ask(connection)
    finally:
        connection.set_progress_handler(None, 0)
    return next(counter)


def plan(name: str) -> list[str]:
    parameters = dict.fromkeys(re.findall(r":(\w+)", SQL[name]))
    with holding() as connection:
        return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {SQL[name]}", parameters)]


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        ("waiting", [r"deliveries_due", r"deliveries_due \(service>\?\)"]),
        ("claim", [r"PRIMARY KEY \(rowid=\?\)", r"deliveries_due \(service=\? AND due<\?\)"]),
        ("next_due", [r"deliveries_due \(service=\?\)"]),
        ("give_back", [r"PRIMARY KEY \(rowid=\?\)"]),
        ("renew", [r"PRIMARY KEY \(rowid=\?\)"]),
    ],
)
def test_heads_are_found_in_their_index(name: str, searches: list[str]) -> None:
    found = plan(name)
    of_deliveries = [detail for detail in found if "deliveries" in detail]
    assert len(of_deliveries) == len(searches)
    for detail, search in zip(of_deliveries, searches, strict=True):
        assert re.fullmatch(rf"SEARCH deliveries USING .*{search}", detail)
    assert not [detail for detail in found if "TEMP B-TREE" in detail]


def test_threads_are_found_by_their_key_and_by_their_age() -> None:
    assert plan("root") == [
        "SEARCH threads USING INDEX sqlite_autoindex_threads_1 (service=? AND recipient=? AND thread=?)"
    ]
    assert plan("forget_threads") == ["SEARCH threads USING INDEX threads_used (used<?)"]


def claim(*full: Destination) -> Ask:
    return lambda connection: leases.claim(connection, "me", LATER, 10, full)


def next_due(*full: Destination) -> Ask:
    return lambda connection: leases.next_due(connection, "me", full)


@pytest.mark.parametrize(
    "ask",
    [claim(BUSY), claim(), next_due(BUSY), next_due()],
    ids=["claim past it", "claim of it", "next due past it", "next due of it"],
)
def test_a_backlog_costs_nothing_to_who_looks_past_it_or_takes_of_it(ask: Ask) -> None:
    costs = []
    for number in (10, 5_000):
        beside = [("email", "pending", 10), ("slack", "delivered", number), ("slack", "dead", number)]
        with holding(("slack", "pending", number), *beside) as connection:
            costs.append(steps(connection, ask))
    assert costs[1] == pytest.approx(costs[0], rel=0.01)


def test_what_is_long_settled_costs_nothing_to_who_gives_all_leases_back() -> None:
    costs = []
    for number in (10, 5_000):
        with holding(("slack", "pending", 10), ("slack", "delivered", number)) as connection:
            costs.append(steps(connection, lambda c: c.execute(SQL["release"], {"lease": None, "now": NOW})))
    assert costs[1] == pytest.approx(costs[0], rel=0.01)
