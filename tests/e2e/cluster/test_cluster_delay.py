"""What a rollout costs when every receiver hangs: with the daemon beside the controller, nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from notifier.sandbox.receivers import Manner, Reply
from tests.e2e.cluster.objects import canary, weight
from tests.e2e.cluster.story import Story

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUNS = 5
STEPS = (20, 40, 60, 80)
HOOKS = tuple(f"hook{number}" for number in range(10))
ARGOS = "argo-rollouts-notification-configmap"
SLOW = 1.0
"""Seconds that a receiver of Argo's own engine takes to answer; with one that never does, nothing would end."""


async def seconds_to_healthy(story: Story, image: str) -> float:
    """How long a canary of five pods takes through four steps, each pod ready after half a second."""
    await story.rest()
    began = time.monotonic()
    await story.patch({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}})
    await story.healthy(image)
    return time.monotonic() - began


async def deploy(story: Story) -> None:
    await story.deploy(canary(*map(weight, STEPS), replicas=5, services=HOOKS))


def hooks(story: Story) -> dict[str, str]:
    return {f"service.webhook.{name}": f"url: {story.sink.url}/{name}\n" for name in HOOKS}


async def test_a39_receivers_that_hang_do_not_slow_a_canary_down(
    story: Story, account: Path, record_property: Callable[[str, object], None]
) -> None:
    story.sink.reply(Reply(manner=Manner.NEVER))
    await story.cluster.configure(hooks(story))
    await deploy(story)
    alone, beside = [], []
    for run in range(RUNS):
        alone.append(await seconds_to_healthy(story, f"web:alone-{run}"))
        async with story.daemon(account):
            beside.append(await seconds_to_healthy(story, f"web:beside-{run}"))
    record_property("seconds without any notifier", alone)
    record_property("seconds beside the daemon, whose receivers all hang", beside)
    assert {request.path for request in story.sink.requests} == {f"/{name}" for name in HOOKS}
    assert median(beside) <= 1.1 * median(alone)


async def test_argos_engine_slows_its_controller_down(
    story: Story, record_property: Callable[[str, object], None]
) -> None:
    await deploy(story)
    alone = await seconds_to_healthy(story, "web:alone")
    story.sink.reply(Reply(delay=SLOW))
    await story.cluster.configure(argos(story), ARGOS)
    told = await seconds_to_healthy(story, "web:told")
    await story.cluster.configure({}, ARGOS)
    record_property("seconds without any notifier", [alone])
    record_property(f"seconds with Argo's own engine and a receiver that takes {SLOW:g} s", [told])
    assert told > alone + SLOW * len(STEPS)


def argos(story: Story) -> dict[str, str]:
    """The configuration of Argo's own engine: one webhook is told of each step and each ReplicaSet that is scaled."""
    triggers = ("on-rollout-step-completed", "on-scaling-replica-set")
    return {
        f"service.webhook.{HOOKS[0]}": f"url: {story.sink.url}/{HOOKS[0]}\n",
        "template.told": f"webhook:\n  {HOOKS[0]}:\n    method: POST\n    body: told\n",
        **{f"trigger.{name}": "- send: [told]\n" for name in triggers},
    }
