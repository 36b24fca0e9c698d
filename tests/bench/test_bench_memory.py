"""What a large cluster costs: memory of the daemon, and seconds from its start to readiness with a new store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bench.daemons import Memory, Running, daemon
from tests.bench.servers import Population, cluster, running
from tests.bench.table import Measured, Row

_ROLLOUTS = 10_000
_ROUNDS = 2
_STEADY = 2.0
"""Seconds without a change of memory after which a daemon is taken to be at rest."""


@pytest.mark.bench
@pytest.mark.timeout(600)
async def test_memory_and_start_in_a_large_cluster(measured: Measured, tmp_path: Path) -> None:
    with running(cluster, Population(_ROLLOUTS, "http://127.0.0.1:9", 2, ("on-rollout-completed",))) as api:
        server = api.recv()
        rounds = [await _started(server, tmp_path / f"{number}.db") for number in range(_ROUNDS)]
    seconds, memory = min(s for s, _ in rounds), min(m for _, m in rounds)
    what = f"{_ROLLOUTS:,} Rollouts of 5.5 kB with two ReplicaSets each"
    measured(Row(f"{what}: memory at rest", "≤ 180 MiB", f"{memory.resident:.0f} MiB (peak {memory.peak:.0f})"))
    measured(Row(f"{what}: first start to ready", "< 8 s", f"{seconds:.1f} s"))


async def _started(server: str, store: Path) -> tuple[float, Memory]:
    async with daemon(server, store) as found:
        return found.seconds, await _at_rest(found)


async def _at_rest(found: Running) -> Memory:
    before = None
    while (memory := found.memory()) != before:
        before = memory
        await asyncio.sleep(_STEADY)
    return memory
