"""Every key of a ConfigMap, read as Argo reads it (argo-semantics §2.2)."""

from __future__ import annotations

import pytest

from notifier.config.schema import Config
from notifier.model import Destination, Severity
from tests.unit.config.maps import configured

TEMPLATE = {"template.hello": "message: hi"}


def test_a_service_is_named_after_its_type_or_by_itself() -> None:
    config = configured({"service.slack": "token: a", "service.slack.team": "token: b", "service.webhook.ci": "url: u"})
    assert {name: (s.type, s.options) for name, s in config.services.items()} == {
        "slack": ("slack", {"token": "a"}),
        "team": ("slack", {"token": "b"}),
        "ci": ("webhook", {"url": "u"}),
    }
    assert config.problems == ()


def test_a_service_without_options_has_none() -> None:
    assert configured({"service.webhook": ""}).services["webhook"].options == {}


@pytest.mark.parametrize("name", ["hello", "hello.world", "a.b.c"])
def test_templates_and_triggers_may_have_dots_in_their_names(name: str) -> None:
    config = configured({f"template.{name}": "message: hi", f"trigger.{name}": f"- {{when: 'true', send: [{name}]}}"})
    assert config.templates[name].name == name
    assert config.triggers[name].name == name
    assert config.problems == ()


def test_a_trigger_is_a_list_of_conditions() -> None:
    text = """
    - when: rollout.status.phase == 'Degraded'
      oncePer: rollout.status.currentPodHash
      send: [hello]
      description: when it
      for: 5m
    - when: time.Now().Unix() > 0
      description: goes wrong
    """
    trigger = configured({"trigger.on-purple": text, **TEMPLATE}).triggers["on-purple"]
    first, second = trigger.conditions
    assert first.when is not None
    assert first.when.source == "rollout.status.phase == 'Degraded'"
    assert first.once_per is not None
    assert first.once_per.source == "rollout.status.currentPodHash"
    assert (first.send, first.hold) == (("hello",), 300)
    assert (second.once_per, second.send, second.hold) == (None, (), 0)
    assert trigger.description == "when it goes wrong"
    assert first.key != second.key


def test_our_additions_to_a_trigger() -> None:
    text = "- {on: [RolloutAborted], severity: critical, resolves: [on-rollout-aborted], send: [hello]}"
    config = configured({"trigger.on-purple": text, **TEMPLATE})
    trigger = config.triggers["on-purple"]
    assert config.problems == ()
    assert trigger.on == {"RolloutAborted"}
    assert trigger.severity is Severity.CRITICAL
    assert trigger.resolves == {"on-rollout-aborted"}


def test_one_condition_needs_no_list() -> None:
    assert len(configured({"trigger.x": "when: 'true'"}).triggers["x"].conditions) == 1


@pytest.mark.parametrize(("written", "source"), [("true", "true"), ("false", "false"), ("'a'", "a"), ("1", "1")])
def test_what_yaml_takes_for_more_than_a_text_is_the_condition_s_text(written: str, source: str) -> None:
    (condition,) = configured({"trigger.x": f"- when: {written}"}).triggers["x"].conditions
    assert condition.when is not None
    assert condition.when.source == source


@pytest.mark.parametrize("written", ["", "''", "'  '", "null", "~"])
def test_an_empty_condition_is_none(written: str) -> None:
    (condition,) = configured({"trigger.x": f"- when: {written}"}).triggers["x"].conditions
    assert condition.when is None
    assert condition.plain


def test_capitals_in_keys_do_not_matter() -> None:
    config = configured(
        {
            "trigger.x": "- {When: rollout.a, SEND: [hello], onceper: rollout.b}",
            "subscriptions": "- {Recipients: ['slack:a'], TRIGGERS: [x], Selector: a=b}",
            "service.slack": "token: t",
            **TEMPLATE,
        }
    )
    (condition,) = config.triggers["x"].conditions
    assert condition.send == ("hello",)
    assert condition.once_per is not None
    assert config.subscriptions[0].destinations == (Destination("slack", "a"),)
    assert config.problems == ()


def test_a_condition_says_whether_it_looks_at_the_clock_or_at_analysis_runs() -> None:
    text = "- when: time.Now().Unix() > 5\n- when: 'true'\n  for: 1m\n- when: analysisRuns != nil\n- when: rollout.a"
    conditions = configured({"trigger.x": text}).triggers["x"].conditions
    assert [c.uses_clock for c in conditions] == [True, True, False, False]
    assert [c.uses_runs for c in conditions] == [False, False, True, False]
    assert not any(c.plain for c in conditions)


def test_subscriptions_default_triggers_and_context() -> None:
    config = configured(
        {
            "subscriptions": "- {recipients: [ci, 'slack:a:b'], triggers: [x, y], selector: 'app in (a,b)'}\n- {}",
            "defaultTriggers": "[on-a, on-b]",
            "defaultTriggers.team.x": "[on-c]",
            "context": "cluster: one\nlinks: {runbook: https://wiki/}",
        }
    )
    first, second = config.subscriptions
    assert first.destinations == (Destination("ci", ""), Destination("slack", "a:b"))
    assert first.triggers == ("x", "y")
    assert (first.matches({"app": "a"}), first.matches({"app": "c"})) == (True, False)
    assert (second.destinations, second.triggers, second.matches({})) == ((), (), True)
    assert config.default_triggers == ("on-a", "on-b")
    assert config.service_triggers == {"team.x": ("on-c",)}
    assert config.context == {"cluster": "one", "links": {"runbook": "https://wiki/"}}


@pytest.mark.parametrize("key", ["subscriptions", "defaultTriggers", "context"])
def test_an_empty_entry_is_an_empty_one(key: str) -> None:
    config = configured({key: ""})
    assert (config.subscriptions, config.default_triggers, config.context) == ((), (), {})
    assert config.problems == ()


def test_a_date_in_the_context_is_a_text_as_in_argo() -> None:
    assert configured({"context": "since: 2026-11-21"}).context == {"since": "2026-11-21"}


@pytest.mark.parametrize("key", ["triger.on-x", "services.slack", "templates.x", "config.yaml", "default-triggers"])
def test_a_key_that_is_none_of_these_is_ignored_with_a_warning(key: str) -> None:
    config = configured({key: "whatever: [", "context": "a: 1"})
    assert [problem.key for problem in config.problems] == [key]
    assert config.context == {"a": 1}


def test_without_a_config_map_any_service_may_be_meant_and_with_an_empty_one_none() -> None:
    assert configured(None).given is False
    assert configured({}).given is True


@pytest.fixture
def config() -> Config:
    return configured(
        {
            "trigger.on-rollout-aborted": "- when: rollout.a",
            "trigger.on-both": "- {'on': [RolloutAborted, RolloutDegraded]}",
            "trigger.on-rollout-degraded": "- {'on': [RolloutCompleted]}",
            "trigger.on-purple": "- when: rollout.a",
            "trigger.on-never": "- send: []",
            "trigger.on-other-tool-spoke": "- when: rollout.a",
        }
    )


def names(config: Config, reason: str) -> set[str]:
    return {trigger.name for trigger in config.for_reason(reason)}


def test_a_reason_arms_its_namesake_and_those_that_list_it(config: Config) -> None:
    assert names(config, "RolloutAborted") == {"on-rollout-aborted", "on-both"}
    assert names(config, "RolloutPaused") == {"on-rollout-paused"}


def test_a_trigger_that_lists_reasons_is_not_armed_by_its_namesake(config: Config) -> None:
    assert names(config, "RolloutDegraded") == {"on-both"}
    assert names(config, "RolloutCompleted") == {"on-rollout-completed", "on-rollout-degraded"}


def test_a_reason_unknown_to_us_arms_its_namesake(config: Config) -> None:
    assert names(config, "Never") == {"on-never"}
    assert names(config, "SomethingElse") == set()


def test_the_triggers_that_no_reason_arms_and_that_have_a_condition_are_watched(config: Config) -> None:
    assert {"on-purple", "on-other-tool-spoke"} <= config.watched.keys()
    assert config.watched.keys().isdisjoint({"on-rollout-aborted", "on-both", "on-rollout-degraded", "on-never"})


def test_an_event_without_a_known_reason_arms_none_that_are_watched_so_none_is_sent_twice(config: Config) -> None:
    assert names(config, "OtherToolSpoke").isdisjoint(config.watched)
