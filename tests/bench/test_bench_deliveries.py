"""What deliveries cost and how fast they are: Rollouts degrade, ten webhooks are told of each, by us and by the peer.

Of processor time only the daemon's own is counted; API server, load and receivers share the cores with it. The peer
is measured in one round: it opens a connection for each delivery and leaves it open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from notifier.outbox.protocol import Census
from notifier.outbox.sqlite import SqliteOutbox
from tests.bench.fleet import SERVICES, Flip
from tests.bench.peer import program
from tests.bench.stages import STORE, Side, Stage, Work, ours, peer, stage
from tests.bench.table import Measured, Row

_ROLLOUTS = 1000
_ROUNDS = 3
_SLOW, *_OTHERS = SERVICES
_Found = TypeVar("_Found")


class Cost(NamedTuple):
    """Deliveries per second of processor, and how many connections there were in all."""

    per_second: float
    connections: int

    def __str__(self) -> str:
        return f"{self.per_second:,.0f} / {self.connections:,}"


@pytest.mark.bench
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("tls", "target"), [(False, "≥ 1,850 / ≤ 100"), (True, "≥ 1,500 / ≤ 100")])
async def test_deliveries_per_second_of_processor(
    measured: Measured, tmp_path: Path, target: str, *, tls: bool
) -> None:
    own = await _cost(ours, tmp_path, _ROUNDS, tls=tls)
    other = await _of_the_peer(lambda side: _cost(side, tmp_path, 1, tls=tls))
    what = f"deliveries over {'TLS' if tls else 'plain HTTP'}, per second of processor / connections"
    measured(_row(what, target, str(own), (str(other), own.per_second / other.per_second) if other else None))


@pytest.mark.bench
@pytest.mark.timeout(1800)
async def test_deliveries_per_second_to_receivers_that_take_their_time(measured: Measured, tmp_path: Path) -> None:
    own = await _rate(ours, tmp_path, 3 * _ROLLOUTS)
    other = await _of_the_peer(lambda side: _rate(side, tmp_path, _ROLLOUTS // 10))
    what = "deliveries to receivers that take 100 ms, per second by the clock"
    measured(_row(what, "≥ 1,500", f"{own:,.0f}", (f"{other:,.0f}", own / other) if other else None))


@pytest.mark.bench
@pytest.mark.timeout(1800)
async def test_seconds_to_the_others_where_one_receiver_hangs(measured: Measured, tmp_path: Path) -> None:
    own = await _p99(ours, tmp_path)
    other = await _of_the_peer(lambda side: _p99(side, tmp_path))
    what = "one of ten receivers hangs for 5 s, 5 changes a second: p99 of the others, status to arrival"
    measured(_row(what, "< 1 s", f"{own:.3f} s", (f"{other:.1f} s", own / other) if other else None))


@pytest.mark.bench
@pytest.mark.timeout(1800)
async def test_memory_that_waiting_deliveries_take(measured: Measured, tmp_path: Path) -> None:
    own = await _growth(ours, tmp_path)
    waiting = sum(count.number for count in await _census(tmp_path))
    assert waiting == 10 * _ROLLOUTS * len(SERVICES)
    other = await _of_the_peer(lambda side: _growth(side, tmp_path))
    what = f"{waiting:,} deliveries that wait for receivers that never answer: memory over none"
    measured(Row(what, "≤ 100 MiB", f"{own:.0f} MiB", f"{other:.0f} MiB" if other is not None else "not built"))


async def _of_the_peer(measure: Callable[[Side], Awaitable[_Found]]) -> _Found | None:
    side = peer()
    return await measure(side) if side else None


def _row(what: str, target: str, own: str, other: tuple[str, float] | None) -> Row:
    """`other` is what the peer reached, and ours in relation to it."""
    receivers = "" if program("sink") else ", receivers in Python"
    theirs, ratio = other or ("not built", 0.0)
    return Row(what + receivers, target, own, theirs, f"{ratio:.2g}" if other else "")


async def _cost(side: Side, folder: Path, rounds: int, *, tls: bool) -> Cost:
    async with stage(side, Work(_ROLLOUTS, tls=tls), folder) as on:
        rates = [await _per_second(on) for _ in range(rounds)]
        await on.receivers.reset()
        return Cost(max(rates), on.receivers.connections)


async def _per_second(on: Stage) -> float:
    await on.ready(_ROLLOUTS)
    before = on.process.cpu()
    counts = await on.degrade(_ROLLOUTS)
    return counts["count"] / (on.process.cpu() - before)


async def _rate(side: Side, folder: Path, rollouts: int) -> float:
    async with stage(side, Work(rollouts, {"*": "100ms"}), folder) as on:
        await on.ready(rollouts)
        counts = await on.degrade(rollouts)
        return counts["count"] / counts["seconds"]


async def _p99(side: Side, folder: Path) -> float:
    """Seconds, of that one of the nine receivers that fares worst."""
    pace = Flip("Degraded", _ROLLOUTS // 5, per_second=5)
    async with stage(side, Work(_ROLLOUTS, {_SLOW: "5s"}), folder) as on:
        await on.ready(_ROLLOUTS)
        await on.flip(pace)
        counts = await on.receivers.wait(lambda counts: all(counts.get(f"n_{n}") == pace.rollouts for n in _OTHERS))
        return max(counts[f"p99ms_{name}"] for name in _OTHERS) / 1000


async def _growth(side: Side, folder: Path) -> float:
    """MiB that a daemon takes more than before, once all deliveries wait and it does nothing but try again."""
    rollouts = 10 * _ROLLOUTS
    async with stage(side, Work(rollouts, {"*": "1h"}), folder) as on:
        await on.ready(rollouts)
        before = on.process.memory().resident
        await on.flip(Flip("Degraded", rollouts))
        await on.process.rested()
        return on.process.memory().resident - before


async def _census(folder: Path) -> list[Census]:
    outbox = SqliteOutbox.open(str(folder / STORE))
    try:
        return await outbox.census()
    finally:
        await outbox.close()
