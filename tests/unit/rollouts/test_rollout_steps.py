"""Canary steps: completed, skipped, jumped over unseen; and the traffic's weight."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.model import Amount, Object, Step
from notifier.rollouts.project import step_text
from tests.unit.rollouts.built import T1, T2, Memory, aborted, one, pause, paused, reasons, rollout, updating

BEFORE = (rollout(), updating())


def test_a_step_is_complete_when_the_index_goes_on() -> None:
    event = one("RolloutStepCompleted", *BEFORE, updating(1))
    assert event.step == Step(1, 4, "setWeight: 20", current="pause", next="setWeight: 60", completed=1)


def test_the_last_step_is_followed_by_none() -> None:
    event = one("RolloutStepCompleted", *BEFORE, updating(3), updating(4))
    assert event.step == Step(4, 4, "pause: 90s", completed=1)


def test_after_missed_states_one_event_tells_of_all_steps() -> None:
    event = one("RolloutStepCompleted", *BEFORE, paused(3))
    assert event.step == Step(3, 4, "setWeight: 60", current="pause: 90s", completed=3)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(updating(0), id="it stays"),
        pytest.param(aborted(), id="an abort sets it back"),
        pytest.param(updating(2, "3"), id="another revision's"),
        pytest.param(updating(2, currentStepHash="others"), id="the steps were changed"),
        pytest.param(updating(4, stableRS="h2"), id="it became stable"),
        pytest.param(updating(4, promoteFull=True), id="promoted fully"),
        pytest.param(updating(currentStepIndex=None), id="no steps any more"),
    ],
)
def test_any_other_change_of_the_index_completes_no_step(after: Object) -> None:
    assert {"RolloutStepCompleted", "RolloutStepSkipped"}.isdisjoint(reasons(*BEFORE, updating(1), after))


def test_the_jump_of_the_first_deploy_completes_no_step() -> None:
    first = rollout(phase="Progressing", stableRS=None, currentStepIndex=0)
    assert reasons(first, rollout(phase="Progressing")) == ["RolloutCompleted"]


def test_a_full_promotion_that_is_over_completes_no_step() -> None:
    assert "RolloutStepCompleted" not in reasons(*BEFORE, updating(1, promoteFull=True), updating(4))


def test_the_same_step_after_a_retry_is_another_event() -> None:
    memory = Memory()
    states = (*BEFORE, updating(1), aborted(T1), updating(0), updating(1), aborted(T2), updating(0), updating(1))
    found = [event for state in states for event in memory.see(state).events if event.reason == "RolloutStepCompleted"]
    assert [event.step.index for event in found if event.step] == [1, 1, 1]
    assert [event.retry for event in found] == [False, True, True]
    assert len({event.id for event in found}) == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(paused(1), paused(2), id="the pause stays: the plugin writes the index alone"),
        pytest.param(updating(0), paused(2), id="paused where the step is none"),
        pytest.param(paused(1), paused(4), id="all steps, the pause stays"),
        pytest.param(updating(1), updating(4), id="all steps, nothing else in the status moved"),
    ],
)
def test_what_a_person_skips_is_skipped_and_not_completed(before: Object, after: Object) -> None:
    found = one("RolloutStepSkipped", *BEFORE, before, after)
    came, at = before["status"]["currentStepIndex"], after["status"]["currentStepIndex"]
    assert found.step is not None
    assert (found.manual, found.step.index, found.step.skipped) == (True, at, at - came)
    assert reasons(*BEFORE, before, after).count("RolloutStepSkipped") == 1
    assert "RolloutStepCompleted" not in reasons(*BEFORE, before, after)


def test_skips_from_and_to_other_steps_are_other_events() -> None:
    skipped = [
        one("RolloutStepSkipped", *BEFORE, paused(1), paused(2)),
        one("RolloutStepSkipped", *BEFORE, paused(1), paused(4)),
        one("RolloutStepSkipped", *BEFORE, paused(3), paused(4)),
        one("RolloutStepSkipped", *BEFORE, aborted(), paused(1), paused(2)),
    ]
    assert len({event.id for event in skipped}) == 4


def test_a_pause_that_ended_in_time_is_a_completed_step() -> None:
    assert reasons(*BEFORE, paused(3), updating(4)) == ["RolloutStepCompleted", "RolloutResumed"]


def test_a_pause_reached_by_missed_states_is_no_skip() -> None:
    assert reasons(*BEFORE, paused(1), paused(3, since=T2)) == [
        "RolloutStepCompleted",
        "RolloutPaused",
        "RolloutResumed",
    ]


def test_a_jump_over_steps_that_do_not_wait_is_completion() -> None:
    steps = {"strategy": {"canary": {"steps": [{"setWeight": weight} for weight in (10, 20, 30)]}}}
    states = (rollout(spec=steps), *({**updating(i), "spec": rollout(spec=steps)["spec"]} for i in (0, 3)))
    assert reasons(*states) == ["RolloutStepCompleted"]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ({"setWeight": 20}, "setWeight: 20"),
        ({"pause": {}}, "pause"),
        ({"pause": None}, "pause"),
        ({"pause": {"duration": 10}}, "pause: 10"),
        ({"pause": {"duration": "1h"}}, "pause: 1h"),
        ({"setCanaryScale": {"replicas": 2}}, "setCanaryScale{replicas: 2}"),
        ({"setCanaryScale": {"matchTrafficWeight": True}}, "setCanaryScale{matchTrafficWeight: true}"),
        ({"setHeaderRoute": {"name": "beta"}}, "setHeaderRoute: beta"),
        ({"setMirrorRoute": {"name": "mirror"}}, "setMirrorRoute: mirror"),
        ({"plugin": {"name": "org/step"}}, "plugin: org/step"),
        ({"analysis": {"templates": []}}, "analysis"),
        ({"experiment": {"templates": []}}, "experiment"),
        ({}, "step"),
    ],
)
def test_a_step_is_called_what_the_controller_calls_it(step: dict[str, Any], text: str) -> None:
    assert step_text(step) == text


def _weighing(weight: int | None, index: int = 0, **status: Any) -> Object:
    canary = {} if weight is None else {"weights": {"canary": {"weight": weight}, "stable": {"weight": 100 - weight}}}
    return updating(index, canary=canary, **status)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        pytest.param(None, 0, None, id="from none to nothing"),
        pytest.param(None, 20, Amount(None, 20), id="from none"),
        pytest.param(20, 60, Amount(20, 60), id="up"),
        pytest.param(60, 0, Amount(60, 0), id="down to nothing"),
        pytest.param(60, 60, None, id="the same"),
        pytest.param(60, None, None, id="no longer known"),
    ],
)
def test_the_weight_is_told_when_it_moves(before: int | None, after: int | None, moved: Amount | None) -> None:
    states = (rollout(), _weighing(before), _weighing(after))
    assert ("TrafficWeightUpdated" in reasons(*states)) is (moved is not None)
    if moved:
        assert one("TrafficWeightUpdated", *states).weight == moved


def test_the_same_weight_at_another_step_or_attempt_is_another_event() -> None:
    memory = Memory()
    states = (
        *(rollout(), _weighing(0), _weighing(20), _weighing(0), _weighing(20, 2)),
        *(aborted(canary={"weights": {"canary": {"weight": 0}}}), _weighing(0), _weighing(20)),
    )
    found = [e for state in states for e in memory.see(state).events if e.reason == "TrafficWeightUpdated"]
    moved = [(event.weight.old, event.weight.new) for event in found if event.weight]
    assert moved == [(0, 20), (20, 0), (0, 20), (20, 0), (0, 20)]
    assert len({event.id for event in found}) == 5


def test_a_completed_step_says_where_the_traffic_went() -> None:
    event = one("RolloutStepCompleted", rollout(), _weighing(0), _weighing(20, 1))
    assert event.weight == Amount(0, 20)


def test_a_second_pause_condition_at_a_step_that_is_no_pause_is_no_skip() -> None:
    waiting = updating(2, phase="Paused", pauseConditions=[pause("InconclusiveAnalysisRun")])
    assert reasons(*BEFORE, updating(1), waiting) == ["RolloutStepCompleted", "RolloutPaused"]
