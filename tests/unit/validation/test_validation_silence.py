"""What can never say anything is found; what may is not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from notifier import selectors
from notifier.validation.silence import contradiction
from tests.unit.validation.checked import config_map, rollout, said

SLACK = "service.slack: 'token: xoxb-1'"
HOOK = "service.webhook.hook: 'url: http://hook.test'"
PAUSED = "triggers: [on-rollout-paused]"

NAMES = ("a", "b")
WISHES = ("{}", "!{}", "{}=1", "{}==2", "{}!=3", "{} in (2,3)", "{} notin (1, 2)", "{} > 1", "{}<3")
PARTS = st.builds(str.format, st.sampled_from(WISHES), st.sampled_from(NAMES))
POSSIBLE = (None, "0", "1", "2", "3", "4", "other")


@given(st.lists(PARTS, max_size=5).map(",".join))
def test_a_selector_contradicts_itself_if_and_only_if_no_labels_meet_it(selector: str) -> None:
    matches = selectors.parse(selector)
    every = ({n: v for n, v in zip(NAMES, both, strict=True) if v} for both in itertools.product(POSSIBLE, POSSIBLE))
    assert (contradiction(selector) == "") == any(map(matches, every))


@pytest.mark.timeout(10)
def test_a_selector_of_very_many_parts_takes_no_time() -> None:
    assert contradiction(",".join(f"a!={number}" for number in range(20_000))) == ""


IDLE = "trigger.on-own: '- send: []'"


@pytest.mark.parametrize(
    ("entries", "lines"),
    [
        ([IDLE], [IDLE]),
        (["trigger.on-own: |\n  - when: 'true'\n  - send: []"], ["- send: []"]),
        (["trigger.on-own: |\n  send: []"], ["trigger.on-own: |"]),
        ([IDLE, "defaultTriggers: '[on-own]'"], [IDLE, "defaultTriggers: '[on-own]'"]),
        (["trigger.on-own: '- {\"on\": [RolloutPaused], send: []}'"], []),
        (["trigger.on-rollout-paused: '- send: []'"], []),
        (["trigger.on-switch-service: '- send: []'"], []),
        (["trigger.on-own: '- when: \"true\"'"], []),
    ],
)
async def test_conditions_that_nothing_makes_true_are_found(entries: list[str], lines: list[str]) -> None:
    assert [line for line, _, _ in await said(config_map(HOOK, *entries))] == lines


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("app.status.phase == 'Degraded'", "`when` asks for 'app', which is always nil"),
        ("rolout.status.phase == 'Degraded'", "`when` asks for 'rolout', which is always nil; did you mean 'rollout'?"),
        ("yes", "`when` asks for 'yes', which is always nil"),
        ("let phase = rollout.status.phase; phase in ['Degraded'] && time.Now().Year() > 0 && $env != nil", ""),
        ("any(rollout.status.conditions, .type == context.kind) || secrets == nil || analysisRuns == nil", ""),
        ("event?.reason == 'RolloutPaused'", ""),
    ],
)
async def test_a_condition_asking_for_what_nobody_gives_is_found(when: str, why: str) -> None:
    line = f"- when: {when!r}" if "'" not in when else f'- when: "{when}"'
    assert await said(config_map(HOOK, f"trigger.on-own: |\n  {line}")) == (
        [(line, "trigger.on-own", why)] if why else []
    )


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (f"- {{recipients: [], {PAUSED}}}", "tells nobody: it names no recipients"),
        (f"- {{{PAUSED}}}", "tells nobody: it names no recipients"),
        ("- {recipients: [hook]}", "tells nothing: it names no triggers, and there are no default triggers"),
        (f"- {{recipients: [hook], {PAUSED}, selector: 'a,!a'}}", "selects nothing: no label 'a' can be"),
        (f"- {{recipients: [hook], {PAUSED}, selector: 'n>5,n<6'}}", "selects nothing: no label 'n' can be"),
        (f"- {{recipients: [hook], {PAUSED}, selector: 'n>5,n<7,b'}}", ""),
        (f"- {{recipients: [hook], {PAUSED}}}", ""),
    ],
)
async def test_global_subscriptions_that_tell_nobody_are_found(item: str, why: str) -> None:
    found = await said(config_map(HOOK, f"subscriptions: |\n  {item}"))
    assert [(line, key) for line, key, _ in found] == ([(item, "subscriptions[0]")] if why else [])
    assert all(message.startswith(why) for _, _, message in found)


async def test_with_default_triggers_a_global_subscription_needs_none_of_its_own() -> None:
    entries = ("defaultTriggers: '[on-rollout-paused]'", "subscriptions: '- {recipients: [hook]}'")
    assert await said(config_map(HOOK, *entries)) == []


async def test_a_subscription_to_a_trigger_that_never_fires_is_found_where_it_is_and_where_the_trigger_is() -> None:
    config = config_map(SLACK, "trigger.on-own: '- send: []'")
    (_, key, _), (line, _, why) = await said(config, rollout("subscribe.on-own.slack: ops"))
    assert (key, line) == ("trigger.on-own", "notifications.argoproj.io/subscribe.on-own.slack: ops")
    assert why == "tells nothing: nothing but a Kubernetes Event of its name fires the trigger 'on-own'"


async def test_a_trigger_that_cannot_be_read_is_not_called_silent() -> None:
    config = config_map(SLACK, "trigger.on-own: '- when: a b'")
    assert [key for _, key, _ in await said(config, rollout("subscribe.on-own.slack: ops"))] == ["trigger.on-own"]


async def test_default_triggers_of_a_service_that_there_is_not_are_found() -> None:
    ((_, key, why),) = await said(config_map(HOOK, "defaultTriggers.hok: '[on-rollout-paused]'"))
    assert (key, why) == ("defaultTriggers.hok", "is nobody's default: there is no service 'hok'; did you mean 'hook'?")


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("retryWaitMin: 5s", "in nanoseconds, which both read, it is 5000000000"),
        ("RETRYWAITMAX: '1000'", "in nanoseconds, which both read, it is 1000"),
        ("idleConnTimeout: 1m30s", "in nanoseconds, which both read, it is 90000000000"),
        ("retryWaitMin: 5", "5 are nanoseconds, here as in Argo; 5 seconds are 5000000000"),
        ("retryWaitMin: 5000000000", ""),
        ("retryWaitMin: 0", ""),
        ("retryWaitMin: $wait", ""),
    ],
)
async def test_durations_that_argo_refuses_or_takes_for_far_less_are_found_at_their_line(option: str, why: str) -> None:
    found = await said(config_map(f"service.webhook.x: |\n  url: http://hook.test\n  {option}"))
    assert [line for line, _, _ in found] == ([option] if why else [])
    assert all(message.endswith(why) for _, _, message in found)
