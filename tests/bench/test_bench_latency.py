"""How long it takes from a line of a watch to the receiver's door, everybody in a process of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from notifier.outbox.protocol import Filter
from notifier.outbox.sqlite import SqliteOutbox
from tests.bench.daemons import daemon
from tests.bench.servers import Pace, Pipe, Population, cluster, receiver, running
from tests.bench.table import Measured, Row

_FAMILIES, _SINKS = 100, 10
_WARM_UP = Pace(100, 40, per_second=20)
_PACE = Pace(200, 400, per_second=20)
_ROUNDS = 3


@pytest.mark.bench
@pytest.mark.timeout(600)
async def test_milliseconds_from_the_watch_line_to_the_webhook(measured: Measured, tmp_path: Path) -> None:
    rounds = [await latencies(tmp_path / f"{number}.db") for number in range(_ROUNDS)]
    assert all(len(seconds) == _PACE.changes * _SINKS for seconds in rounds)
    p99, p50 = min((percentiles[98], percentiles[49]) for percentiles in (quantiles(s, n=100) for s in rounds))
    what = f"watch line to webhook, {_PACE.per_second * _SINKS:.0f} deliveries a second, ten per change: p50 / p99"
    measured(Row(what, "p99 < 35 ms", f"{p50 * 1000:.1f} / {p99 * 1000:.1f} ms"))


async def latencies(store: Path) -> list[float]:
    """Seconds that each delivery took, after a warm-up that connects to the receivers."""
    with ExitStack() as stack:
        sink = stack.enter_context(running(receiver))
        population = Population(_FAMILIES, sink.recv(), _SINKS, ("on-rollout-updated",))
        api = stack.enter_context(running(cluster, population))
        async with daemon(api.recv(), store):
            await _asked(api, _WARM_UP)
            written = await _asked(api, _PACE)
            arrived = await _asked(sink, (_WARM_UP.changes + _PACE.changes) * _SINKS)
    return await _matched(store, written, arrived)


async def _asked(server: Pipe, question: object) -> Any:
    server.send(question)
    return await asyncio.to_thread(server.recv)


async def _matched(
    store: Path, written: Mapping[tuple[str, str], float], arrived: Iterable[tuple[str, float]]
) -> list[float]:
    """From writing to arrival, by what the store says each idempotency key stands for."""
    outbox = SqliteOutbox.open(str(store))
    try:
        told = {d.key: (d.namespace, d.revision or "") for d in await outbox.deliveries(Filter(limit=100_000))}
    finally:
        await outbox.close()
    return [at - written[told[key]] for key, at in arrived if told[key] in written]
