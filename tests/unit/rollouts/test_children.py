"""What ReplicaSets, AnalysisRuns, Experiments and Kubernetes Events tell, and on whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notifier.model import COMPONENT, Analysis, Cause, Event, Kind, Metric, Object, Replicas, Subject
from notifier.reasons import STATE_REASONS
from notifier.rollouts.interpret import matters, read
from tests.unit.rollouts.built import (
    T2,
    Memory,
    experiment,
    kube_event,
    one,
    owned,
    reasons,
    replica_set,
    rollout,
    run,
    told,
    updating,
)

SUBSCRIBED = {"notifications.argoproj.io/subscribe.on-analysis-run-failed.slack": "team"}
OF_EXPERIMENT = owned("experiment", Kind.EXPERIMENT)


def _matters(found: Object) -> bool:
    return matters(read(Kind(found["kind"]), json.dumps(found).encode()))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([0], [], id="first seen empty"),
        pytest.param([3], [(0, 3)], id="first seen with pods"),
        pytest.param([0, 2], [(0, 2)], id="up"),
        pytest.param([2, 0], [(0, 2), (2, 0)], id="down"),
        pytest.param([2, 2], [(0, 2)], id="the same"),
        pytest.param([1, 2, 3], [(0, 1), (1, 2), (2, 3)], id="each change is one event"),
    ],
)
def test_scaling_is_a_new_wanted_size(sizes: list[int], expected: list[tuple[int, int]]) -> None:
    memory = Memory()
    memory.see(rollout())
    found = [e for n, size in enumerate(sizes) for e in memory.see(replica_set("h1", size, generation=n)).events]
    assert [event.reason for event in found] == ["ScalingReplicaSet"] * len(expected)
    assert [(event.replicas.old, event.replicas.new) for event in found if event.replicas] == expected
    assert len({event.id for event in found}) == len(found)


def test_scaling_is_told_on_the_direct_owner_with_the_replica_set_as_its_subject() -> None:
    event = one("ScalingReplicaSet", rollout(), updating(), replica_set("h2", 1, "2"))
    assert (event.kind, event.uid, event.revision) == ("Rollout", "rollout", "2")
    assert event.subject == Subject("ReplicaSet", "rs-h2-name", "rs-h2")
    assert event.replicas == Replicas("rs-h2-name", 0, 1, "2", "canary")
    of_experiment = one(
        "ScalingReplicaSet", rollout(), experiment("Pending"), replica_set("h2", 1, owners=OF_EXPERIMENT)
    )
    assert (of_experiment.kind, of_experiment.uid) == ("Experiment", "experiment")


@pytest.mark.parametrize(
    ("pod_hash", "revision", "strategy", "role"),
    [
        ("h1", "1", "canary", "stable"),
        ("h2", "2", "canary", "canary"),
        ("h2", "2", "blueGreen", "preview"),
        ("h0", "0", "canary", ""),
    ],
)
def test_a_replica_set_has_the_role_it_has_in_its_rollout(
    pod_hash: str, revision: str, strategy: str, role: str
) -> None:
    now = {**updating(), "spec": rollout(spec={"strategy": {strategy: {}}})["spec"]}
    event = one("ScalingReplicaSet", rollout(), now, replica_set(pod_hash, 2, revision))
    assert event.replicas is not None
    assert event.replicas.role == role


def test_the_ids_of_scaling_are_of_the_replica_set_and_its_generation() -> None:
    with_more_seen = (rollout(), replica_set("h1", 1), replica_set("h1", 3, generation=7))
    with_less_seen = (rollout(), updating(), replica_set("h1", 3, generation=7))
    assert one("ScalingReplicaSet", *with_more_seen).id == one("ScalingReplicaSet", *with_less_seen).id


def test_replica_sets_of_others_do_not_matter() -> None:
    deployments = replica_set("h1", 3, owners=[{"kind": "Deployment", "name": "d", "uid": "d"}])
    assert not _matters(deployments)
    assert not _matters(replica_set("h1", 3, owners=[]))
    assert _matters(replica_set("h1", 3))


PHASES = ("Running", "Successful", "Failed", "Error", "Inconclusive")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("make", "kind"), [(run, "AnalysisRun"), (experiment, "Experiment")])
def test_each_phase_is_told_once_and_on_the_rollout(make: Any, kind: str, phase: str) -> None:
    before = (rollout(), make("Pending"))
    assert reasons(*before, make(phase)) == [f"{kind}{phase}"]
    assert reasons(*before, make(phase), make(phase)) == []
    assert reasons(rollout(), make(phase)) == [f"{kind}{phase}"], "first seen in it"
    event = one(f"{kind}{phase}", *before, make(phase))
    assert (event.kind, event.uid) == ("Rollout", "rollout")
    assert event.subject is not None
    assert event.subject.kind == kind


@pytest.mark.parametrize("phase", ["", "Pending"])
@pytest.mark.parametrize("make", [run, experiment])
def test_what_has_not_begun_is_silent(make: Any, phase: str) -> None:
    assert reasons(rollout(), make(phase)) == []


def test_a_run_without_status_is_silent() -> None:
    assert reasons(rollout(), {**run(""), "status": None}) == []


def test_phases_and_runs_have_their_own_ids() -> None:
    stories = [run("Running"), run("Failed"), run("Running", "another"), experiment("Running"), experiment("Failed")]
    found = [event for child in stories for event in told(rollout(), child)]
    assert len({event.id for event in found}) == len(stories)


def test_a_run_of_an_experiment_is_told_on_the_rollout_at_the_root() -> None:
    memory = Memory()
    for state in (rollout(), experiment("Running", metadata={"annotations": SUBSCRIBED})):
        memory.see(state)
    found = memory.see(run("Failed", owners=OF_EXPERIMENT))
    assert [(event.kind, event.uid, event.analysis and event.analysis.type) for event in found.events] == [
        ("Rollout", "rollout", "Experiment")
    ]
    assert found.also == (SUBSCRIBED,), "who subscribed on the Experiment hears it too"


def test_a_runs_own_subscribers_hear_of_it_too() -> None:
    memory = Memory()
    memory.see(rollout())
    assert memory.see(run("Failed", metadata={"annotations": SUBSCRIBED})).also == (SUBSCRIBED,)
    assert memory.see(run("Failed", "silent")).also == ()


def test_a_run_of_a_standalone_experiment_is_told_on_the_experiment() -> None:
    event = one("AnalysisRunFailed", experiment("Running", owners=[]), run("Failed", owners=OF_EXPERIMENT))
    assert (event.kind, event.uid) == ("Experiment", "experiment")


@pytest.mark.parametrize(("make", "kind"), [(run, "AnalysisRun"), (experiment, "Experiment")])
def test_what_stands_alone_is_told_on_itself(make: Any, kind: str) -> None:
    event = one(f"{kind}Failed", make("Failed", owners=[]))
    assert (event.kind, event.name) == (kind, f"{kind.removeprefix('Analysis').lower()}-name")
    assert event.actions == ()


def test_a_child_whose_owner_is_not_known_is_told_with_what_its_reference_says() -> None:
    [event] = told(run("Failed"))
    assert (event.kind, event.namespace, event.name, event.uid) == ("Rollout", "shop", "rollout-name", "rollout")
    assert event.id == one("AnalysisRunFailed", rollout(), run("Failed")).id


@pytest.mark.parametrize("child", [run("Failed"), experiment("Failed"), replica_set("h1", 3), kube_event("SkipSteps")])
def test_children_of_the_deleted_are_silent(child: Object) -> None:
    memory = Memory()
    memory.see(rollout())
    memory.lose("rollout")
    assert memory.see(child).events == ()


@pytest.mark.parametrize("child", [run("Running"), experiment("Running"), replica_set("h1", 3)])
def test_a_childs_end_is_silent(child: Object) -> None:
    memory = Memory()
    for state in (rollout(), child):
        memory.see(state)
    assert memory.lose(child["metadata"]["uid"]).events == ()


def test_a_failed_run_says_what_was_measured_the_failed_metric_first() -> None:
    metrics = [
        {"name": "latency"},
        {"name": "rate", "successCondition": "result[0] >= 0.95", "interval": "30s", "count": 5, "failureLimit": "1"},
    ]
    results = [
        {"name": "latency", "phase": "Successful", "count": 1, "measurements": [{"value": "12"}]},
        {"name": "rate", "phase": "Failed", "count": 2, "failed": 2, "error": 1, "measurements": [{"value": "[0.9]"}]},
    ]
    labels = {"rollout-type": "Step", "step-index": "2"}
    event = one(
        "AnalysisRunFailed",
        rollout(),
        run("Failed", metadata={"labels": labels}, metrics=metrics, message="too bad", metricResults=results),
    )
    assert event.analysis == Analysis(
        *("run-name", "Failed", "Step", "too bad", 2),
        metrics=(
            Metric("rate", "Failed", "[0.9]", "result[0] >= 0.95", None, 2, 2, 1, 1, "30s", "5"),
            Metric("latency", "Successful", "12", count=1),
        ),
    )
    assert event.cause == Cause("analysis", "too bad", "run-name")


def test_a_run_without_words_of_its_own_is_explained_by_its_metric() -> None:
    results = [{"name": "rate", "phase": "Error", "measurements": [{"message": "no such host"}]}]
    event = one("AnalysisRunError", rollout(), run("Error", metrics=[{"name": "rate"}], metricResults=results))
    assert event.cause == Cause("analysis", "no such host", "run-name")


def test_a_failed_experiment_says_why_and_which_run_failed() -> None:
    failed = run("Failed", owners=OF_EXPERIMENT, metrics=[{"name": "rate"}])
    event = one("ExperimentFailed", rollout(), experiment("Running"), failed, experiment("Failed", message="no luck"))
    assert event.cause == Cause("experiment", "no luck", "run-name")
    assert event.analysis is not None


def _seen_as_events(*states: Object) -> list[Event]:
    """What is told of the states that matter, the last of them alone."""
    return told(*states) if _matters(states[-1]) else []


def test_a_reason_that_leaves_no_trace_is_told_by_its_kubernetes_event() -> None:
    [event] = _seen_as_events(rollout(), kube_event("SwitchService"))
    assert (event.reason, event.source, event.uid) == ("SwitchService", "kubernetes-event", "rollout")
    assert (event.message, event.ts) == ("SwitchService 1", T2)
    assert event.summary == "Rollout shop/rollout-name: SwitchService 1"


@pytest.mark.parametrize("reason", STATE_REASONS)
def test_what_state_tells_its_kubernetes_event_does_not_tell_again(reason: str) -> None:
    assert _seen_as_events(rollout(), kube_event(reason)) == []


@pytest.mark.parametrize(
    "silent",
    [
        pytest.param(kube_event("DeliveryFailed", component=COMPONENT), id="our own"),
        pytest.param(kube_event("Scheduled", kind="Pod"), id="about something else"),
        pytest.param(kube_event(""), id="without a reason"),
        pytest.param({**kube_event("X", component=""), "reportingComponent": COMPONENT}, id="our own, the newer way"),
    ],
)
def test_kubernetes_events_of_no_concern_do_not_matter(silent: Object) -> None:
    assert not _matters(silent)


def test_a_kubernetes_event_written_again_is_told_again() -> None:
    memory = Memory()
    memory.see(rollout())
    found = [event for n in (1, 2, 2, 1, 5) for event in memory.see(kube_event("SkipSteps", n)).events]
    assert [event.message for event in found] == ["SkipSteps 1", "SkipSteps 2", "SkipSteps 5"]
    assert len({event.id for event in found}) == 3


def test_a_series_counts_like_a_count() -> None:
    memory = Memory()
    memory.see(rollout())
    series = {**kube_event("SkipSteps"), "count": None, "series": {"count": 4}}
    assert len(memory.see(series).events) == 1
    assert memory.see(kube_event("SkipSteps", 4)).events == ()


@pytest.mark.parametrize(("kind", "uid"), [("Experiment", "experiment"), ("AnalysisRun", "run")])
def test_a_kubernetes_event_is_told_on_what_it_is_about(kind: str, uid: str) -> None:
    about = kube_event("TemplateRunning", kind=kind, uid=uid, name=f"{uid}-name")
    [event] = _seen_as_events(rollout(), experiment("Running"), run("Running"), about)
    assert (event.kind, event.uid) == (kind, uid)
