"""Configurations as people have them for Argo, found in public repositories, mean here what they mean there."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from notifier.config.load import Source, load
from notifier.config.schema import Config, Engine
from notifier.directory import CHECKS
from notifier.draft import Note
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import Replay

RECORDINGS = Path(__file__).parents[1] / "recordings"
SAID = {"template.said": "message: '{{.rollout.metadata.name}}'\n"}
HOOK = {"service.webhook.hook": "url: https://receiver.example\n"}


def configured(*entries: Mapping[str, str], before: Config | None = None) -> Config:
    """The configuration of some entries."""
    return load(Source("ConfigMap", {k: v for some in entries for k, v in some.items()}), {}, CHECKS, before)


async def notes(story: str, config: Config) -> list[Note]:
    """What a recording makes to be told."""
    store = SqliteOutbox.open(":memory:")
    try:
        with gzip.open(RECORDINGS / f"{story}.jsonl.gz") as lines:
            return [note async for one in Replay(store, Pipeline(config)).run(lines) for note in one.notes]
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("name", "when", "story"),
    [
        ("on-rollout-rolled-back", "rollout.status.abort == true", "s002-2-2-3-undo-abort"),
        ("on-rollout-healthy", "rollout.status.phase == 'Healthy'", "x-manual-pause-resume-restart"),
        ("on-rollout-promoted-fully", "rollout.status.currentPodHash == rollout.status.stableRS", "s004-bluegreen"),
        ("on-rollout-aborted", "rollout.status.phase == 'Degraded'", "x-deadline-exceeded"),
        ("on-rollout-aborted", "rollout.status.phase == 'Degraded'", "s004-bluegreen-abort"),
        ("on-rollout-completed", "rollout.status.phase == 'Healthy'", "x-manual-pause-resume-restart"),
        ("on-rollout-paused", "rollout.status.phase == 'Paused'", "x-manual-pause-resume-restart"),
    ],
)
async def test_a_condition_of_argo_s_means_the_same_under_the_name_of_a_reason(
    name: str, when: str, story: str
) -> None:
    """Argo has no event of that name, or judges the status of before it: what works of it is the condition."""
    condition = f'- when: "{when}"\n  send: [said]\n'
    asked = {"subscriptions": f"- recipients: [hook]\n  triggers: [{name}, any-other]\n"}
    triggers = {f"trigger.{name}": condition, "trigger.any-other": condition}
    said = await notes(story, configured(HOOK, SAID, triggers, asked))
    found = Counter(note.delivery.trigger for note in said if note.delivery.service == "hook")
    assert found["any-other"] > 0
    assert found[name] == found["any-other"]


async def test_a_status_of_an_older_spec_is_not_taken_for_the_new_one_s() -> None:
    once = "rollout.metadata.annotations['rollout.argoproj.io/revision']"
    condition = f"- when: rollout.status.phase == 'Healthy'\n  oncePer: {once}\n  send: [said]\n"
    asked = {"subscriptions": "- recipients: [hook]\n  triggers: [on-rollout-completed]\n"}
    said = await notes("s000-setweight", configured(HOOK, SAID, {"trigger.on-rollout-completed": condition}, asked))
    found = [(note.event.reason, note.delivery.revision) for note in said if note.delivery.service == "hook"]
    assert found == [("RolloutCompleted", "1"), ("RolloutCompleted", "2")]


async def test_a_trigger_that_sends_a_built_in_template_is_about_that_template_s_reason() -> None:
    condition = "- when: rollout.status.phase == 'Degraded'\n  send: [rollout-aborted]\n"
    asked = {"subscriptions": "- recipients: [hook]\n  triggers: [on-rollout-aborted]\n"}
    config = configured(HOOK, {"trigger.on-rollout-aborted": condition}, asked)
    nobody_aborted = await notes("x-deadline-exceeded", config)
    assert [note for note in nobody_aborted if note.delivery.service == "hook"] == []
    aborted = await notes("s004-bluegreen-abort", config)
    assert [note.event.reason for note in aborted if note.delivery.service == "hook"] == ["RolloutAborted"]


async def test_the_severity_of_a_condition_is_what_its_trigger_says() -> None:
    condition = "- when: rollout.status.phase == 'Degraded'\n  severity: critical\n  send: [said]\n"
    asked = {"subscriptions": "- recipients: [hook]\n  triggers: [on-stuck]\n"}
    said = await notes("x-deadline-exceeded", configured(HOOK, SAID, {"trigger.on-stuck": condition}, asked))
    assert {note.event.severity for note in said if note.delivery.service == "hook"} == {"critical"}


async def test_a_webhook_tells_though_a_service_that_is_not_built_yet_has_its_name() -> None:
    services = {"service.github": "appID: 1\n", "service.webhook.github": "url: https://receiver.example\n"}
    asked = {"subscriptions": "- recipients: [github]\n  triggers: [on-rollout-updated]\n"}
    found = [note.delivery for note in await notes("s004-bluegreen", configured(services, asked))]
    assert {(delivery.trigger, delivery.why) for delivery in found if delivery.service == "github"} == {
        ("on-rollout-updated", None)
    }


def test_a_webhook_s_new_url_counts_though_a_service_that_is_not_built_yet_has_its_name() -> None:
    other = {"service.github": "appID: 1\n"}
    old = configured(other, {"service.webhook.github": "url: https://old.example\n"})
    new = configured(other, {"service.webhook.github": "url: https://new.example\n"}, before=old)
    assert new.services["github"].options == {"url": "https://new.example"}


def test_a_global_subscription_that_cannot_work_leaves_the_others_in_force() -> None:
    good = "- recipients: [hook]\n  triggers: [on-rollout-completed]\n"
    bad = "- recipients:\n  - slack: ops\n  triggers: [on-rollout-aborted]\n"
    worse = "- recipients: [hook]\n  selector: 'a in (b'\n"
    config = configured(HOOK, {"subscriptions": good + bad + worse})
    assert [entry.triggers for entry in config.subscriptions] == [("on-rollout-completed",)]
    assert len(config.problems) == 2


@pytest.mark.parametrize("text", ["https://grafana.example/explore?left={%22datasource%22:1}", "colour {#ff0000}"])
def test_a_template_in_go_s_syntax_stays_one_whatever_its_text_looks_like(text: str) -> None:
    config = configured({"template.link": f"message: '{{{{.rollout.metadata.name}}}}: {text}'\n"})
    assert not config.problems
    assert config.templates["link"].engine is Engine.GO
