"""`oncePer`: for a reason once per value and revision, for a condition once per value while the object lives."""

from __future__ import annotations

from typing import Any

import pytest

from notifier import triggers
from notifier.model import Destination
from tests.unit.triggers.stage import Stage, event

ABORTED = "- {oncePer: rollout.image, send: [x]}"
ILL = "- {when: rollout.ill, oncePer: rollout.image, send: [x]}"


def state(image: Any, *, ill: bool = True) -> dict[str, Any]:
    return {"ill": ill, "image": image}


def test_a_reason_fires_once_per_value_in_a_revision() -> None:
    stage = Stage(ABORTED, "on-rollout-aborted")
    assert stage.happens(event("e1"), state("a")) is not None
    assert stage.happens(event("e2"), state("a")) is None
    assert stage.happens(event("e3"), state("b")) is not None
    assert stage.happens(event("e4"), state("a")) is None


def test_a_reason_fires_again_for_a_value_that_comes_back_in_a_new_revision() -> None:
    stage = Stage(ABORTED, "on-rollout-aborted")
    assert stage.happens(event("e1", "1"), state("a")) is not None
    assert stage.happens(event("e2", "2"), state("b")) is not None
    assert stage.happens(event("e3", "3"), state("a")) is not None, "a rollback is announced"


def test_a_used_up_value_disarms_all_the_same() -> None:
    stage = Stage(ILL, "on-rollout-aborted")
    stage.happens(event("e1"), state("a"))
    assert stage.happens(event("e2"), state("a")) is None
    assert not stage.is_armed()


def test_of_several_conditions_of_a_reason_only_those_with_a_fresh_value_are_sent() -> None:
    stage = Stage("- {oncePer: rollout.image, send: [once]}\n- {send: [always]}", "on-rollout-aborted")
    sent = [firing.send for id_ in "ab" if (firing := stage.happens(event(id_), state("a")))]
    assert sent == [("once", "always"), ("always",)]


def test_the_value_is_that_of_the_state_that_fires_not_of_the_one_that_arms() -> None:
    stage = Stage(ILL, "on-rollout-aborted")
    stage.happens(event("e1"), state("a", ill=False))
    assert stage.shows(state("b")) is not None
    assert stage.happens(event("e2"), state("a")) is not None
    assert stage.happens(event("e3"), state("b")) is None


def test_a_condition_fires_once_per_value_while_the_object_lives() -> None:
    stage = Stage(ILL)
    stage.looks(state("", ill=False))
    assert len(stage.looks(state("a"))) == 1
    assert stage.looks(state("a", ill=False)) == []
    assert stage.looks(state("a")) == []
    assert len(stage.looks(state("b"))) == 1, "a new value while it holds"
    assert stage.looks(state("a")) == []


def test_the_same_value_is_the_same_occasion_and_another_one_another() -> None:
    one, other = Stage(ILL), Stage(ILL)
    (first,), (again,) = (s.looks(state("a"), known=False) for s in (one, other))
    (second,) = one.looks(state("b"))
    assert first.occasion == again.occasion != second.occasion


def test_a_value_that_was_learned_is_used_up() -> None:
    stage = Stage(ILL)
    assert stage.looks(state("a"), known=True) == []
    assert stage.looks(state("a", ill=False)) == []
    assert stage.looks(state("a")) == []
    assert len(stage.looks(state("b"))) == 1


def test_who_subscribes_to_a_used_up_value_is_answered() -> None:
    stage, ann = Stage(ILL), Destination("slack", "ann")
    stage.looks(state("a"), known=False)
    (firing,) = stage.looks(state("a"), newcomers=[ann])
    assert firing.only == frozenset({ann})


@pytest.mark.parametrize("value", ["", 0, False, None, [], {"b": 1, "a": [2.5]}])
def test_any_json_is_a_value(value: Any) -> None:
    stage = Stage(ILL)
    assert len(stage.looks(state(value), known=False)) == 1
    assert stage.looks(state(value, ill=False)) == []
    assert stage.looks(state(value)) == []
    assert len(stage.looks(state("another"))) == 1


def test_the_order_of_a_value_s_keys_does_not_matter() -> None:
    stage = Stage(ILL)
    stage.looks(state({"a": 1, "b": 2}), known=False)
    assert stage.looks(state({"b": 2, "a": 1})) == []


@pytest.mark.parametrize("once_per", ["time.Parse(rollout.since)", "duration('5m')", "time.Parse", "time"])
def test_a_value_that_is_no_json_is_a_value_too_or_an_error_but_no_exception(once_per: str) -> None:
    stage = Stage(f'- {{when: rollout.ill, oncePer: "{once_per}"}}')
    state = {"ill": True, "since": "2026-11-21T08:00:00Z"}
    assert len(stage.looks(state, known=False)) == 1
    assert stage.looks(state) == []


def test_the_latest_values_are_remembered() -> None:
    stage = Stage(ILL)
    for image in range(triggers._REMEMBERED + 1):
        assert len(stage.looks(state(image), known=False)) == 1
    assert stage.looks(state(triggers._REMEMBERED)) == []
    assert stage.looks(state(1)) == []
    assert len(stage.memory.once[stage.trigger.conditions[0].key]) == triggers._REMEMBERED
