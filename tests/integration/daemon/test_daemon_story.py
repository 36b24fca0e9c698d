"""The daemon tells of a recorded story what `replay` tells, once, whatever was there before it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest

from notifier.config.load import shipped
from notifier.config.schema import Config
from notifier.outbox.protocol import Delivery, Filter
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay, notification
from notifier.sandbox.kinds import ROLLOUTS
from notifier.sandbox.player import Line, load, play, recast, retime
from tests.integration.daemon.stage import KEY, Running, Stage, rollout

RECORDINGS = Path(__file__).parents[2] / "recordings"
STORIES = ("s001-basic-canary-narrative", "s002-2-2-3-undo-abort", "x-standalone-experiment-and-run")

Lanes = dict[tuple[str, ...], list[str]]


def everything() -> dict[str, str]:
    """Two recipients of every trigger there is, one that watches a condition among them."""
    names = [*shipped().triggers, "on-degraded"]
    return {
        "trigger.on-degraded": "- when: rollout.status?.phase == 'Degraded'\n  send: [rollout-degraded]\n",
        "subscriptions": f"- recipients: [one, two]\n  triggers: [{', '.join(names)}]\n",
    }


def story(name: str) -> list[Line]:
    """A recording, as if it began now: its timed pauses are not over."""
    lines = recast(load(RECORDINGS / f"{name}.jsonl.gz"), drop_subscriptions=True)
    return list(retime(lines, start=time()))


async def replayed(lines: Iterable[Line], config: Config) -> list[dict[str, Any]]:
    """What `replay` prints of some lines."""
    outbox = SqliteOutbox.open(":memory:")
    replay = Replay(outbox, Pipeline(config, withheld=REPLAYED))
    try:
        encoded = [msgspec.json.encode(line._asdict()) for line in lines]
        return [notification(note) async for told in replay.run(encoded) for note in told.notes]
    finally:
        await outbox.close()


def by_lane(notes: Iterable[dict[str, Any]]) -> Lanes:
    """Keys in order, by service, recipient and object."""
    lanes: Lanes = defaultdict(list)
    for note in notes:
        lanes[note["service"], note["recipient"], note["uid"]].append(note["key"])
    return lanes


async def arrived(stage: Stage, running: Running) -> Lanes:
    """Keys in order of arrival, by lane."""
    rows = {row.key: row for row in await running.rows()}
    found = [rows[request.headers[KEY]] for request in stage.sink.requests]
    return by_lane({"service": r.service, "recipient": r.recipient, "uid": r.uid, "key": r.key} for r in found)


async def play_in_step(stage: Stage, running: Running, lines: Sequence[Line]) -> None:
    """Write line after line; the daemon takes in all of one kind before the next kind's, as its watches are several."""
    for _, some in groupby(lines, key=lambda line: line.object["kind"]):
        await play(stage.api.store, some)
        await running.settled()


@pytest.mark.parametrize("name", STORIES)
async def test_a_recording_played_live_gives_what_replay_gives_in_the_same_order(stage: Stage, name: str) -> None:
    stage.configure(stage.services("one", "two"), everything())
    lines = story(name)
    async with stage.ready() as running:
        await play_in_step(stage, running, lines)
        expected = by_lane(await replayed(lines, running.daemon.directory.config))
        assert await arrived(stage, running) == expected
        assert len(expected) >= 2


async def test_a_recording_played_at_full_speed_is_told_once_and_never_again(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"), everything())
    lines = story(STORIES[0])
    async with stage.ready() as running:
        await play(stage.api.store, lines)
        await running.settled()
        expected = {note["key"] for note in await replayed(lines, running.daemon.directory.config)}
    async with stage.ready() as running:
        await running.settled()
    assert sorted(stage.keys("one") + stage.keys("two")) == sorted(expected)


def present(name: str) -> list[Line]:
    """What a recording leaves behind."""
    last = {line.object["metadata"]["uid"]: line for line in story(name)}
    return [line for line in last.values() if line.type != "DELETED"]


async def test_fifty_rollouts_that_were_there_before_cause_no_message_now_or_at_a_restart(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"), everything())
    there = present(STORIES[0])
    for number in range(50):
        await play(stage.api.store, recast(there, namespace=f"team-{number}"))
    for _ in range(2):
        async with stage.ready() as running:
            await running.settled()
            assert running.metric("changes_total", kind="Rollout") == 50
            assert await running.rows() == []
    assert stage.sink.requests == []


async def test_what_happened_while_no_daemon_ran_is_told_once_by_the_next(stage: Stage) -> None:
    triggers = "on-rollout-created, on-rollout-deleted, on-mark"
    stage.configure(stage.services("one"), {"subscriptions": f"- recipients: [one]\n  triggers: [{triggers}]\n"})
    stage.put(rollout("gone", mark=1), rollout("moved", mark=1), rollout("idle", mark=1), rollout("reborn"))
    async with stage.ready() as running:
        await running.settled()
    stage.api.store.delete(ROLLOUTS, "shop", "gone")
    stage.put(rollout("moved", mark=2), rollout("fresh", mark=1), rollout("reborn", uid="another"))
    for _ in range(2):
        async with stage.ready() as running:
            await running.settled()
    rows = {(row.trigger, row.name) for row in await rows_of(stage)}
    assert rows == {
        ("on-rollout-deleted", "gone"),
        ("on-rollout-created", "fresh"),
        ("on-mark", "moved"),
        ("on-mark", "fresh"),
        ("on-rollout-deleted", "reborn"),
        ("on-rollout-created", "reborn"),
    }
    assert len(stage.keys("one")) == len(set(stage.keys("one"))) == 6


async def rows_of(stage: Stage) -> list[Delivery]:
    """The deliveries in a stage's store, which nobody has open."""
    outbox = SqliteOutbox.open(str(stage.store))
    try:
        return await outbox.deliveries(Filter())
    finally:
        await outbox.close()
