"""Triggers that an event arms: on what they fire, whether that is so now, when it happened last."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from notifier.config.load import shipped
from notifier.explain import Answer, Verdict
from notifier.model import Event, Object, Severity
from notifier.reasons import EVENT_REASONS, trigger_name
from notifier.rollouts.digests import RolloutDigest
from notifier.triggers import Armed, Memory
from tests.unit.explain.explained import answer, configured, rollout, run

ABORTED = {
    "phase": "Degraded",
    "message": "RolloutAborted: Rollout aborted update to revision 3: Metric failed",
    "abort": True,
    "abortedAt": "2026-01-01T11:00:00Z",
    "currentPodHash": "new",
    "stableRS": "old",
}
PAUSED = {
    "phase": "Paused",
    "currentPodHash": "new",
    "stableRS": "old",
    "currentStepIndex": 1,
    "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T11:00:00Z"}],
}
HEALTHY = {"phase": "Healthy", "currentPodHash": "new", "stableRS": "new"}
INVALID = {
    "phase": "Degraded",
    "conditions": [{"type": "InvalidSpec", "status": "True", "reason": "InvalidSpec", "message": "no"}],
}
LATE = {
    "phase": "Degraded",
    "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}],
}


def asked(trigger: str, status: dict[str, Any], **known: Any) -> Answer:
    spec = known.pop("spec", {})
    return answer(rollout(f"subscribe.{trigger}.slack=deploys", status=status, **spec), **known)


def event(reason: str, revision: str = "3", **fields: Any) -> Event:
    known = {"kind": "Rollout", "namespace": "shop", "name": "web", "uid": "uid-of-web", "source": "state"}
    told = {"id": "1", "ts": "2026-01-01T11:30:00.000Z", "severity": Severity.INFO, "summary": "s", **known, **fields}
    return Event(reason=reason, revision=revision, **told)


@pytest.mark.parametrize(
    ("trigger", "status", "matches", "clause"),
    [
        ("on-rollout-aborted", ABORTED, True, "when its update is aborted"),
        ("on-rollout-aborted", HEALTHY, False, "when its update is aborted"),
        ("on-rollout-degraded", ABORTED, True, "when the Rollout is Degraded"),
        ("on-rollout-paused", PAUSED, True, "when its update waits"),
        ("on-rollout-paused", HEALTHY, False, "when its update waits"),
        ("on-rollout-updated", PAUSED, True, "when an update is under way"),
        ("on-rollout-updated", HEALTHY, False, "when an update is under way"),
        ("on-rollout-completed", HEALTHY, True, "when its revision is the stable one"),
        ("on-rollout-completed", PAUSED, False, "when its revision is the stable one"),
        ("on-rollout-healthy", HEALTHY, True, "when the Rollout is Healthy"),
        ("on-invalid-spec", INVALID, True, "when its spec is refused"),
        ("on-progress-deadline-exceeded", LATE, True, "when its update makes no progress in time"),
        ("on-rollout-manually-paused", HEALTHY, False, "when a person has paused it"),
    ],
)
def test_a_reason_that_names_a_state_matches_while_the_rollout_is_in_it(
    trigger: str, status: dict[str, Any], *, matches: bool, clause: str
) -> None:
    found = asked(trigger, status)
    assert found.verdict is (Verdict.MATCHES if matches else Verdict.WAITS)
    assert found.says == f"fires {clause}; {'that is so now' if matches else 'it is not so now'}"


def test_a_rollout_that_a_person_has_paused_matches() -> None:
    assert asked("on-rollout-manually-paused", HEALTHY, spec={"paused": True}).verdict is Verdict.MATCHES


@pytest.mark.parametrize(("revision", "matches"), [("3", True), ("2", False)])
def test_an_analysis_run_counts_in_its_own_revision(revision: str, *, matches: bool) -> None:
    found = asked("on-analysis-run-failed", ABORTED, relatives=[run("Failed", revision)])
    assert (found.verdict is Verdict.MATCHES) is matches
    assert found.says.startswith("fires when an AnalysisRun of its revision is Failed")


def test_a_reason_that_names_a_moment_is_never_so() -> None:
    found = asked("on-rollout-resumed", HEALTHY)
    assert (found.verdict, found.reasons) == (Verdict.WAITS, ("RolloutResumed",))
    assert found.says == "fires on RolloutResumed (A pause is over, or a person resumed the Rollout.)"


@pytest.mark.parametrize("trigger", sorted(shipped().triggers))
def test_every_stock_trigger_says_on_what_it_fires_and_is_never_merely_false(trigger: str) -> None:
    found = asked(trigger, {}, spec={"strategy": {"canary": {"steps": [{"setWeight": 20}]}}})
    assert found.says.startswith("fires ")
    assert found.reasons
    assert found.payload
    assert found.payload.message


@pytest.mark.parametrize("reason", EVENT_REASONS)
def test_a_trigger_named_after_a_kubernetes_event_fires_on_it(reason: str) -> None:
    name = trigger_name(reason)
    config = configured({f"trigger.{name}": "- send: [rollout-aborted]"})
    assert asked(name, HEALTHY, config=config).says == f"fires on {reason}"


def test_a_trigger_of_an_unknown_name_fires_on_the_event_whose_reason_gives_that_name() -> None:
    config = configured({"trigger.on-plugin-sneezed": "- send: [rollout-aborted]"})
    found = asked("on-plugin-sneezed", HEALTHY, config=config, events=[event("PluginSneezed")])
    assert "a Kubernetes Event is written whose reason in kebab case is plugin-sneezed" in found.says
    assert found.last == "2026-01-01T11:30:00.000Z"


def test_the_last_time_is_that_of_this_rollout_and_reason() -> None:
    others = [event("RolloutAborted", uid="uid-of-web-before"), event("RolloutPaused", ts="2026-01-01T11:45:00.000Z")]
    found = asked("on-rollout-aborted", HEALTHY, events=[event("RolloutAborted"), *others])
    assert found.says.endswith("it is not so now; last at 2026-01-01T11:30:00.000Z")


def test_an_event_trigger_with_a_condition_shows_it_at_its_event() -> None:
    config = configured({"trigger.on-stop": "- on: [RolloutAborted]\n  when: event.manual == true\n  send: [x]"})
    found = asked("on-stop", ABORTED, config=config)
    assert found.verdict is Verdict.WAITS
    assert found.says == (
        "fires when its update is aborted; that is so now; its condition does not hold now: event.manual is null"
    )


def test_an_event_that_waits_for_its_condition_is_told() -> None:
    config = configured({"trigger.on-stop": "- on: [RolloutPaused]\n  when: rollout.status.x == 1\n  send: [x]"})
    for revision, armed in (("3", "2026-01-01T11:30:00.000Z"), ("2", "")):
        memory = Memory(armed={"on-stop": Armed(event("RolloutPaused", revision), revision)})
        words = msgspec.Raw(msgspec.json.encode(memory))
        digest = RolloutDigest(uid="uid-of-web", version=0, name="web", namespace="shop", root="", triggers=words)
        found = asked("on-stop", HEALTHY, config=config, digest=digest)
        assert (found.armed, "waits for its condition" in found.says) == (armed, bool(armed))


def test_what_the_revision_replaces_is_told_by_its_replica_sets() -> None:
    found = asked(
        "on-rollout-updated", PAUSED, relatives=[replica_set("2", "old", "app:1"), replica_set("3", "new", "app:2")]
    )
    assert found.payload
    assert "app:1 → app:2" in found.payload.message


def replica_set(revision: str, pod_hash: str, image: str) -> Object:
    """A ReplicaSet of the Rollout."""
    metadata = {
        "name": f"web-{pod_hash}",
        "namespace": "shop",
        "uid": f"uid-of-{pod_hash}",
        "labels": {"rollouts-pod-template-hash": pod_hash},
        "annotations": {"rollout.argoproj.io/revision": revision},
        "ownerReferences": [{"kind": "Rollout", "name": "web", "uid": "uid-of-web"}],
    }
    template = {"spec": {"containers": [{"name": "app", "image": image}]}}
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"replicas": 1, "template": template}}
