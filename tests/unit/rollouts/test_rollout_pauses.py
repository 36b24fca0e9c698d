"""Pauses, by the controller and by hand, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.model import Amount, Object, Pause, Severity
from tests.unit.rollouts.built import (
    T1,
    T2,
    T3,
    Memory,
    aborted,
    one,
    pause,
    paused,
    reasons,
    rollout,
    updating,
)

BEFORE = (rollout(), updating(1))


def test_a_pause_without_an_end_waits_for_a_person() -> None:
    event = one("RolloutPaused", *BEFORE, paused())
    assert event.pause == Pause("CanaryPauseStep", T1)
    assert event.severity is Severity.ACTION_REQUIRED
    assert (event.ts, event.expires) == (T1, None)
    assert [action.text for action in event.actions] == ["continue", "go back to stable"]


def test_a_timed_pause_says_until_when_and_expires_then() -> None:
    event = one("RolloutPaused", *BEFORE, updating(3), paused(3))
    assert event.pause == Pause("CanaryPauseStep", T1, "2026-11-21T05:01:31.000Z", 90)
    assert event.expires == "2026-11-21T05:01:31.000Z"
    assert [action.text for action in event.actions] == ["go back to stable"]


@pytest.mark.parametrize(("automatic", "seconds"), [(None, None), (30, 30)])
def test_a_blue_green_pause_ends_when_promotion_is_automatic(automatic: int | None, seconds: int | None) -> None:
    strategy = {"blueGreen": {"activeService": "active", "autoPromotionSeconds": automatic}}
    waiting = {**paused(reason="BlueGreenPause"), "spec": rollout(spec={"strategy": strategy})["spec"]}
    event = one("RolloutPaused", *BEFORE, waiting)
    assert event.pause is not None
    assert event.pause.seconds == seconds
    assert event.strategy == "BlueGreen"


def test_a_pause_says_how_many_pods_are_new() -> None:
    assert one("RolloutPaused", *BEFORE, paused(updatedReplicas=1)).pods == Amount(1, 3)


def test_a_pause_that_lasts_is_told_once() -> None:
    assert reasons(*BEFORE, paused(), paused()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([pause()], [pause(), pause("InconclusiveAnalysisRun", T2)], id="one comes beside"),
        pytest.param([pause(), pause("InconclusiveAnalysisRun", T2)], [pause()], id="the second goes"),
        pytest.param(
            [pause(), pause("InconclusiveAnalysisRun", T2)], [pause("InconclusiveAnalysisRun", T2)], id="the first goes"
        ),
    ],
)
def test_a_second_reason_is_neither_a_pause_nor_its_end(before: list[Object], after: list[Object]) -> None:
    waiting = (paused(pauseConditions=conditions) for conditions in (before, after))
    assert reasons(*BEFORE, *waiting) == []


def test_a_new_pause_after_missed_states_is_told_and_the_old_one_ended() -> None:
    assert reasons(*BEFORE, paused(), paused(3, since=T2)) == [
        "RolloutStepCompleted",
        "RolloutPaused",
        "RolloutResumed",
    ]


def test_pauses_with_another_reason_or_time_are_other_events() -> None:
    pauses = [paused(), paused(since=T2), paused(reason="InconclusiveAnalysisRun")]
    assert len({one("RolloutPaused", *BEFORE, waiting).id for waiting in pauses}) == 3


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(updating(1), ["RolloutResumed"], id="promoted"),
        pytest.param(updating(2), ["RolloutStepCompleted", "RolloutResumed"], id="its time was over"),
        pytest.param(aborted(), ["RolloutAborted", "RolloutDegraded"], id="aborted"),
        pytest.param(updating(1, abort=True), [], id="an abort was asked for"),
        pytest.param(updating(0, "3"), ["RolloutUpdated", "RolloutSuperseded"], id="superseded"),
        pytest.param(
            rollout("3"),
            ["RolloutUpdated", "RolloutRolledBack", "RolloutHealthy"],
            id="gone back to the stable version",
        ),
    ],
)
def test_a_rollout_is_resumed_where_the_same_revision_goes_on(after: Object, expected: list[str]) -> None:
    assert reasons(*BEFORE, paused(), after) == expected


def test_an_abort_and_a_retry_that_were_missed_are_no_resumption() -> None:
    assert "RolloutResumed" not in reasons(*BEFORE, paused(), updating(0, abortedAt=T2))


def test_resumptions_from_different_pauses_are_different_events() -> None:
    first = one("RolloutResumed", *BEFORE, paused(), updating(2))
    second = one("RolloutResumed", *BEFORE, paused(since=T3), updating(2))
    assert first.id != second.id
    assert first.pause == Pause("CanaryPauseStep", T1)
    assert not first.manual


def _by_hand(generation: int, *, on_hold: bool, index: int = 1) -> Object:
    state = updating(index, phase="Paused" if on_hold else "Progressing", observedGeneration=str(generation))
    given: dict[str, Any] = {"spec": {**state["spec"], "paused": on_hold}}
    return {**state, **given, "metadata": {**state["metadata"], "generation": generation}}


def test_a_pause_by_hand_and_its_end_are_told() -> None:
    hold, go = _by_hand(2, on_hold=True), _by_hand(3, on_hold=False)
    assert reasons(*BEFORE, hold) == ["RolloutManuallyPaused"]
    assert reasons(*BEFORE, hold, hold) == []
    assert reasons(*BEFORE, hold, go) == ["RolloutResumed"]
    assert one("RolloutManuallyPaused", *BEFORE, hold).severity is Severity.ACTION_REQUIRED
    assert one("RolloutResumed", *BEFORE, hold, go).manual


def test_each_pause_by_hand_is_another_event() -> None:
    memory = Memory()
    states = (*BEFORE, *(_by_hand(n, on_hold=n % 2 == 0) for n in (2, 3, 4, 5)))
    found = [event for state in states for event in memory.see(state).events if event.manual]
    reasons_found = [event.reason for event in found]
    assert reasons_found == ["RolloutManuallyPaused", "RolloutResumed"] * 2
    assert len({event.id for event in found}) == 4
