"""`rollouts-notifier demo`, as a script runs it and as Ctrl-C ends it."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from notifier.demo.stories import STORIES
from tests.integration.demo.running import demo

CANARY, *_, ROLLBACK = STORIES


async def test_every_story_tells_its_reasons_in_argos_order_and_none_twice() -> None:
    async with demo("--exit", "--json", "--speed=50") as running:
        assert await running.ended() == 0
    *deliveries, summary = running.lines()
    told = {story.name: [d["reason"] for d in deliveries if d["scenario"] == story.name] for story in STORIES}
    assert told == {story.name: story.expected() for story in STORIES}
    assert len({d["key"] for d in deliveries}) == len(deliveries) == summary["delivered"] == summary["expected"]
    assert summary["scenarios"] == [story.name for story in STORIES]
    assert summary["missing"] == summary["unexpected"] == []


async def test_one_story_can_be_chosen_and_be_seen_whole() -> None:
    async with demo("--exit", "--json", "--verbose", "--speed=1000", f"--scenario={ROLLBACK.name}") as running:
        assert await running.ended() == 0
    *deliveries, summary = running.lines()
    assert summary["scenarios"] == [ROLLBACK.name]
    assert {(d["namespace"], d["name"]) for d in deliveries} == {(ROLLBACK.namespace, ROLLBACK.rollout)}
    assert all(d["body"]["event"]["reason"] == d["reason"] for d in deliveries)


async def test_a_message_that_arrives_twice_fails_the_demo() -> None:
    async with demo("--exit", "--speed=8", f"--scenario={CANARY.name}") as running:
        config = f"{await running.server()}/api/v1/namespaces/argo-rollouts/configmaps"
        key = (await running.until("Idempotency-Key")).split()[-1]
        async with aiohttp.ClientSession() as client:
            async with client.get(config) as answer:
                hook = re.search(r"http://[\w.:]+/hook", await answer.text())
            copy = {"message": "again", "reason": "RolloutUpdated", "rollout": {"namespace": CANARY.namespace}}
            assert hook
            await client.post(hook[0], json=copy, headers={"Idempotency-Key": key})
        assert await running.ended() == 1
    assert f"unexpected: RolloutUpdated of {CANARY.name}" in running.text


async def test_ctrl_c_after_the_last_story_ends_it_cleanly_and_leaves_nothing() -> None:
    async with demo("--speed=1000", f"--scenario={CANARY.name}") as running:
        listing = await running.until("--store ")
        store = Path(listing.partition("--store ")[2].strip())
        assert _is_there(store)
        running.interrupt()
        assert await running.ended(within=5) == 0
    assert not _is_there(store.parent)


async def test_ctrl_c_in_the_middle_of_a_story_is_as_clean() -> None:
    async with demo() as running:
        await running.until("Idempotency-Key")
        running.interrupt()
        assert await running.ended(within=5) == 0


def _is_there(path: Path) -> bool:
    return path.exists()
