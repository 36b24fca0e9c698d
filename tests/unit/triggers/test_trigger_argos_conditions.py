"""Triggers written for Argo: named after its event, with a `when` about the status. One message for both."""

from __future__ import annotations

import pytest

from notifier.config.schema import Config
from notifier.model import Destination
from notifier.reasons import OURS, trigger_name
from tests.unit.triggers.stage import Stage, event

ABORTED, HEALTHY = "on-rollout-aborted", "on-rollout-healthy"
WHEN = "- when: rollout.status.phase == 'Degraded'\n  send: [x]"
ILL, WELL = {"status": {"phase": "Degraded"}}, {"status": {"phase": "Healthy"}}


def aborted(trigger: str = WHEN) -> Stage:
    """A Rollout that is well, and known."""
    stage = Stage(trigger, ABORTED)
    assert stage.looks(WELL) == []
    return stage


def test_a_state_that_comes_without_the_event_is_told() -> None:
    stage = aborted()
    (firing,) = stage.looks(ILL)
    assert firing.event is None
    assert stage.looks(ILL) == []


def test_the_event_and_its_state_at_once_are_told_once() -> None:
    stage = aborted()
    assert stage.happens(event(), ILL)
    assert stage.looks(ILL) == []


def test_the_event_and_its_state_a_little_later_are_told_once() -> None:
    stage = aborted()
    assert stage.happens(event(), WELL) is None
    stage.wait(30)
    assert stage.shows(ILL)
    assert stage.looks(ILL) == []


def test_the_state_and_its_event_a_little_later_are_told_once() -> None:
    stage = aborted()
    assert stage.looks(ILL)
    stage.wait(5)
    assert stage.happens(event(), ILL) is None
    assert stage.happens(event("e2"), ILL)


def test_a_state_that_must_last_and_its_event_a_little_after_that_are_told_once() -> None:
    stage = aborted(WHEN + "\n  for: 5m")
    assert stage.looks(ILL) == []
    stage.wait(310)
    assert len(stage.looks(ILL)) == 1
    stage.wait(30)
    assert stage.happens(event(), ILL) is None
    stage.wait(400)
    assert stage.shows(ILL) is None


def test_an_event_while_its_state_must_last_is_told_with_it_and_once() -> None:
    stage = aborted(WHEN + "\n  for: 5m")
    assert stage.looks(ILL) == []
    stage.wait(5)
    assert stage.happens(event(), ILL) is None
    stage.wait(296)
    firing = stage.shows(ILL)
    assert firing
    assert firing.event
    assert stage.looks(ILL) == []
    stage.wait(60)
    assert stage.shows(ILL) is None


def test_an_event_much_later_is_another_thing_though_the_state_lasts() -> None:
    stage = aborted()
    assert stage.looks(ILL)
    stage.wait(600)
    assert stage.happens(event(), ILL)


def test_each_time_the_state_comes_about_is_told() -> None:
    stage = aborted()
    assert [len(stage.looks(state)) for state in (ILL, WELL, ILL, ILL, WELL, ILL)] == [1, 0, 1, 0, 0, 1]


def test_what_holds_when_first_seen_is_learned_and_its_next_event_is_told() -> None:
    stage = Stage(WHEN, ABORTED)
    assert stage.looks(ILL) == []
    assert stage.happens(event(), ILL)


def test_who_subscribes_while_it_holds_is_told_though_the_event_was() -> None:
    stage = aborted()
    newcomer = Destination("slack", "new")
    assert stage.happens(event(), ILL)
    (firing,) = stage.looks(ILL, newcomers=[newcomer])
    assert firing.only == frozenset({newcomer})


def test_once_per_counts_for_state_and_event_together() -> None:
    stage = aborted(WHEN + "\n  oncePer: rollout.hash")
    assert stage.happens(event(), ILL | {"hash": "a"})
    assert stage.looks(WELL) == []
    assert stage.looks(ILL | {"hash": "a"}) == []
    assert stage.looks(WELL) == []
    assert len(stage.looks(ILL | {"hash": "b"})) == 1


@pytest.mark.parametrize(
    "trigger",
    [
        "- send: [x]",
        "- when: rollout.metadata.labels.team == 'shop'",
        "- when: rollout.status.phase == 'Degraded' and event.cause.by == 'person'",
        "- when: rollout.status.phase == 'Degraded'\n- send: [x]",
        "- when: rollout.status.phase == 'Degraded'\n  'on': [RolloutAborted]",
    ],
)
def test_what_asks_for_more_than_a_state_is_armed_by_the_event_alone(trigger: str) -> None:
    stage = Stage(trigger, ABORTED)
    assert stage.trigger.on == {"RolloutAborted"}
    assert not stage.trigger.also_watched
    assert Config(triggers={ABORTED: stage.trigger}).watched == {}


@pytest.mark.parametrize("reason", sorted(OURS))
def test_a_name_that_only_we_give_a_meaning_is_a_condition_s_as_in_argo(reason: str) -> None:
    stage = Stage(WHEN, trigger_name(reason))
    assert stage.trigger.on == frozenset()
    assert stage.looks(WELL) == []
    assert len(stage.looks(ILL)) == 1


@pytest.mark.parametrize("trigger", ["- send: [x]", "- when: rollout.metadata.labels.team == 'shop'"])
def test_a_name_that_only_we_give_a_meaning_is_armed_by_it_where_no_state_is_asked_for(trigger: str) -> None:
    assert Stage(trigger, HEALTHY).trigger.on == {"RolloutHealthy"}
