"""One bad entry disables itself and nothing else, and is reported with object, key and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from notifier.config.schema import Config
from tests.unit.config.maps import OBJECT, configured

GOOD = {
    "service.slack": "token: x",
    "service.webhook.ci": "url: http://receiver",
    "trigger.on-good": "- when: 'true'\n  send: [good]",
    "template.good": "message: hi",
    "subscriptions": "- {recipients: ['slack:ops'], triggers: [on-good]}",
    "defaultTriggers": "[on-good]",
    "defaultTriggers.slack": "[on-good]",
    "context": "cluster: one",
}


def outline(config: Config) -> dict[str, Any]:
    """What is in force, by the names of the keys it comes from."""
    return {
        "services": sorted(config.services),
        "triggers": sorted(config.triggers),
        "templates": sorted(config.templates),
        "subscriptions": [s.destinations for s in config.subscriptions],
        "defaultTriggers": config.default_triggers,
        "defaultTriggers.": config.service_triggers,
        "context": config.context,
    }


def reported(data: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """The problems of a ConfigMap: key, line and message."""
    problems = configured(data).problems
    assert {problem.object for problem in problems} <= {OBJECT}
    return [(problem.key, problem.line, problem.message) for problem in problems]


def test_a_good_config_map_has_no_problems() -> None:
    assert reported(GOOD) == []


@pytest.mark.parametrize(
    ("key", "text", "line", "message"),
    [
        ("service.slack.bad", "icon: ':x:'", 0, "token: is missing"),
        ("service.slack.bad", "- token", 1, "must be a mapping"),
        ("service.slack.bad", "token: [", 2, "no YAML"),
        ("service.slack.bad", "token: a\ntoken: b", 2, "`token` stands twice"),
        ("service.slack.a.b", "token: a", 0, "service.<type> or service.<type>.<name>"),
        ("service.slak", "token: a", 0, "no service type 'slak'; did you mean 'slack'?"),
        ("service.telegramm", "token: a", 0, "no service type 'telegramm'; did you mean 'telegram'?"),
        ("service.carrier-pigeon.x", "token: a", 0, "no service type 'carrier-pigeon'"),
        ("service.", "token: a", 0, "no service type ''"),
        ("trigger.bad", "- when: 'true'\n- when: rollout. ==", 2, "`rollout. ==`"),
        ("trigger.bad", "- when: 'true'\n  oncePer: 'a b'", 2, "`a b`"),
        ("trigger.bad", "- when: len(rollout", 1, "`len(rollout`"),
        ("trigger.bad", "\n\n- send: good", 3, "`send` must be a list of names"),
        ("trigger.bad", "- send: [{}]", 1, "`send` must be a list of names"),
        ("trigger.bad", "- for: soon", 1, "`for` is a duration such as 5m, not 'soon'"),
        ("trigger.bad", "- 'on': [RolloutAbortd]", 1, "'RolloutAbortd' (did you mean 'RolloutAborted'?)"),
        ("trigger.bad", "- 'on': RolloutAborted", 1, "`on` must be a list of names"),
        ("trigger.bad", "- severity: loud", 1, "`severity` is info, action-required, warning, critical, not 'loud'"),
        ("trigger.bad", "- resolves: x", 1, "`resolves` must be a list of names"),
        ("trigger.bad", "[]", 1, "at least one condition"),
        ("trigger.bad", "", 0, "must be a mapping"),
        ("trigger.bad", "- when: 'true'\n- text", 2, "must be a mapping"),
        ("trigger.bad", "- when: a\n when: b", 2, "no YAML"),
        ("trigger.bad", "- send: [good]\n  when: a\n  when: b", 3, "`when` stands twice"),
        ("trigger.bad", "- for: 2026-13-45", 1, "for"),
        ("template.bad", "- message", 1, "a template is a mapping"),
        ("template.bad", "", 0, "a template is a mapping"),
        ("template.bad", "email:\n  subject: ok\nmessage: '{{ rollout. }}'", 3, "message"),
        ("template.bad", "message: ok\nslack:\n  attachments: '{{ nosuch }}'", 2, "slack.attachments"),
        ("template.bad", "webhook:\n  ci:\n    body: '{% if %}'", 2, "webhook.ci.body"),
        ("template.bad", "message: hi\nslack: text", 2, "slack"),
        ("template.bad", "message: [a, b]", 1, "message"),
    ],
)
def test_a_bad_entry_of_its_own_is_left_out_and_reported(key: str, text: str, line: int, message: str) -> None:
    config = configured(GOOD | {key: text})
    assert outline(config) == outline(configured(GOOD))
    ((where, at, what),) = reported(GOOD | {key: text})
    assert (where, at) == (key, line)
    assert message in what


@pytest.mark.parametrize(
    ("key", "text", "line", "message"),
    [
        ("subscriptions", "recipients: [a]", 1, "must be a list"),
        ("subscriptions", "- {selector: 'a ~ b'}", 1, "item 1: `selector`: 'a ~ b' is no label requirement"),
        ("subscriptions", "- recipients: [slack: a]", 1, "`recipients`: write slack:a in one piece, without a blank"),
        ("subscriptions", "- recipients: slack:a", 1, "`recipients` must be a list of names"),
        ("subscriptions", "- {recipients: [a], triggers: x}", 1, "`triggers` must be a list of names"),
        ("subscriptions", "- slack:a", 1, "must be a mapping"),
        ("subscriptions", "- {", 2, "no YAML"),
        ("defaultTriggers", "on-good", 1, "must be a list of names"),
        ("defaultTriggers", "- [on-good]", 1, "must be a list of names"),
        ("defaultTriggers.slack", "on-good", 1, "must be a list of names"),
        ("context", "one", 1, "must be a mapping"),
        ("context", "a: {b: 1,\n  b: 2}", 2, "`b` stands twice"),
        ("context", "a: !!int many", 0, ""),
        ("context", "a: &a [*a]", 0, ""),
    ],
)
def test_a_bad_entry_that_there_is_one_of_is_left_out_and_reported(
    key: str, text: str, line: int, message: str
) -> None:
    rest = {other: value for other, value in GOOD.items() if other != key}
    assert outline(configured(GOOD | {key: text})) == outline(configured(rest))
    ((where, at, what),) = reported(GOOD | {key: text})
    assert where == key
    assert at == line or not line
    assert message in what


@pytest.mark.parametrize(
    ("key", "text", "line", "remark"),
    [
        ("trigger.x", "- send: []\n- whn: a", 2, "unknown key 'whn' (did you mean 'when'?) is ignored"),
        ("trigger.x", "- {once: a, send: []}", 1, "unknown key 'once' (did you mean 'oncePer'?) is ignored"),
        ("subscriptions", "- {recipients: []}\n- {trigger: [x]}", 2, "'trigger' (did you mean 'triggers'?) is ignored"),
        ("service.slack", "{token: x, tokn: y}", 0, "unknown key 'tokn' is ignored"),
        ("template.x", "message: hi\nslak: {}", 2, "unknown"),
        ("template.x", "mesage: hi", 1, "did you mean 'message'?"),
        ("template.x", "slack:\n  text: hi\n  blokcs: []", 3, "slack: unknown key 'blokcs' (did you mean 'blocks'?)"),
        ("template.x", "email:\n  subjct: hi", 2, "email: unknown key 'subjct' (did you mean 'subject'?) is ignored"),
        ("template.x", "webhook:\n  ci:\n    bdy: hi", 3, "webhook.ci: unknown key 'bdy' (did you mean 'body'?)"),
        (
            "template.x",
            "slack:\n  text: hi\n  deliveryPolicy: Updat",
            3,
            "slack: unknown deliveryPolicy 'Updat' (did you mean 'Update'?) is taken for `Post`",
        ),
    ],
)
def test_an_unknown_key_is_ignored_with_a_warning(key: str, text: str, line: int, remark: str) -> None:
    ((where, at, what),) = reported({key: text})
    assert (where, at) == (key, line)
    assert remark in what
    config = configured({key: text})
    assert config.services.keys() | config.triggers.keys() | config.templates.keys() >= {key.partition(".")[2]} - {""}


def test_a_template_that_a_trigger_misses_is_named_with_the_nearest_one_and_the_rest_is_sent() -> None:
    data = GOOD | {"trigger.x": "- when: 'true'\n  send: [good, goood]"}
    ((key, _, message),) = reported(data)
    assert key == "trigger.x"
    assert message == "there is no template 'goood'; did you mean 'good'?"
    assert configured(data).triggers["x"].conditions[0].send == ("good", "goood")


def test_a_broken_template_is_reported_with_the_triggers_that_send_it() -> None:
    keys = [key for key, _, _ in reported(GOOD | {"template.good": "message: '{{'"})]
    assert keys == ["template.good", "trigger.on-good"]


@pytest.mark.parametrize(("key", "name"), [("service.telegram", "telegram"), ("service.telegram.ops", "ops")])
def test_a_service_type_of_argo_s_that_is_not_built_is_an_error_that_names_it(key: str, name: str) -> None:
    config = configured({key: "token: x", "service.slack": "token: x"})
    assert [(p.key, p.message) for p in config.problems] == [(key, "services of type 'telegram' are not supported yet")]
    assert config.unsupported == {name: "telegram"}
    assert config.services.keys() == {"slack"}


def test_an_unknown_service_type_is_not_taken_for_one_that_is_not_built() -> None:
    assert configured({"service.telegramm": ""}).unsupported == {}


def test_a_problem_reads_as_one_line() -> None:
    (problem,) = configured({"trigger.x": "- for: soon"}).problems
    assert str(problem) == f"{OBJECT}, trigger.x, line 1: `for` is a duration such as 5m, not 'soon'"


def test_an_item_of_the_subscriptions_that_cannot_work_is_named_and_the_others_are_in_force() -> None:
    text = "- {recipients: [a]}\n- {selector: 'a ~ b'}\n- {recipients: [b]}\n- c"
    config = configured({"subscriptions": text})
    assert [to.service for entry in config.subscriptions for to in entry.destinations] == ["a", "b"]
    said = [(p.line, p.message.partition(":")[0]) for p in config.problems if p.key == "subscriptions"]
    assert said == [(2, "item 2"), (4, "item 4")]
