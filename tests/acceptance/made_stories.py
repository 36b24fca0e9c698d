"""Stories that no recording tells, made of those that one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.patches import merge_patch
from notifier.sandbox.player import Line
from tests.integration.daemon.test_daemon_story import story

CANARY, FAILED_ANALYSIS, BROKEN_ANALYSIS, DEADLINE, RESTARTED = (
    "s001-basic-canary-narrative",
    "s002-2-2-8-istio-dr-analysis",
    "x-analysis-inconclusive-and-error",
    "x-deadline-exceeded",
    "x-manual-pause-resume-restart",
)
"""Recordings."""

APART = timedelta(milliseconds=350)
"""Between the two Events by which Argo tells of one abort at the deadline."""


def revision(rollout: Object) -> str:
    """A Rollout's revision, "" for none."""
    return str(rollout["metadata"].get("annotations", {}).get(REVISION_ANNOTATION, ""))


def healthy(at: str) -> Callable[[Object], bool]:
    """Whether a Rollout is healthy at a revision, and its status speaks of that."""

    def reached(rollout: Object) -> bool:
        status, generation = rollout.get("status", {}), str(rollout["metadata"]["generation"])
        phase, observed = status.get("phase"), status.get("observedGeneration")
        return (revision(rollout), phase, observed) == (at, "Healthy", generation)

    return reached


def aborted(rollout: Object) -> bool:
    """Whether a Rollout is degraded because it was aborted."""
    status = rollout.get("status", {})
    return bool(status.get("abortedAt")) and status.get("phase") == "Degraded"


def up_to(lines: Sequence[Line], reached: Callable[[Object], bool]) -> list[Line]:
    """The lines until something holds of the Rollout."""
    at = next(i for i, line in enumerate(lines) if line.object["kind"] == Kind.ROLLOUT and reached(line.object))
    return list(lines[: at + 1])


def last(lines: Sequence[Line], kind: Kind = Kind.ROLLOUT, at: str = "") -> Object:
    """The last state of an object of a kind, of a revision if one is given."""
    return next(
        line.object for line in reversed(lines) if line.object["kind"] == kind and at in ("", revision(line.object))
    )


def then(obj: Object, patch: Object, ts: str = "") -> Line:
    """The line that shows an object after a change, given as a merge patch."""
    return Line("MODIFIED", merge_patch(obj, patch), ts)


def aborted_at_the_deadline(*, apart: bool = True) -> list[Line]:
    """A Rollout with `progressDeadlineAbort` makes no progress: Argo writes the abort, 350 ms later what it is called.

    Later versions of Argo write both at once, which is the story that is not `apart`.
    """
    recorded = up_to(story(DEADLINE), lambda rollout: rollout.get("status", {}).get("phase") == "Degraded")
    lines = [_patched(line, {"spec": {"progressDeadlineAbort": True}}) for line in recorded]
    (*before, (_, timed_out, first)), second = lines, _later(lines[-1].ts)
    why = _progressing(timed_out)["message"]
    abort = {"abort": True, "abortedAt": _progressing(timed_out)["lastTransitionTime"]}
    told = "Rollout aborted update to revision 2" + ("" if apart else f": {why}")
    named = _progressing(timed_out) | {"reason": "RolloutAborted", "message": told}
    conditions = [one for one in timed_out["status"]["conditions"] if one["type"] != "Progressing"]
    called = abort | {"conditions": [*conditions, named], "message": f"RolloutAborted: {told}"}
    return [
        *before,
        Line("ADDED", _warning(timed_out, why), first),
        *([then(timed_out, {"status": abort}, first)] if apart else []),
        Line("ADDED", _warning(timed_out, told), second),
        then(timed_out, {"status": called}, second),
    ]


def undone(lines: Sequence[Line]) -> list[Line]:
    """What follows on a Rollout that is healthy at revision 2: its revision 1 again, as revision 3, within a moment."""
    rollout, old = last(lines), last(lines, Kind.REPLICA_SET, at="1")
    pod_hash = old["metadata"]["labels"][HASH_LABEL]
    generation = rollout["metadata"]["generation"] + 1
    begun = merge_patch(
        rollout,
        {
            "metadata": {"annotations": {REVISION_ANNOTATION: "3"}, "generation": generation},
            "spec": {"template": {"spec": old["spec"]["template"]["spec"]}},
        },
    )
    again = {REVISION_ANNOTATION: "3", "rollout.argoproj.io/revision-history": "1"}
    seen = {"observedGeneration": str(generation), "currentPodHash": pod_hash}
    under_way = {**seen, "phase": "Progressing", "message": "more replicas need to be updated"}
    steps = len(rollout["spec"]["strategy"]["canary"]["steps"])
    return [
        then(old, {"metadata": {"annotations": again}, "spec": {"replicas": rollout["spec"]["replicas"]}}),
        Line("MODIFIED", begun),
        then(begun, {"status": {**under_way, "currentStepIndex": steps}}),
        then(begun, {"status": {**seen, "currentStepIndex": steps, "stableRS": pod_hash, "message": None}}),
    ]


def by_workload(lines: Sequence[Line]) -> list[Line]:
    """The same story of a Rollout that has its pods from a Deployment: its own generation does not move."""
    return [_by_workload(line) if line.object["kind"] == Kind.ROLLOUT else line for line in lines]


def _by_workload(line: Line) -> Line:
    generation = str(line.object["metadata"]["generation"])
    observed = line.object.get("status", {}).get("observedGeneration")
    referred = {"apiVersion": "apps/v1", "kind": "Deployment", "name": line.object["metadata"]["name"]}
    patch: Object = {
        "metadata": {"generation": 1, "annotations": {"rollout.argoproj.io/workload-generation": generation}},
        "spec": {"template": None, "selector": None, "workloadRef": referred},
    }
    if observed:
        patch["status"] = {"observedGeneration": "1", "workloadObservedGeneration": observed}
    return _patched(line, patch)


def _patched(line: Line, patch: Object) -> Line:
    return line._replace(object=merge_patch(line.object, patch)) if line.object["kind"] == Kind.ROLLOUT else line


def _later(ts: str) -> str:
    return (datetime.fromisoformat(ts) + APART).isoformat()


def _progressing(rollout: Object) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in rollout["status"]["conditions"] if one["type"] == "Progressing")
    return found


def _warning(rollout: Object, message: str) -> Object:
    """The Kubernetes Event by which Argo tells of an abort."""
    metadata = rollout["metadata"]
    name = f"{metadata['name']}.{len(message)}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": metadata["namespace"], "uid": f"uid-of-{name}"},
        "involvedObject": {
            "kind": "Rollout",
            "apiVersion": rollout["apiVersion"],
            **{key: metadata[key] for key in ("namespace", "name", "uid")},
        },
        "type": "Warning",
        "reason": "RolloutAborted",
        "message": message,
        "count": 1,
        "source": {"component": "rollouts-controller"},
    }
