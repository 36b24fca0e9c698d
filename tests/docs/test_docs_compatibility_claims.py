"""What docs/argo-compatibility.md says of templates is so, on a recorded deployment."""

from __future__ import annotations

import gzip

import pytest

from notifier.draft import Note
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import Replay
from scripts.compatibility import differences
from tests.docs.markdown import ROOT
from tests.unit.config.maps import configured

STORY = gzip.decompress((ROOT / "tests/recordings/s000-setweight.jsonl.gz").read_bytes()).splitlines()
ROWS = differences()
SERVICES = {
    "service.slack": "token: $slack-token",
    "service.webhook.hook": "url: https://hooks.example.com",
    "subscriptions": "[{recipients: [hook, 'slack:deploys'], triggers: [on-rollout-updated]}]",
}
FALLS_BACK = "(template said could not be filled in)"


async def told(template: str = "", sends: str = "[{send: [said]}]", **entries: str) -> dict[str, list[Note]]:
    """What each service is told of updates, by a template and a trigger."""
    trigger = {"trigger.on-rollout-updated": sends, **({"template.said": template} if template else {})}
    pipeline, store = Pipeline(configured({**SERVICES, **trigger, **entries})), SqliteOutbox.open(":memory:")
    try:
        notes = [note async for told in Replay(store, pipeline).run(STORY) for note in told.notes]
    finally:
        await store.close()
    about = [note for note in notes if note.event.reason == "RolloutUpdated"]
    return {name: [note for note in about if note.delivery.service == name] for name in ("slack", "hook")}


def said(notes: list[Note]) -> set[str]:
    return {note.message.message.replace(note.event.summary, "…") for note in notes}


async def test_a_template_that_is_not_there_costs_no_message() -> None:
    assert "templates/missing-template" in ROWS
    found = await told(sends="[{send: [nosuch]}]")
    assert said(found["slack"]) == said(found["hook"]) == {"…"}


async def test_several_conditions_are_one_message() -> None:
    assert "templates/several-conditions" in ROWS
    once = await told("message: '{{.rollout.metadata.name}}'")
    twice = await told("message: '{{.rollout.metadata.name}}'", sends="[{send: [said]}, {when: 'true', send: [said]}]")
    assert len(twice["hook"]) == len(once["hook"]) > 0


@pytest.mark.parametrize("message", ['{{ if eq 1 "a" }}{{ end }}', "{{ .rollout.metadata.name.first }}"])
async def test_a_template_that_cannot_be_filled_in_is_a_message_that_says_so(message: str) -> None:
    assert "templates/failing-template" in ROWS
    assert said((await told(f"message: '{message}'"))["hook"]) == {f"…\n{FALLS_BACK}"}


async def test_a_section_that_cannot_be_filled_in_costs_its_own_service_alone() -> None:
    assert "templates/all-sections" in ROWS
    found = await told("{message: '{{print 1}}', webhook: {hook: {body: '{{ len 1 }}'}}}")
    assert said(found["slack"]) == {"1"}
    assert said(found["hook"]) == {f"1\n{FALLS_BACK}"}


async def test_what_is_no_json_once_it_is_filled_in_is_told_in_plain_words() -> None:
    assert "templates/broken-json" in ROWS
    found = await told("{message: '{{print 1}}', slack: {attachments: '[{{.rollout.metadata.name}}'}}")
    assert said(found["slack"]) == {f"1\n{FALLS_BACK}"}


async def test_the_context_is_seen() -> None:
    assert "templates/context" in ROWS
    found = await told("message: 'in {{.context.cluster}}'", context="cluster: prod")
    assert said(found["hook"]) == {"in prod"}
