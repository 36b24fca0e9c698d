"""A22 and A23: whatever a Rollout has its pods from, its images are shown; and every message says where it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from notifier.model import Kind
from notifier.sandbox.player import play
from tests.acceptance.company import RECIPIENTS, Company, company, entry, hear, hears
from tests.acceptance.made_stories import CANARY, aborted, by_workload, healthy, up_to
from tests.integration.daemon.stage import rollout
from tests.integration.daemon.test_daemon_story import story


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Company]:
    async with company(tmp_path) as made:
        yield made


BLUE, YELLOW, RED = (f"argoproj/rollouts-demo:{colour}" for colour in ("blue", "yellow", "red"))
CHANGE = "Image rollouts-demo: {} → {}"
SPEC = {
    "trigger.on-spec": "- on: [RolloutUpdated]\n  send: [spec]\n",
    "template.spec": "message: '{{ rollout.spec.template.spec.containers[0].image }}'\n",
}
"""A template that looks for the image where Argo's do."""


async def test_a22_a_rollout_that_refers_to_a_workload_shows_its_images(shop: Company) -> None:
    triggers = ["on-rollout-updated", "on-rollout-completed", "on-rollout-aborted"]
    shop.configure(shop.services("hook", "words"), SPEC, hear({"hook": triggers, "words": ["on-spec"]}))
    lines = by_workload(up_to(story(CANARY), aborted))
    assert not any("template" in line.object["spec"] for line in lines if line.object["kind"] == Kind.ROLLOUT)
    async with shop.ready() as running:
        await shop.play(running, lines)
    said = {(event["reason"], event["revision"]): text for event, text in zip(shop.events(), shop.said(), strict=True)}
    assert f"Image rollouts-demo: {BLUE}" in said["RolloutUpdated", "1"]
    for reason, revision, change in (
        ("RolloutUpdated", "2", CHANGE.format(BLUE, YELLOW)),
        ("RolloutCompleted", "2", CHANGE.format(BLUE, YELLOW)),
        ("RolloutUpdated", "3", CHANGE.format(YELLOW, RED)),
        ("RolloutAborted", "3", CHANGE.format(YELLOW, RED)),
    ):
        assert change in said[reason, revision]
    assert shop.told("words") == [BLUE, YELLOW, RED]


async def test_a22_images_are_shown_of_an_update_that_began_while_no_daemon_ran(shop: Company) -> None:
    shop.configure(shop.services("hook"), hears("hook", of=["on-rollout-updated"]))
    lines = by_workload(up_to(story(CANARY), healthy("2")))
    before = up_to(lines, healthy("1"))
    async with shop.ready() as running:
        await shop.play(running, before)
    await play(shop.api.store, lines[len(before) :])
    async with shop.ready() as running:
        await running.settled()
    assert CHANGE.format(BLUE, YELLOW) in shop.said()[-1]


CONTEXT = {"cluster": "prod-eu-1", "environment": "production", "region": {"name": "eu-central-1"}, "oncall": "team-a"}
KEYS = "{{ [context.cluster, context.environment, context.region.name, context.oncall] | join(' ') }}"
SAID = "prod-eu-1 production eu-central-1 team-a"
HOLDS = (
    "context.cluster == 'prod-eu-1' and context.environment == 'production' and context.region.name != context.oncall"
)


async def test_a23_cluster_environment_and_every_key_of_the_context_are_in_every_template_and_condition(
    shop: Company,
) -> None:
    once = {"oncePer": "context.oncall", "send": ["keys"]}
    triggers = {
        "on-event": {"on": ["RolloutCreated"], "when": HOLDS, **once},
        "on-state": {"when": HOLDS, **once},
        "on-nothing": {"when": "context.environment == 'staging'", **once},
    }
    template = {
        "message": KEYS,
        "webhook": {"hook": {"path": "{{ context.oncall }}", "headers": {"X-Keys": KEYS}, "body": {"keys": KEYS}}},
        "slack": {"text": KEYS, "groupingKey": "{{ context.oncall }}"},
        "email": {"subject": KEYS, "body": KEYS},
    }
    entries = [entry(f"trigger.{name}", [condition]) for name, condition in triggers.items()]
    everybody = hears(*RECIPIENTS, "words", of=triggers)
    shop.configure(
        shop.everywhere(),
        shop.services("words"),
        *entries,
        entry("template.keys", template),
        everybody,
        entry("context", CONTEXT),
    )
    async with shop.ready() as running:
        shop.put(rollout())
        await running.settled()
    requests = shop.requests("hook/team-a")
    assert [(request.headers["X-Keys"], request.json()) for request in requests] == [(SAID, {"keys": SAID})] * 2
    assert shop.told("words") == [message.text for message in shop.slack.messages] == [SAID] * 2
    assert [(mail.message["Subject"], mail.text.strip()) for mail in shop.mail.mails] == [(SAID, SAID)] * 2


async def test_a23_the_built_in_messages_say_in_which_cluster_and_environment(shop: Company) -> None:
    shop.configure(shop.everywhere(), entry("context", CONTEXT), hears(*RECIPIENTS, of=["on-rollout-created"]))
    async with shop.ready() as running:
        shop.put(rollout())
        await running.settled()
    (said,), (posted,), (mail,) = shop.said(), shop.slack.messages, shop.mail.mails
    for text in (said, mail.text, msgspec.json.encode(posted.blocks).decode()):
        assert "prod-eu-1" in text
        assert "production" in text
