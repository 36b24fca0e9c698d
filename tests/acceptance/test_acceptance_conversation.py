"""A24: a canary is one message in Slack, which is edited, with what happened in its thread."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from time import time

import pytest

from notifier.model import REVISION_ANNOTATION, Kind, Object
from notifier.reasons import trigger_name
from notifier.sandbox.player import Line, load, play, recast, retime
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_channels import Message
from notifier.sandbox.slack_rules import Content, Pace
from notifier.services import Limits
from notifier.services.slack import Slack
from tests.acceptance.audience import RECORDINGS, asked, on_stage, slack_at
from tests.integration.daemon.stage import Stage

CANARY, FAILING = "s002-2-2-4-istio-vs", "s002-2-2-6-istio-vs-analysis-experiment"
"""Recordings of a first deploy and an update in five steps; the update of the second fails before it succeeds."""

TOLD = ("RolloutUpdated", "RolloutStepCompleted", "RolloutAborted", "RolloutCompleted")
UPDATE = ["begins", *(f"step {step}/5 completed" for step in range(1, 6)), "completed"]
"""What is said of an update that succeeds, as far as TOLD goes."""
FAST = Limits(rate=1e6, burst=1000, concurrency=1)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path) as stage:
        yield stage


@pytest.fixture(params=[True, False], ids=["unthreads", "hides"])
async def workspace(
    request: pytest.FixtureRequest, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackWorkspace]:
    """A Slack that takes messages as fast as they come, and treats replies to a deleted root in either way."""
    monkeypatch.setattr(Slack, "default_limits", staticmethod(lambda: FAST))
    async with SlackWorkspace("deploys", unthreads=request.param, pace=Pace(rate=float("inf"))) as workspace:
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(slack_at(workspace))
        yield workspace


def story(name: str) -> list[Line]:
    """A recording as if it began now, of which the channel is told."""
    states = (line for line in load(RECORDINGS / f"{name}.jsonl.gz") if line.object["kind"] != Kind.EVENT)
    annotations = {key: to for reason in TOLD for key, to in asked(trigger_name(reason), slack="deploys").items()}
    return list(retime(recast(states, annotate=annotations, drop_subscriptions=True), start=time()))


def after(step: int, lines: list[Line]) -> int:
    """Where in a recording the update has completed so many steps."""
    return next(number for number, line in enumerate(lines, 1) if _is_at(step, line.object))


def _is_at(step: int, obj: Object) -> bool:
    status, annotations = obj.get("status", {}), obj["metadata"].get("annotations", {})
    place = obj["kind"], annotations.get(REVISION_ANNOTATION), status.get("currentStepIndex"), status.get("phase")
    return place == (Kind.ROLLOUT, "2", step, "Progressing")


async def tell(stage: Stage, lines: Iterable[Line]) -> None:
    """Let a daemon see something and tell it all."""
    async with stage.ready() as running:
        await play(stage.api.store, lines)
        await running.settled()


def gist(said: Iterable[Content]) -> list[str]:
    """Of each text the words that say what happened."""
    return [next(words for words in (*UPDATE, "aborted") if words in content.text) for content in said]


def roots(workspace: SlackWorkspace) -> list[Message]:
    """What stands in the channel by itself: of the first deploy, then of the update."""
    return [message for message in workspace.channel("deploys") if message.root]


async def test_a24_a_canary_of_five_steps_is_one_message_that_is_edited_with_its_steps_in_its_thread(
    stage: Stage, workspace: SlackWorkspace
) -> None:
    await tell(stage, story(CANARY))
    _, update = roots(workspace)
    assert workspace.channel("deploys") == roots(workspace), "nothing else is in the channel"
    assert gist([*update.edits, update]) == UPDATE
    assert gist(workspace.thread(update.ts)[1:]) == UPDATE[1:]
    assert ["".join(re.findall("[▰▱]", repr(edit.blocks))) for edit in update.edits[1:]] == [
        "▰" * done + "▱" * (5 - done) for done in range(1, 6)
    ]


async def test_a24_a_failure_is_told_in_the_channel_too(stage: Stage, workspace: SlackWorkspace) -> None:
    await tell(stage, story(FAILING))
    _, update = roots(workspace)
    thread = workspace.thread(update.ts)[1:]
    assert gist(thread) == ["aborted", *UPDATE[1:]]
    assert gist([*update.edits, update]) == ["begins", "aborted", *UPDATE[1:]]
    assert [message for message in workspace.channel("deploys") if not message.root] == thread[:1]
    assert "experiment" in thread[0].text


@pytest.mark.parametrize("step", [0, 2, 5])
async def test_a24_after_a_restart_the_thread_goes_on(stage: Stage, workspace: SlackWorkspace, step: int) -> None:
    lines = story(CANARY)
    restart = after(step, lines)
    await tell(stage, lines[:restart])
    _, before = roots(workspace)
    assert gist([before]) == [UPDATE[step]]
    await tell(stage, lines[restart:])
    _, update = roots(workspace)
    assert update.ts == before.ts
    assert gist([*update.edits, update]) == UPDATE
    assert gist(workspace.thread(update.ts)[1:]) == UPDATE[1:]


async def test_a24_a_root_that_was_deleted_is_replaced_by_a_new_one_where_the_thread_goes_on(
    stage: Stage, workspace: SlackWorkspace
) -> None:
    lines = story(CANARY)
    middle = after(2, lines)
    await tell(stage, lines[:middle])
    _, deleted = roots(workspace)
    workspace._channels.delete(deleted)
    await tell(stage, lines[middle:])
    _, update = roots(workspace)
    assert update.ts != deleted.ts
    assert gist([*update.edits, update]) == UPDATE[3:]
    assert gist(workspace.thread(update.ts)[1:]) == UPDATE[4:]
