"""What a daemon costs that has nothing to do: processor and log lines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bench.daemons import Running, daemon
from tests.bench.servers import Population, cluster, running
from tests.bench.table import Measured, Row

_ROLLOUTS = 1000
_SECONDS = 120


@pytest.mark.bench
@pytest.mark.timeout(300)
async def test_what_an_idle_daemon_costs(measured: Measured, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(cluster, Population(_ROLLOUTS, "http://127.0.0.1:9", 2, ("on-rollout-completed",))) as api:
        async with daemon(api.recv(), tmp_path / "idle.db", log) as found:
            await found.rested()
            before = log.read_bytes()
            used = await _used(found)
            lines = log.read_bytes().removeprefix(before).count(b"\n")
    assert before.count(b"\n") > 0
    reached = f"{used / _SECONDS:.2%} / {lines * 60 / _SECONDS:.0f}"
    what = f"idle with {_ROLLOUTS:,} Rollouts, two minutes: of a core / log lines a minute"
    measured(Row(what, "< 1 % / < 10", reached))


async def _used(found: Running) -> float:
    """Seconds of processor in a while."""
    before = found.cpu()
    await asyncio.sleep(_SECONDS)
    return found.cpu() - before
