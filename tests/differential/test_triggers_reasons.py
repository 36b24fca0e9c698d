"""Triggers named after the reasons of Argo's events: each can be subscribed to, and something fires it."""

from __future__ import annotations

import json
import re

import pytest

from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.reasons import BY_TRIGGER, EVENT_REASONS, STATE_REASONS, trigger_name
from notifier.rollouts.interpret import matters, read
from notifier.subscriptions import wanted
from tests.differential.rows import corpus
from tests.unit.config.maps import configured
from tests.unit.rollouts.built import Memory, experiment, kube_event, rollout, run

REASONS = corpus("reasons")
A_CONFIG_MAPS_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
AN_ANNOTATIONS_NAME = re.compile(r"[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?")


def of(source: str) -> list[tuple[str, str]]:
    """Kind and reason of all that a source tells."""
    return [(kind, reason) for kind, rows in REASONS[source].items() for row in rows for reason in row]


@pytest.mark.parametrize("reason", sorted({reason for source in ("state", "event") for _, reason in of(source)}))
def test_a_trigger_named_after_a_reason_can_be_configured_and_subscribed_to(reason: str) -> None:
    name = trigger_name(reason)
    key = f"subscribe.{name}.hook"
    assert A_CONFIG_MAPS_KEY.fullmatch(f"trigger.{name}")
    assert AN_ANNOTATIONS_NAME.fullmatch(key)
    config = configured({"service.webhook.hook": "url: http://receiver", f"trigger.{name}": "- send: [rollout-paused]"})
    assert name in {trigger.name for trigger in config.for_reason(reason)}
    assert wanted([{ANNOTATION_PREFIX + key: ""}], {}, config).keys() == {name}


def test_what_argo_tells_by_its_state_and_what_by_an_event_is_known() -> None:
    assert {reason for _, reason in of("event")} == set(EVENT_REASONS)
    assert {reason for _, reason in of("state")} <= set(STATE_REASONS)


@pytest.mark.parametrize(("kind", "reason"), of("event"))
def test_a_reason_without_a_trace_fires_by_its_event(kind: str, reason: str) -> None:
    about = {"Rollout": rollout(), "Experiment": experiment("Running"), "AnalysisRun": run("Running")}[kind]
    metadata = about["metadata"]
    written = kube_event(reason, kind=kind, name=metadata["name"], uid=metadata["uid"])
    assert matters(read(Kind.EVENT, json.dumps(written).encode()))
    memory = Memory()
    for found in (rollout(), about):
        memory.see(found)
    assert [(event.reason, event.kind) for event in memory.see(written).events] == [(reason, kind)]


@pytest.mark.parametrize("reason", REASONS["unreachable"])
def test_what_cannot_be_named_in_kubernetes_is_left_out(reason: str) -> None:
    assert not A_CONFIG_MAPS_KEY.fullmatch(f"trigger.{trigger_name(reason)}")
    assert trigger_name(reason) not in BY_TRIGGER
