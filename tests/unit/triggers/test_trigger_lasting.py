"""`for`: a condition must hold that long, without a break."""

from __future__ import annotations

import pytest

from notifier.model import Destination
from tests.unit.triggers.stage import Stage, event

NAME = "on-rollout-degraded"
LASTING = "- {when: rollout.ill, for: 60s, send: [ill]}"
WELL, ILL = {"ill": False}, {"ill": True}


def test_an_event_fires_when_its_condition_has_lasted_and_not_before() -> None:
    stage = Stage(LASTING, NAME)
    assert stage.happens(event(), ILL) is None
    stage.wait(59)
    assert stage.shows(ILL) is None
    stage.wait(1)
    firing = stage.shows(ILL)
    assert firing is not None
    assert firing.event == event()
    assert not stage.is_armed()


def test_a_break_starts_an_armed_condition_s_time_again() -> None:
    stage = Stage(LASTING, NAME)
    stage.happens(event(), ILL)
    stage.wait(59)
    assert stage.shows(WELL) is None
    stage.wait(1)
    assert stage.shows(ILL) is None
    stage.wait(59)
    assert stage.shows(ILL) is None
    stage.wait(1)
    assert stage.shows(ILL) is not None


def test_a_newer_event_starts_its_time_again() -> None:
    stage = Stage(LASTING, NAME)
    stage.happens(event("e1"), ILL)
    stage.wait(40)
    stage.happens(event("e2"), ILL)
    stage.wait(40)
    assert stage.shows(ILL) is None
    stage.wait(20)
    firing = stage.shows(ILL)
    assert firing is not None
    assert firing.event == event("e2")


def test_without_a_condition_the_revision_is_what_lasts() -> None:
    stage = Stage("- {for: 60s, send: [still-there]}", NAME)
    assert stage.happens(event(revision="1")) is None
    stage.wait(60)
    assert stage.shows({}, "1") is not None
    stage.happens(event("e2", "2"))
    stage.wait(60)
    assert stage.shows({}, "3") is None


def test_each_condition_of_an_event_has_a_time_of_its_own() -> None:
    stage = Stage("- {when: rollout.a, for: 60s, send: [a]}\n- {when: rollout.b, for: 60s, send: [b]}", NAME)
    stage.happens(event(), {"a": True})
    stage.wait(59)
    assert stage.shows({"b": True}) is None
    stage.wait(1)
    assert stage.shows({"b": True}) is None, "it has held for a second"


def test_a_condition_that_need_not_last_does_not_wait_for_one_that_must() -> None:
    stage = Stage("- {when: rollout.ill, for: 60s, send: [slow]}\n- {when: rollout.ill, send: [fast]}", NAME)
    firing = stage.happens(event(), ILL)
    assert firing is not None
    assert firing.send == ("fast",)


def test_a_watched_condition_fires_when_it_has_lasted_and_once() -> None:
    stage = Stage(LASTING)
    assert stage.looks(ILL, known=False) == []
    stage.wait(59)
    assert stage.looks(ILL) == []
    stage.wait(1)
    assert len(stage.looks(ILL)) == 1
    stage.wait(600)
    assert stage.looks(ILL) == []


def test_a_break_starts_a_watched_condition_s_time_again() -> None:
    stage = Stage(LASTING)
    for seconds, state in ((59, ILL), (1, WELL), (59, ILL), (0, ILL)):
        assert stage.looks(state, known=False) == []
        stage.wait(seconds)
    stage.wait(1)
    assert len(stage.looks(ILL)) == 1


def test_what_held_before_it_was_looked_at_is_learned_silently_though_it_must_last() -> None:
    stage = Stage(LASTING)
    assert stage.looks(ILL, known=True) == []
    stage.wait(3600)
    assert stage.looks(ILL) == []
    assert stage.looks(WELL) == []
    assert stage.looks(ILL) == []
    stage.wait(60)
    assert len(stage.looks(ILL)) == 1


def test_who_subscribes_while_it_holds_but_not_yet_long_enough_is_told_with_the_others() -> None:
    stage = Stage(LASTING)
    stage.looks(ILL, known=False)
    stage.wait(30)
    assert stage.looks(ILL, newcomers=[Destination("slack", "late")]) == []
    stage.wait(30)
    (firing,) = stage.looks(ILL)
    assert firing.only is None


def test_who_is_the_first_to_subscribe_to_what_must_last_is_told_when_it_has() -> None:
    stage = Stage(LASTING)
    assert stage.looks(ILL, known=True, newcomers=[Destination("slack", "first")]) == []
    stage.wait(60)
    assert len(stage.looks(ILL)) == 1


@pytest.mark.parametrize("condition", [LASTING, "- when: time.Now().Sub(time.Parse(rollout.since)).Minutes() > 5"])
def test_time_alone_can_make_it_fire_only_while_an_event_waits(condition: str) -> None:
    stage = Stage(condition, NAME)
    state = {"ill": True, "since": "2026-11-21T08:00:00Z"}
    assert not stage.waits_for_the_clock()
    assert stage.happens(event(), state) is None
    assert stage.waits_for_the_clock()
    stage.wait(301)
    assert stage.shows(state) is not None
    assert not stage.waits_for_the_clock()


@pytest.mark.parametrize("condition", [LASTING, "- when: time.Now().Sub(time.Parse(rollout.since)).Minutes() > 5"])
def test_time_alone_can_make_a_watched_condition_fire_until_it_has(condition: str) -> None:
    stage = Stage(condition)
    state = {"ill": True, "since": "2026-11-21T08:00:00Z"}
    assert stage.looks(state, known=False) == []
    assert stage.waits_for_the_clock()
    stage.wait(301)
    assert len(stage.looks(state)) == 1
    assert not stage.waits_for_the_clock()


@pytest.mark.parametrize("name", [NAME, "on-purple"])
def test_a_condition_without_a_clock_does_not_wait_for_one(name: str) -> None:
    stage = Stage("- when: rollout.ill", name)
    stage.happens(event(), WELL) if stage.trigger.on else stage.looks(WELL)
    assert not stage.waits_for_the_clock()
