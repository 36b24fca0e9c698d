"""In shadow everything happens and is recorded, and nothing is sent but in the namespaces that were switched over."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner

from notifier.cli import main
from notifier.outbox.protocol import SHADOW, Filter, State
from notifier.settings import Settings
from tests.integration.daemon.stage import Stage, rollout, subscribed, until

ASKS = subscribed("one")


def change(stage: Stage, mark: int) -> None:
    """Two teams' Rollouts change."""
    stage.put(*(rollout(name, namespace=name, mark=mark, annotations=ASKS) for name in ("shop", "bank")))


async def test_in_shadow_what_would_be_sent_is_recorded_whole_and_nothing_is_sent(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready(shadow=True) as running:
        change(stage, 1)
        await running.settled()
        rows = await running.rows()
        assert [(row.state, row.why) for row in rows] == [(State.SUPPRESSED, SHADOW)] * 2
        assert {json.loads(row.message)["message"] for row in rows} == {"shop 1", "bank 1"}
    assert stage.sink.requests == []


async def test_in_shadow_what_was_waiting_before_waits_on(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready(shadow=True) as running:
        change(stage, 1)
        await running.settled()
        first = (await running.rows())[0]
        await running.daemon.outbox.retry(first.id, first.created)
    async with stage.ready(shadow=True) as running:
        change(stage, 2)
        await until(lambda: running.metric("changes_total", kind="Rollout"))
        assert (await running.rows())[0].state == State.PENDING
    assert stage.sink.requests == []


async def test_namespaces_are_switched_over_one_by_one_and_back_again(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    steps: list[dict[str, Any]] = [{"shadow": True}, {"shadow": True, "shadow_except": ("shop",)}, {}, {"shadow": True}]
    for mark, settings in enumerate(steps):
        async with stage.ready(**settings) as running:
            change(stage, mark)
            await running.settled()
    assert sorted(stage.told("one")) == ["bank 2", "shop 1", "shop 2"]


async def test_deliveries_list_shadow_shows_what_would_have_been_sent_and_nothing_else(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    async with stage.ready(shadow=True, shadow_except=("bank",)) as running:
        change(stage, 1)
        await running.settled()
        assert len(await running.daemon.outbox.deliveries(Filter(why=SHADOW))) == 1
    asked = ["deliveries", "list", "--shadow", "--store", str(stage.store), "-o", "json"]
    shown = await asyncio.to_thread(CliRunner().invoke, main, asked)
    assert [(d["namespace"], d["state"], d["why"]) for d in json.loads(shown.output)] == [
        ("shop", "suppressed", "shadow")
    ]


def test_an_exception_without_shadow_is_a_mistake() -> None:
    with pytest.raises(Exception, match="--shadow-except"):
        Settings.of(shadow_except=("shop",))
