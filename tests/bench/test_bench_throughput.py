"""How fast changes of Rollouts are taken in: decode, interpret, match, render, enqueue on disk (synchronous=FULL)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pytest

from notifier.app import spare_collections
from notifier.config.load import Source, load
from notifier.directory import CHECKS
from notifier.intake import Intake
from notifier.model import Change, Kind
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from tests.bench.subjects import TRIGGERS, Mould, config_map, stories, wishes
from tests.bench.table import Measured, Row

_ROLLOUTS = 1000
_AT_ONCE = 200
_ROUNDS = 3


class Rate(NamedTuple):
    """What was taken in, and the seconds of processor and of wall clock that it took."""

    changes: int
    messages: int
    cpu: float
    wall: float


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_changes_taken_in_a_second_on_one_core(measured: Measured, tmp_path: Path) -> None:
    rounds = [_in_a_process_of_its_own(tmp_path / f"{number}.db") for number in range(_ROUNDS)]
    best = min(rounds, key=lambda rate: rate.cpu)
    assert best.messages
    per_second = f"{best.changes / best.cpu:,.0f} (by the clock {best.changes / best.wall:,.0f})"
    measured(Row(f"changes of {_ROLLOUTS:,} Rollouts taken in, per second of one core", "≥ 3,000", per_second))


def absorbed(store: Path, rollouts: int) -> Rate:
    """Take all recorded states of that many Rollouts, mixed, into a new store, as the daemon would."""
    spare_collections()
    return asyncio.run(_absorbed(store, rollouts))


def _in_a_process_of_its_own(store: Path) -> Rate:
    """Where no garbage of the test runner is collected on our time."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(absorbed, store, _ROLLOUTS).result()


async def _absorbed(store: Path, rollouts: int) -> Rate:
    outbox = SqliteOutbox.open(str(store))
    config = load(Source("ConfigMap", config_map("http://sink.example", 1)), {}, CHECKS)
    intake = Intake(outbox, Pipeline(config))
    changes = _changes(rollouts)
    try:
        rates = [await _timed(intake, batch) for batch in iter(lambda: list(islice(changes, _AT_ONCE)), [])]
    finally:
        await outbox.close()
    return Rate._make(map(sum, zip(*rates, strict=True)))


async def _timed(intake: Intake, batch: list[Change]) -> Rate:
    wall, cpu = time.perf_counter(), time.process_time()
    told = await intake.absorb(batch, time.time())
    return Rate(len(batch), len(told.notes), time.process_time() - cpu, time.perf_counter() - wall)


def _changes(rollouts: int) -> Iterator[Change]:
    """The first states of all Rollouts, then the second ones, and so on: no two of a batch are of the same one."""
    moulds = [[Mould.of(state) for state in states] for states in stories(wishes(TRIGGERS, 1))]
    for number in range(max(map(len, moulds))):
        for copy in range(rollouts):
            states = moulds[copy % len(moulds)]
            if number < len(states):
                yield Change(Kind.ROLLOUT, "MODIFIED", states[number].copy(copy))
