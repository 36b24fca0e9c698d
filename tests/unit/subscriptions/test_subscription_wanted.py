"""Whom a trigger tells: default triggers, global subscriptions, each destination once (argo-semantics §1.4 to §1.7)."""

from __future__ import annotations

import pytest

from notifier.config.schema import Config
from notifier.model import Destination
from notifier.subscriptions import wanted
from tests.unit.config.maps import configured
from tests.unit.subscriptions.wishes import annotated, told

DEFAULTS = {"defaultTriggers": "[on-a]", "defaultTriggers.team": "[on-b, on-c]", "defaultTriggers.quiet": "[]"}


@pytest.mark.parametrize(
    ("key", "triggers"),
    [
        ("subscribe.other", {"on-a"}),
        ("subscribe.team", {"on-b", "on-c"}),
        ("subscribe..team", {"on-b", "on-c"}),
        ("subscribe.quiet", set()),
        ("subscribe.on-x.team", {"on-x"}),
    ],
)
def test_who_names_no_trigger_gets_the_service_s_default_triggers_or_else_the_general_ones(
    key: str, triggers: set[str]
) -> None:
    assert told(configured(DEFAULTS), {key: "ops"}).keys() == triggers


def test_who_names_no_trigger_gets_nothing_where_there_are_no_default_triggers() -> None:
    assert told(configured({}), {"subscribe.slack": "ops"}) == {}


def test_an_empty_service_is_never_told_by_default_triggers() -> None:
    asked = told(configured(DEFAULTS), {"subscribe.on-x.slack": "ops", "unrelated": "x", "subscribe.": "y"})
    assert asked == {"on-x": ["slack:ops"]}


def globally(text: str, **more: str) -> Config:
    return configured({"subscriptions": text, **more})


def test_a_global_subscription_is_for_objects_its_selector_selects() -> None:
    config = globally("- {recipients: ['slack:ops'], triggers: [on-x], selector: 'team in (red),!muted'}")
    assert told(config, {}, {"team": "red"}) == {"on-x": ["slack:ops"]}
    assert told(config, {}, {"team": "red", "muted": ""}) == {}
    assert told(config, {}, {}) == {}


def test_a_global_subscription_without_selector_is_for_all_objects() -> None:
    assert told(globally("- {recipients: ['slack:ops'], triggers: [on-x]}"), {}) == {"on-x": ["slack:ops"]}


def test_a_global_subscription_without_triggers_means_the_general_default_triggers() -> None:
    everybody = "- {recipients: ['team:ops']}"
    assert told(globally(everybody, **DEFAULTS), {}) == {"on-a": ["team:ops"]}
    assert told(globally(everybody), {}) == {}


@pytest.mark.parametrize(
    ("recipient", "destination"),
    [
        ("hook", ("hook", "")),
        ("slack:ops", ("slack", "ops")),
        ("hook:https://h:8443/x", ("hook", "https://h:8443/x")),
        ("telegram:-100:7", ("telegram", "-100:7")),
        ("slack:", ("slack", "")),
    ],
)
def test_a_global_recipient_is_a_service_and_all_that_follows_the_first_colon(
    recipient: str, destination: tuple[str, str]
) -> None:
    asked = wanted([], {}, globally(f"- {{recipients: ['{recipient}'], triggers: [on-x]}}"))
    assert list(asked["on-x"]) == [Destination(*destination)]


@pytest.mark.parametrize("recipient", ["", ":ops", ":"])
def test_a_global_recipient_without_a_service_tells_nobody(recipient: str) -> None:
    assert told(globally(f"- {{recipients: ['{recipient}', 'slack:ops'], triggers: [on-x]}}"), {}) == {
        "on-x": ["slack:ops"]
    }


def test_a_global_subscription_to_a_trigger_without_a_name_is_to_none() -> None:
    assert told(globally("- {recipients: ['slack:ops'], triggers: ['']}", **DEFAULTS), {}) == {}


def test_global_subscriptions_come_first() -> None:
    config = globally("- {recipients: ['slack:zed', 'slack:ann'], triggers: [on-x]}")
    assert told(config, {"subscribe.on-x.slack": "bob"}) == {"on-x": ["slack:zed", "slack:ann", "slack:bob"]}


def test_global_subscriptions_can_be_left_out() -> None:
    config = globally("- {recipients: ['slack:ops'], triggers: [on-x]}")
    assert told(config, {"subscribe.on-x.slack": "me"}, labels=None) == {"on-x": ["slack:me"]}


def test_one_destination_is_told_once_however_many_ways_it_was_asked_for() -> None:
    twice = "- {recipients: ['slack:ops', 'slack:ops'], triggers: [on-x]}\n- {recipients: ['slack:ops']}"
    config = globally(twice, defaultTriggers="[on-x]")
    asked = told(
        config,
        {
            "subscribe.on-x.slack": "ops; ops",
            "subscribe.slack": "ops",
            "subscribe..slack": "ops",
            "subscribe.on-x.slack.again": "ops",
            "subscriptions": "- trigger: [on-x, on-x]\n  destinations: [{service: slack, recipients: [ops, ops]}]",
        },
    )
    assert asked == {"on-x": ["slack:ops"]}


def test_the_first_who_asked_is_the_origin() -> None:
    config = globally(
        "- {recipients: ['slack:ops'], triggers: [on-y]}\n- {recipients: ['slack:ops'], triggers: [on-x]}"
    )
    annotations = annotated({"subscribe.on-x.slack": "ops;me"})
    assert wanted([annotations], {}, config)["on-x"] == {
        Destination("slack", "ops"): "subscriptions[1]",
        Destination("slack", "me"): "subscribe.on-x.slack",
    }


def test_the_same_recipient_of_two_services_is_two_destinations() -> None:
    assert told(configured({}), {"subscribe.on-x.slack": "ops", "subscribe.on-x.email": "ops"}) == {
        "on-x": ["email:ops", "slack:ops"]
    }


def test_several_objects_speak_for_one_and_still_each_destination_is_told_once() -> None:
    rollout, run = annotated({"subscribe.on-x.slack": "ops"}), annotated({"subscribe.on-x.slack": "ops;me"})
    assert list(wanted([rollout, run], {}, configured({}))["on-x"]) == [("slack", "ops"), ("slack", "me")]
