"""A reason arms a trigger; it fires once for it, at once or as soon as a condition holds in the same revision."""

from __future__ import annotations

import pytest

from notifier.triggers import Firing
from tests.unit.triggers.stage import Stage, event

NAME = "on-rollout-aborted"
DEGRADED = "- when: rollout.phase == 'Degraded'\n  send: [degraded]"
WELL, ILL = {"phase": "Healthy"}, {"phase": "Degraded"}


@pytest.fixture
def stage() -> Stage:
    return Stage(DEGRADED, NAME)


@pytest.mark.parametrize("when", ["", "  when: ''\n", "  when: true\n", "  when: 'true'\n"])
def test_without_a_condition_it_fires_at_once(when: str) -> None:
    stage = Stage(f"- send: [aborted]\n{when}", NAME)
    assert stage.happens(event("e1")) == Firing(stage.trigger, ("aborted",), event("e1"), "e1", None)
    assert not stage.is_armed()


def test_a_condition_that_holds_fires_at_once(stage: Stage) -> None:
    firing = stage.happens(event("e1"), ILL)
    assert firing == Firing(stage.trigger, ("degraded",), event("e1"), "e1", None)
    assert not stage.is_armed()


def test_a_condition_that_holds_later_in_the_revision_fires_then_for_the_event_that_armed_it(stage: Stage) -> None:
    assert stage.happens(event("e1", "7"), WELL) is None
    assert stage.shows(WELL, "7") is None
    firing = stage.shows(ILL, "7")
    assert firing is not None
    assert (firing.event, firing.occasion) == (event("e1", "7"), "e1")


def test_firing_disarms(stage: Stage) -> None:
    stage.happens(event(), WELL)
    stage.shows(ILL)
    assert not stage.is_armed()
    assert stage.shows(ILL) is None


def test_a_new_revision_disarms(stage: Stage) -> None:
    stage.happens(event(revision="1"), WELL)
    assert stage.shows(ILL, "2") is None
    assert not stage.is_armed()
    assert stage.shows(ILL, "1") is None, "not even if the revision comes back"


def test_a_newer_event_replaces_the_one_that_waits(stage: Stage) -> None:
    stage.happens(event("e1", "1"), WELL)
    stage.happens(event("e2", "2"), WELL)
    firing = stage.shows(ILL, "2")
    assert firing is not None
    assert firing.event == event("e2", "2")
    assert stage.shows(ILL, "1") is None


def test_a_newer_event_that_fires_at_once_leaves_none_waiting(stage: Stage) -> None:
    stage.happens(event("e1"), WELL)
    assert stage.happens(event("e2"), ILL) is not None
    assert stage.shows(ILL) is None


def test_an_event_without_a_revision_waits_for_as_long_as_there_is_none(stage: Stage) -> None:
    stage.happens(event(revision=None), WELL)
    assert stage.shows(WELL, "") is None
    assert stage.is_armed()
    assert stage.shows(ILL, "") is not None


def test_each_event_fires_anew(stage: Stage) -> None:
    occasions = [firing.occasion for id_ in "abc" if (firing := stage.happens(event(id_), ILL))]
    assert occasions == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "on", "reasons"),
    [
        ("on-rollout-aborted", "", {"RolloutAborted"}),
        ("on-switch-service", "", {"SwitchService"}),
        ("on-purple", "on: [RolloutAborted, RolloutDegraded], ", {"RolloutAborted", "RolloutDegraded"}),
        ("on-rollout-aborted", "on: [RolloutCompleted], ", {"RolloutCompleted"}),
        ("on-purple", "", set()),
    ],
)
def test_reasons_are_those_listed_or_else_the_one_it_is_named_after(name: str, on: str, reasons: set[str]) -> None:
    assert Stage(f"- {{{on}send: [x]}}", name).trigger.on == reasons


SEVERAL = """
- {when: rollout.a, send: [one, both]}
- {when: rollout.b, send: [both, two]}
- {when: rollout.c, send: [three]}
"""


def test_of_several_conditions_those_that_hold_are_sent_together_each_template_once() -> None:
    firing = Stage(SEVERAL, NAME).happens(event(), {"a": True, "b": True, "c": False})
    assert firing is not None
    assert firing.send == ("one", "both", "two")


def test_of_several_conditions_the_first_to_hold_fires_and_disarms_for_all() -> None:
    stage = Stage(SEVERAL, NAME)
    stage.happens(event(), {})
    firing = stage.shows({"c": True})
    assert firing is not None
    assert firing.send == ("three",)
    assert stage.shows({"a": True}) is None


@pytest.mark.parametrize("when", ["'yes'", "1", "rollout", "nil", "rollout.missing", "[true]"])
def test_nothing_but_true_holds(when: str) -> None:
    stage = Stage(f"- when: {when!r}", NAME)
    assert stage.happens(event(), ILL) is None
    assert stage.is_armed()
    assert stage.errors == []


def test_a_condition_that_cannot_be_evaluated_is_false_and_reported_until_it_can() -> None:
    stage = Stage("- when: rollout.status.abort\n  send: [x]", NAME)
    assert stage.happens(event(), {}) is None
    ((key, message),) = stage.errors
    assert key == stage.trigger.conditions[0].key
    assert key.startswith(f"{NAME}[0].")
    assert "line 1" in message
    assert stage.shows({"status": {"abort": True}}) is not None


def test_one_condition_that_cannot_be_evaluated_leaves_the_others_in_force() -> None:
    stage = Stage("- {when: rollout.a.b, send: [x]}\n- {when: rollout.c, send: [y]}", NAME)
    firing = stage.happens(event(), {"c": True})
    assert firing is not None
    assert firing.send == ("y",)
    assert [key for key, _ in stage.errors] == [stage.trigger.conditions[0].key]
