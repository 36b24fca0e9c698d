"""Aborted, degraded, healthy: told once each, with cause and time, and not for every flicker."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.model import Cause, Object, Severity
from tests.unit.rollouts.built import (
    T1,
    T2,
    T3,
    Memory,
    aborted,
    condition,
    one,
    reasons,
    rollout,
    run,
    told,
    updating,
)

BEFORE = (rollout(), updating(1))
BAD = "ProgressDeadlineExceeded"


def _late(at: str = T1, phase: str = "Degraded") -> Object:
    mark = condition("Progressing", "False", BAD, at, 'ReplicaSet "x" has timed out progressing.')
    return updating(1, phase=phase, message=f"{BAD}: too late", conditions=[mark])


def _invalid(at: str = T1, status: str = "True", phase: str = "Degraded") -> Object:
    return rollout(phase=phase, conditions=[condition("InvalidSpec", status, "InvalidSpec", at, "no good")])


def test_an_abort_is_told_once_with_the_degradation_it_is() -> None:
    assert reasons(*BEFORE, aborted()) == ["RolloutAborted", "RolloutDegraded"]
    assert reasons(*BEFORE, aborted(), aborted()) == []
    event = one("RolloutAborted", *BEFORE, aborted())
    assert (event.ts, event.revision, event.severity) == (T1, "2", Severity.CRITICAL)
    assert event.step is not None
    assert event.step.index == 1, "where it was, not where the abort has set it"


def test_an_abort_that_is_only_asked_for_is_none_yet() -> None:
    assert reasons(*BEFORE, updating(1, abort=True)) == []


def test_a_second_abort_of_a_revision_is_another_event_and_says_so() -> None:
    first = one("RolloutAborted", *BEFORE, aborted())
    second = one("RolloutAborted", *BEFORE, aborted(), updating(), aborted(T2))
    missed = one("RolloutAborted", *BEFORE, aborted(), aborted(T2))
    assert first.id != second.id == missed.id
    assert (first.retry, second.retry) == (False, True)


def test_an_abort_seen_again_after_a_retry_was_is_not_told_twice() -> None:
    assert "RolloutAborted" not in reasons(*BEFORE, aborted(), updating(), aborted(phase="Progressing"))


def test_an_abort_before_the_new_revisions_hash_is_the_old_revisions() -> None:
    announced = {**aborted(), "metadata": rollout("3")["metadata"]}
    assert one("RolloutAborted", *BEFORE, announced).revision == "2"


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        ("", Cause("person", "")),
        (
            'Step-based analysis phase error/failed: Metric "rate" assessed Failed',
            None,
        ),
        ('metric "rate" assessed Failed due to failed (1) > failureLimit (0)', None),
        (
            "Experiment analysis phase is error/failed: x",
            Cause("experiment", "Experiment analysis phase is error/failed: x"),
        ),
        ('ReplicaSet "x" has timed out progressing.', Cause("deadline", 'ReplicaSet "x" has timed out progressing.')),
        ("something new", Cause("controller", "something new")),
    ],
)
def test_who_aborted_is_read_from_the_controllers_words(why: str, cause: Cause | None) -> None:
    event = one("RolloutAborted", *BEFORE, aborted(why=why))
    assert event.cause == (cause or Cause("analysis", why))
    assert event.manual is (why == "")


@pytest.mark.parametrize("message", ["Rollout is aborted", "RolloutAborted: Rollout aborted update to revision 2", ""])
def test_without_a_condition_plain_words_of_any_version_mean_a_person(message: str) -> None:
    event = one("RolloutAborted", *BEFORE, aborted(conditions=None, message=message))
    assert event.cause == Cause("person", "")


def test_an_abort_by_analysis_names_the_run_that_failed() -> None:
    failed = run("Failed", metadata={"annotations": {"rollout.argoproj.io/revision": "2"}})
    [event] = [e for e in told(*BEFORE, failed, aborted(why="analysis failed")) if e.reason == "RolloutAborted"]
    assert event.cause is not None
    assert event.cause.run == "run-name"
    assert event.analysis is not None
    assert event.analysis.phase == "Failed"


def test_another_revisions_run_is_not_blamed() -> None:
    failed = run("Failed", metadata={"annotations": {"rollout.argoproj.io/revision": "1"}})
    [event] = [e for e in told(*BEFORE, failed, aborted(why="analysis failed")) if e.reason == "RolloutAborted"]
    assert (event.cause, event.analysis) == (Cause("analysis", "analysis failed"), None)


def test_an_exceeded_deadline_is_told_beside_the_degradation_once_for_its_time() -> None:
    assert reasons(*BEFORE, _late()) == [BAD, "RolloutDegraded"]
    assert reasons(*BEFORE, _late(), _late()) == []
    event = one(BAD, *BEFORE, _late())
    assert (event.ts, event.message) == (T1, 'ReplicaSet "x" has timed out progressing.')
    again = one(BAD, *BEFORE, _late(), updating(1), _late(T2))
    assert event.id != again.id


def test_a_deadline_that_aborts_is_one_degradation() -> None:
    late_then_aborted = (_late(), aborted(T2, "ReplicaSet has timed out progressing."))
    assert reasons(*BEFORE, *late_then_aborted) == ["RolloutAborted"]


def test_an_invalid_spec_is_told_until_the_condition_goes() -> None:
    assert reasons(rollout(), _invalid()) == ["InvalidSpec", "RolloutDegraded"]
    assert reasons(rollout(), _invalid(), _invalid()) == []
    assert reasons(rollout(), _invalid(status="False", phase="Healthy")) == []
    assert reasons(rollout(), _invalid(), _invalid(T2)) == ["InvalidSpec"]
    assert one("InvalidSpec", rollout(), _invalid()).message == "no good"


def test_degradations_with_other_causes_or_times_are_other_events() -> None:
    states = [(*BEFORE, _late()), (*BEFORE, _late(T2)), (*BEFORE, aborted(T3)), (rollout(), _invalid())]
    assert len({one("RolloutDegraded", *story).id for story in states}) == 4


def test_a_degradation_is_judged_only_when_the_spec_was_observed() -> None:
    unseen = {**_late(), "metadata": {**_late()["metadata"], "generation": 2}}
    assert reasons(*BEFORE, unseen) == [BAD]
    seen = {**unseen, "status": {**unseen["status"], "observedGeneration": "2"}}
    assert reasons(*BEFORE, unseen, seen) == ["RolloutDegraded"]


@pytest.mark.parametrize("observed", ["2", "3", "", "abcdef", None])
def test_what_is_no_smaller_number_counts_as_observed(observed: str | None) -> None:
    state = {**_late(), "metadata": {**_late()["metadata"], "generation": 2}}
    state["status"] = {**state["status"], "observedGeneration": observed}
    assert "RolloutDegraded" in reasons(*BEFORE, state)


def _workload(revision: str, wanted: str, observed: str, **status: Any) -> Object:
    annotations = {"rollout.argoproj.io/revision": revision, "rollout.argoproj.io/workload-generation": wanted}
    return rollout(
        revision,
        spec={"workloadRef": {"kind": "Deployment", "name": "web"}, "template": None},
        metadata={"annotations": annotations},
        workloadObservedGeneration=observed,
        **status,
    )


def test_a_referenced_workload_must_have_been_observed_too() -> None:
    before, unseen = _workload("1", "1", "1"), _workload("2", "2", "1")
    done = _workload("2", "2", "2", currentPodHash="h2", stableRS="h2")
    assert reasons(before, unseen) == ["RolloutUpdated"]
    assert reasons(before, unseen, done) == ["RolloutCompleted", "RolloutHealthy"]


def test_the_first_deploy_is_complete_at_once_and_healthy_when_its_pods_are() -> None:
    first, ready = rollout(phase="Progressing"), rollout()
    assert "RolloutHealthy" not in reasons(first)
    assert reasons(first, ready) == ["RolloutHealthy"]


def test_a_new_revision_is_healthy_when_it_is_the_stable_one() -> None:
    stable: dict[str, Any] = {"currentPodHash": "h2", "stableRS": "h2"}
    assert reasons(*BEFORE, updating(4, phase="Healthy")) == ["RolloutStepCompleted"]
    assert reasons(*BEFORE, updating(4), rollout("2", phase="Progressing", **stable), rollout("2", **stable)) == [
        "RolloutHealthy"
    ]


@pytest.mark.parametrize(
    "flicker",
    [
        pytest.param(rollout(phase="Progressing", spec={"replicas": 5}), id="scaling"),
        pytest.param(rollout(phase="Progressing"), id="an eviction"),
        pytest.param(rollout(phase="Paused", spec={"paused": True}), id="a pause by hand"),
        pytest.param(rollout(phase="Progressing", spec={"restartAt": T1}), id="a restart"),
    ],
)
def test_what_was_healthy_is_not_healthy_again_after_a_flicker(flicker: Object) -> None:
    back = {**rollout(), "spec": flicker["spec"]}
    assert {"RolloutHealthy", "RolloutCompleted"}.isdisjoint(reasons(rollout(), flicker, back))


def test_a_new_generation_that_is_not_observed_is_no_flicker() -> None:
    unseen = rollout(metadata={"generation": 2, "annotations": rollout()["metadata"]["annotations"]})
    assert reasons(rollout(), unseen, rollout()) == []


def test_what_was_degraded_is_healthy_again_once_for_each_cause() -> None:
    memory = Memory()
    states = (rollout(), _invalid(T1), rollout(phase="Progressing"), rollout(), _invalid(T2), rollout(), rollout())
    found = [event for state in states for event in memory.see(state).events if event.reason == "RolloutHealthy"]
    assert len(found) == 3
    assert len({event.id for event in found}) == 3
    assert [event.message for event in found] == [None, "after it was degraded", "after it was degraded"]


def test_a_new_revision_after_a_degradation_is_healthy_for_the_first_time() -> None:
    story = (*BEFORE, aborted(), rollout("3", phase="Progressing"), rollout("3"))
    assert one("RolloutHealthy", *story).id == one("RolloutHealthy", rollout(), updating(), rollout("3")).id


def test_an_ending_says_how_long_its_revision_took() -> None:
    memory = Memory(now=1_000.0)
    for state in (rollout(), updating()):
        memory.see(state)
    memory.now = 1_061.5
    [completed, healthy] = memory.see(rollout("2", currentPodHash="h2", stableRS="h2")).events
    assert (completed.reason, completed.seconds) == ("RolloutCompleted", 60.5)
    assert healthy.seconds == 60.5
