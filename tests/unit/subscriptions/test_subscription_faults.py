"""An annotation that cannot work is reported, with the nearest right name."""

from __future__ import annotations

import pytest

from notifier.subscriptions import faults, global_faults
from tests.unit.config.maps import configured
from tests.unit.subscriptions.wishes import annotated

SERVICES = {"service.slack": "token: x", "service.webhook.deploys": "url: http://receiver"}
COMPLETED = "subscribe.on-rollout-completed"


def told(annotations: dict[str, str], data: dict[str, str] | None) -> list[str]:
    return [f"{fault.key}: {fault.message}" for fault in faults(annotated(annotations), configured(data))]


def test_an_annotation_that_works_has_no_fault() -> None:
    assert told({f"{COMPLETED}.slack": "a;b", f"{COMPLETED}.deploys": ""}, SERVICES) == []


def test_an_unknown_trigger_is_a_fault_with_the_nearest_right_name() -> None:
    (fault,) = told({"subscribe.on-rolout-completed.slack": "ops"}, SERVICES)
    key, _, remark = fault.partition(": ")
    assert key == "subscribe.on-rolout-completed.slack"
    assert remark == "there is no trigger 'on-rolout-completed'; did you mean 'on-rollout-completed'?"


def test_a_trigger_of_the_config_map_is_known() -> None:
    trigger = {"trigger.on-purple": "- when: rollout.spec.colour == 'purple'"}
    assert told({"subscribe.on-purple.slack": "ops"}, SERVICES | trigger) == []


def test_an_unknown_service_is_a_fault_with_the_nearest_right_name() -> None:
    assert told({f"{COMPLETED}.deploy": ""}, SERVICES) == [
        f"{COMPLETED}.deploy: there is no service 'deploy'; did you mean 'deploys'?"
    ]


def test_a_recipient_whom_nothing_can_reach_is_a_fault() -> None:
    assert told({f"{COMPLETED}.slack": ""}, SERVICES) == [
        f"{COMPLETED}.slack: names no channel: write its name, such as shop-deploys"
    ]


def test_a_global_recipient_whom_nothing_can_reach_is_a_fault_of_its_entry_said_once() -> None:
    entries = "- {recipients: ['slack:ops', deploys]}\n- {recipients: [slack, 'slack:', 'slack:#']}"
    (fault,) = global_faults(configured(SERVICES | {"subscriptions": entries}))
    assert (fault.key, fault.message) == (
        "subscriptions[1]",
        "names no channel: write its name, such as shop-deploys",
    )


def test_without_a_config_map_any_service_may_be_meant() -> None:
    assert told({f"{COMPLETED}.anything": "ops"}, None) == []


def test_a_service_of_a_type_that_is_not_built_is_no_fault_of_the_annotation() -> None:
    assert told({f"{COMPLETED}.telegram": "ops"}, SERVICES | {"service.telegram": "token: x"}) == []


def test_naming_no_trigger_is_a_fault_only_where_there_are_no_default_triggers() -> None:
    annotations = {"subscribe.slack": "ops"}
    assert told(annotations, SERVICES) == ["subscribe.slack: names no trigger, and there are no default triggers"]
    assert told(annotations, SERVICES | {"defaultTriggers": "[on-rollout-completed]"}) == []
    assert told(annotations, SERVICES | {"defaultTriggers.slack": "[on-rollout-completed]"}) == []


def test_triggers_for_trigger_is_told_along_with_what_follows_from_it() -> None:
    text = "- triggers: [on-rollout-completed]\n  destinations: [{service: slack, recipients: [ops]}]"
    assert told({"subscriptions": text}, SERVICES) == [
        "subscriptions: item 1: `triggers` is not known; did you mean 'trigger'?",
        "subscriptions: names no trigger, and there are no default triggers",
    ]


def test_a_fault_is_told_once_however_many_recipients_share_it() -> None:
    assert len(told({"subscribe.on-nothing.slack": "a;b;c"}, SERVICES)) == 1


@pytest.mark.parametrize("key", ["subscribe.on-nothing.nobody", "junk"])
def test_a_fault_names_its_annotation(key: str) -> None:
    assert {fault.key for fault in faults(annotated({key: "ops"}), configured(SERVICES))} == {key}
