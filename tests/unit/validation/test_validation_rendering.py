"""Templates that cannot be rendered are found without a rollout, those that can are not."""

from __future__ import annotations

import msgspec
import pytest

from notifier.config.load import load
from notifier.reasons import EVENT_REASONS, STATE_REASONS
from notifier.validation import made
from notifier.validation.rehearsal import rehearse
from tests.catalogue import recorded
from tests.unit.validation.checked import SECRET, config_map, report, rollout, said

HOOK = "service.webhook.hook: 'url: http://hook.test'"
MAYBE = {"manual", "initial", "retry"}
"""Fields that are there only if they hold: templates ask for them with `if`."""


def sent_on(reason: str, *lines: str, name: str = "x") -> str:
    """A ConfigMap whose template is sent for a reason."""
    template = "".join(f"\n  {line}" for line in lines)
    return config_map(
        HOOK, f"template.{name}: |{template}", f"trigger.on-it: '- {{\"on\": [{reason}], send: [{name}]}}'"
    )


def test_nothing_that_is_shipped_stumbles() -> None:
    assert list(rehearse(load(None, {}, {}), ())) == []


def test_made_up_events_lack_nothing_that_recorded_ones_have() -> None:
    lacking = {
        (event.reason, name)
        for one in recorded.said()[0]
        if (event := one.note.event).reason
        for name in msgspec.to_builtins(event).keys() - MAYBE - fields(event.reason)
    }
    assert lacking == set()


def fields(reason: str) -> set[str]:
    event = made.event(made.SAMPLE.digest, reason, "")
    return set(msgspec.to_builtins(event)) | {"source", "message"}


@pytest.mark.parametrize("reason", [*STATE_REASONS, *EVENT_REASONS])
def test_every_reason_has_a_made_up_event(reason: str) -> None:
    event = made.event(made.SAMPLE.digest, reason, "")
    assert event
    assert event.reason == reason


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("message: '{{ rollout.status.phas }}'", "message: rollout.status.phas is not there; did you mean phase?"),
        ("message: '{{ event.pause.until }}'", "message: event.pause is not there"),
        ("webhook: {hook: {body: '{{ 1 / 0 }}'}}", "webhook.hook.body: "),
    ],
)
async def test_a_template_that_cannot_be_filled_in_is_found_at_the_line_of_its_leaf(line: str, message: str) -> None:
    ((where, key, why),) = await said(sent_on("RolloutAborted", "# first", line))
    assert (where, key) == (line, "template.x")
    assert why.startswith(f"cannot be rendered for RolloutAborted of a made-up Rollout: {message}")


async def test_what_is_there_for_the_reason_is_not_found_missing() -> None:
    line = "message: '{{ event.pause.until }} {{ rollout.metadata.labels.team }} {{ event.step.current }}'"
    assert await said(sent_on("RolloutPaused", line)) == []


async def test_a_template_nobody_sends_is_not_tried() -> None:
    assert await said(config_map(HOOK, "template.x: \"message: '{{ rollout.nope }}'\"")) == []


async def test_json_glued_from_text_is_found_where_quotes_break_it() -> None:
    body = ("webhook:", "  hook:", "    body: |", '      {"text": "{{ event.cause.message %s}}"}')
    broken = [line.replace("%s", "") for line in body]
    ((where, key, why),) = await said(sent_on("RolloutAborted", *broken))
    assert (where, key) == ("body: |", "template.x")
    assert (
        "webhook.hook.body: begins like JSON, and is none once rendered: Expecting ',' delimiter: line 1 column" in why
    )
    whole = [line.replace('"{{ event.cause.message %s}}"', "{{ event.cause.message | tojson }}") for line in body]
    assert await said(sent_on("RolloutAborted", *whole)) == []


async def test_on_a_rollout_of_the_files_a_template_is_tried_where_somebody_asked_for_it() -> None:
    config = sent_on("RolloutPaused", "message: '{{ rollout.metadata.labels.team }}'")
    with_team, without = "{team: a}", "{}"
    asked, other = 'subscribe.on-it.hook: ""', 'subscribe.on-rollout-aborted.hook: ""'
    assert await said(config, rollout(asked, labels=with_team)) == []
    assert await said(config, rollout(other, labels=without)) == []
    ((_, key, why),) = await said(config, rollout(asked, labels=without))
    assert key == "template.x"
    assert why.startswith("cannot be rendered for RolloutPaused of Rollout shop/web: message: rollout.metadata.labels.")


async def test_what_cannot_happen_to_a_rollout_is_not_tried_on_it() -> None:
    config = sent_on("RolloutStepCompleted", "message: '{{ event.step.text }}'")
    blue_green = "{strategy: {blueGreen: {activeService: web}}}"
    assert await said(config, rollout('subscribe.on-it.hook: ""', spec=blue_green)) == []


async def test_a_rollout_that_refers_to_a_workload_has_the_pods_of_it() -> None:
    config = sent_on("RolloutPaused", "message: '{{ rollout.spec.template.spec.containers[0].image }}'")
    assert await said(config, rollout('subscribe.on-it.hook: ""', spec="{workloadRef: {kind: Deployment}}")) == []


async def test_a_context_that_shipped_templates_stumble_over_is_found_once() -> None:
    endless = f"context: 'cluster: {'x' * 1_100_000}'"
    ((where, key, why),) = await said(config_map(HOOK, endless))
    assert (where, key) == (endless, "context")
    assert "cannot be rendered" in why


async def test_links_that_are_none_are_found() -> None:
    ((where, key, why),) = await said(config_map(HOOK, "context: 'links: nope'"))
    assert (where, key) == ("context: 'links: nope'", "context")
    assert "`links` must be a mapping of titles to URLs" in why


async def test_a_rollout_that_cannot_be_read_is_found_and_the_rest_is_tried() -> None:
    config = sent_on("RolloutPaused", "message: '{{ rollout.nope }}'")
    found = (await report(config, rollout(spec="{replicas: many}"), rollout(spec="[]"))).findings
    assert [(one.file, one.message.split(":")[0]) for one in found] == [
        ("0.yaml", "cannot be rendered for RolloutPaused of a made-up Rollout"),
        ("1.yaml", "cannot be read"),
        ("2.yaml", "cannot be read"),
    ]
    assert "`$.spec.replicas`" in found[1].message


@pytest.mark.parametrize(
    "line",
    [
        "message: '{{ .rollout.metadata.labels.team | upper }}'",
        "message: '{{ index .rollout.metadata.annotations \"shop.example/team\" | upper }}'",
        "message: '{{ get .rollout.spec.template.metadata.labels `team` | upper }}'",
        "slack: {text: '{{ rollout.metadata.labels.team }}'}",
        "slack: {text: \"{{ rollout.metadata.labels['shop.example/team'] }}\"}",
    ],
)
async def test_labels_that_a_rollout_may_have_are_not_found_missing(line: str) -> None:
    assert await said(sent_on("RolloutAborted", line)) == []


async def test_a_section_that_no_service_is_sent_is_tried_too() -> None:
    ((line, _, why),) = await said(
        sent_on("RolloutAborted", "message: hi", "email:", "  subject: '{{ .rollout.kind.x }}'")
    )
    assert line == "subject: '{{ .rollout.kind.x }}'"
    assert "email.subject: can't evaluate field x in type string" in why


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("rollout.status.nope.phase == 'x'", ""),
        ("not rollout.status.nope", ""),
        ("filter(rollout.status.conditions, .type == 'x')[0].status", ""),
        ("rollout.metadata.labels.team == 'a'", ""),
        ("event.reason == 'RolloutAborted' and analysisRuns[0].status.phase == 'Failed'", ""),
        ("rollout.status.phase + 1 > 2", "cannot compute string + int"),
        ("shout(rollout.metadata.name)", "cannot call nil: it is no function"),
    ],
)
async def test_a_condition_is_found_that_no_rollout_makes_true_and_not_one_that_meets_nil(when: str, why: str) -> None:
    entry = f'trigger.x: |\n  - when: "{when}"\n    on: [RolloutAborted]'
    found = await report(config_map(HOOK, entry), f"{SECRET}stringData: {{token: xxxxx}}")
    assert [one.message.partition(":")[0] for one in found.findings] == (["`when` cannot be evaluated"] if why else [])
    assert all(why in one.message for one in found.findings)
