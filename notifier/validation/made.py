"""A made-up Rollout in the middle of an update, and made-up events of it: what templates are tried on.

They are generous: a template that cannot be filled in from them cannot be filled in at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from notifier.model import (
    REVISION_ANNOTATION,
    Amount,
    Analysis,
    Cause,
    Event,
    Metric,
    Object,
    Pause,
    Replicas,
    Step,
    Subject,
    Update,
)
from notifier.reasons import PHASES
from notifier.rollouts import project, tell
from notifier.rollouts.analyses import BAD
from notifier.rollouts.digests import RolloutDigest
from notifier.rollouts.views import RolloutView

_WHEN, _UNTIL = "2026-01-01T12:00:00Z", "2026-01-01T12:05:00Z"
NOW = 1767268800.0
_WHY = 'Metric "success-rate" assessed Failed due to failed (2) > failureLimit (1)'
"""The controller's own words: they have quotes, which break a template that glues JSON from text."""


class _Anything(dict[str, str]):
    """Labels or annotations among which there is every name."""

    def __missing__(self, name: str) -> str:
        return "made-up"


_METADATA = {
    "name": "made-up",
    "namespace": "made-up",
    "uid": "00000000-0000-0000-0000-000000000000",
    "creationTimestamp": _WHEN,
    "generation": 3,
    "resourceVersion": "1",
}
_REVISION = {REVISION_ANNOTATION: "3"}
_TEMPLATE = {
    "metadata": {"labels": _Anything(), "annotations": _Anything()},
    "spec": {"containers": [{"name": "app", "image": "registry.example/app:3"}]},
}
_STEPS = [{"setWeight": 20}, {"pause": {"duration": "5m"}}, {"setWeight": 60}, {"pause": {}}]
_RUN = {"name": "made-up-3-1", "status": "Failed", "message": _WHY}
_STATUS = {
    "phase": "Degraded",
    "message": f"RolloutAborted: Rollout aborted update to revision 3: {_WHY}",
    "abort": True,
    "abortedAt": _WHEN,
    "observedGeneration": "3",
    "currentPodHash": "5f7c9d8b6",
    "stableRS": "6d4b8c7f9",
    "currentStepIndex": 1,
    "currentStepHash": "7b9d5c6f8",
    "replicas": 5,
    "updatedReplicas": 1,
    "readyReplicas": 5,
    "availableReplicas": 5,
    "HPAReplicas": 5,
    "selector": "app=made-up",
    "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": _WHEN}],
    "conditions": [
        {"type": "Progressing", "status": "False", "reason": "RolloutAborted", "message": _WHY},
        {
            "type": "Available",
            "status": "True",
            "reason": "AvailableReason",
            "message": "Rollout has minimum availability",
        },
    ],
    "restartedAt": _WHEN,
    "workloadObservedGeneration": "3",
    "canary": {
        "weights": {"canary": {"weight": 20}, "stable": {"weight": 80}},
        "currentStepAnalysisRunStatus": _RUN,
        "currentBackgroundAnalysisRunStatus": _RUN,
        "currentExperiment": "made-up-3-1",
    },
    "blueGreen": {
        "activeSelector": "6d4b8c7f9",
        "previewSelector": "5f7c9d8b6",
        "prePromotionAnalysisRunStatus": _RUN,
        "postPromotionAnalysisRunStatus": _RUN,
    },
}
_ROLLOUT: Object = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Rollout",
    "metadata": {**_METADATA, "labels": _Anything(), "annotations": _Anything(_REVISION)},
    "spec": {
        "replicas": 5,
        "selector": {"matchLabels": {"app": "made-up"}},
        "template": _TEMPLATE,
        "strategy": {
            "canary": {"steps": _STEPS, "stableService": "stable", "canaryService": "canary"},
            "blueGreen": {"activeService": "active", "previewService": "preview"},
        },
    },
    "status": _STATUS,
}
ANALYSIS_RUN: Object = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AnalysisRun",
    "metadata": {**_METADATA, "name": "made-up-3-1", "labels": _Anything(), "annotations": _Anything(_REVISION)},
    "spec": {"metrics": [{"name": "success-rate", "successCondition": "result[0] >= 0.95", "failureLimit": 1}]},
    "status": {
        "phase": "Failed",
        "message": _WHY,
        "metricResults": [
            {
                "name": "success-rate",
                "phase": "Failed",
                "count": 2,
                "failed": 2,
                "measurements": [{"phase": "Failed", "value": "[0.42]", "startedAt": _WHEN, "finishedAt": _WHEN}],
            }
        ],
    },
}

_METRIC = Metric("success-rate", "Failed", "[0.42]", "result[0] >= 0.95", _WHY, 2, 2, 0, 1, "1m", "5")
_FIELDS: dict[str, Any] = {
    "analysis": Analysis("made-up-3-1", "Failed", "Step", _WHY, 1, (_METRIC,)),
    "cause": Cause("analysis", _WHY, "made-up-3-1"),
    "expires": _UNTIL,
    "message": _WHY,
    "pause": Pause("CanaryPauseStep", _WHEN, _UNTIL, 300),
    "pods": Amount(1, 5),
    "replaced_revision": "2",
    "replicas": Replicas("made-up-5f7c9d8b6", 1, 2, "3", "canary"),
    "seconds": 250.0,
    "subject": Subject("AnalysisRun", "made-up-3-1", "00000000-0000-0000-0000-000000000001"),
    "weight": Amount(20, 60),
}
_OF_REASON = {
    "RolloutStepCompleted": ("weight", "pods"),
    "RolloutStepSkipped": (),
    "RolloutSuperseded": (),
    "RolloutRetried": ("cause", "analysis"),
    "RolloutRolledBack": ("seconds",),
    "RolloutPromotedFully": (),
    "RolloutCompleted": ("message", "seconds", "replaced_revision"),
    "RolloutAborted": ("cause", "analysis", "seconds"),
    "RolloutPaused": ("pause", "expires", "weight", "pods"),
    "RolloutResumed": ("pause",),
    "RolloutManuallyPaused": (),
    "RolloutRestarted": (),
    "TrafficWeightUpdated": ("weight",),
    "RolloutHealthy": ("message", "seconds"),
    "RolloutCreated": (),
    "RolloutDeleted": (),
    "ScalingReplicaSet": ("replicas", "subject"),
    **{f"AnalysisRun{phase}": ("analysis", "subject") for phase in PHASES},
    **{f"AnalysisRun{phase}": ("analysis", "subject", "cause") for phase in BAD},
    **{f"Experiment{phase}": ("subject", "message") for phase in PHASES},
    **{f"Experiment{phase}": ("subject", "message", "cause", "analysis") for phase in BAD},
}
"""What events tell beside what all tell; those of other reasons have a message."""


class Sample(NamedTuple):
    """A Rollout as it is in a cluster, and what is known of it."""

    rollout: Object
    digest: RolloutDigest


def sample(written: Object) -> Sample:
    """A Rollout as somebody wrote it, with what the cluster would add.

    Raises msgspec.ValidationError, which names the field at fault.
    """
    spec = written.get("spec")
    referring = isinstance(spec, dict) and "workloadRef" in spec
    rollout = {
        **written,
        "metadata": _over(_METADATA, written.get("metadata")),
        "spec": _over({"replicas": 1, **({"template": _TEMPLATE} if referring else {})}, spec),
        "status": _over(_STATUS, written.get("status")),
    }
    view = msgspec.convert(rollout, RolloutView)
    rollout["metadata"] |= {"annotations": _REVISION | (view.metadata.annotations or {})}
    return Sample(rollout, _digest(rollout))


def _over(added: Mapping[str, Any], written: Any) -> Any:
    """What was written over what is added; where it is no mapping, it is left for the reader to refuse."""
    return {**added, **written} if isinstance(written, dict) else added if written is None else written


def _digest(rollout: Object) -> RolloutDigest:
    view = msgspec.convert(rollout, RolloutView)
    return project.rollout(view, project.nothing(view.metadata), NOW)


SAMPLE = Sample(_ROLLOUT, _digest(_ROLLOUT))
"""The made-up Rollout: a canary that was aborted, with every label, and of both strategies."""


def plain(value: Any, names: Iterable[str] = ()) -> Any:
    """A copy of a JSON-like value without magic: where it has every name, the copy has these."""
    if isinstance(value, _Anything):
        return {**dict.fromkeys(names, "made-up"), **value}
    if isinstance(value, dict):
        return {key: plain(item, names) for key, item in value.items()}
    return [plain(item, names) for item in value] if isinstance(value, list) else value


def event(on: RolloutDigest, reason: str, summary: str) -> Event | None:
    """An event of a reason ("" is none: a condition holds), None where it cannot happen to such a Rollout."""
    revision, before = on.revision or "3", on.previous_revision or _before(on.revision)
    told = {"revision": revision, "previous_revision": before, "stable_revision": before, "update": Update.UPDATE}
    fields = {name: _FIELDS[name] for name in _OF_REASON.get(reason, ("message",))} if reason else {}
    details = {**told, **fields, "summary": summary or None}
    if reason in {"RolloutStepCompleted", "RolloutStepSkipped"}:
        if not on.steps:
            return None
        first, last = on.steps[0], on.steps[-1]
        details["step"] = Step(1, len(on.steps), first, last, last, completed=1, skipped=1)
    return tell.tell(tell.Teller.of(on), reason, ("made-up",), NOW, details)


def _before(revision: str) -> str:
    return str(max(int(revision) - 1, 1)) if revision.isdecimal() else "2"
