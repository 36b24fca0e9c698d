"""From an object as it is to its digest: the projection, and what only history tells."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from notifier.model import ANNOTATION_PREFIX, HASH_LABEL, REVISION_ANNOTATION, Kind
from notifier.rollouts import analyses, history
from notifier.rollouts.digests import (
    ExperimentDigest,
    KubeEventDigest,
    Mark,
    PauseMark,
    ReplicaSetDigest,
    RolloutDigest,
    RunDigest,
)
from notifier.rollouts.views import (
    AnalysisRunView,
    Condition,
    EventView,
    ExperimentView,
    Metadata,
    Owner,
    ReplicaSetView,
    RolloutStatus,
    RolloutView,
)

_WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation"
_REVISION_HISTORY = "rollout.argoproj.io/revision-history"
_OWNERS = (Kind.ROLLOUT, Kind.EXPERIMENT)


def owner(metadata: Metadata) -> Owner | None:
    """The Rollout or Experiment that owns an object, None where there is none."""
    return next((o for o in metadata.owner_references or () if o.kind in _OWNERS), None)


def subscriptions(annotations: Mapping[str, str] | None) -> dict[str, str]:
    """The annotations that subscribe somebody, or mean to."""
    return {k: v for k, v in (annotations or {}).items() if k.startswith(ANNOTATION_PREFIX)}


def step_text(step: Mapping[str, Any]) -> str:
    """A canary step as the controller's own messages call it: `setWeight: 20`, `pause: 10s`, `analysis`."""
    match step:
        case {"setWeight": weight}:
            return f"setWeight: {weight}"
        case {"pause": pause}:
            duration = (pause or {}).get("duration")
            return "pause" if duration is None else f"pause: {duration}"
        case {"setCanaryScale": scale}:
            parts = ", ".join(f"{k}: {str(v).lower() if isinstance(v, bool) else v}" for k, v in (scale or {}).items())
            return f"setCanaryScale{{{parts}}}"
        case {"setHeaderRoute": route} | {"setMirrorRoute": route}:
            return f"{next(iter(step))}: {(route or {}).get('name', '')}"
        case {"plugin": plugin}:
            return f"plugin: {(plugin or {}).get('name', '')}"
    return next(iter(step), "step")


def _observed(c: RolloutView, status: RolloutStatus) -> bool:
    """Whether the status speaks about the present spec (argo-rollouts `GetRolloutPhase`)."""
    seen = status.observed_generation or ""
    if seen.isdecimal() and int(seen) < c.metadata.generation:
        return False
    wanted = (c.metadata.annotations or {}).get(_WORKLOAD_GENERATION)
    return not c.spec.workload_ref or wanted is None or wanted == status.workload_observed_generation


def _mark(condition: Condition | None) -> Mark | None:
    if condition is None:
        return None
    return Mark(condition.reason, condition.last_transition_time or "", condition.message or "")


def _condition(status: RolloutStatus, kind: str) -> Condition | None:
    return next((c for c in status.conditions or () if c.type == kind), None)


def _print(status: RolloutStatus) -> int:
    still = msgspec.structs.replace(status, current_step_index=None)
    return zlib.crc32(msgspec.json.encode(still))


def _canary_weight(status: RolloutStatus) -> int | None:
    weights = status.canary.weights if status.canary else None
    return weights.canary.weight if weights and weights.canary else None


def _identity(metadata: Metadata) -> dict[str, Any]:
    return {
        "uid": metadata.uid,
        "version": metadata.version,
        "name": metadata.name,
        "namespace": metadata.namespace,
        "labels": metadata.labels or {},
        "subscriptions": subscriptions(metadata.annotations),
    }


def _spec_fields(c: RolloutView) -> dict[str, Any]:
    strategy = c.spec.strategy
    canary = strategy.canary if strategy else None
    blue_green = strategy.blue_green if strategy else None
    return {
        "strategy": strategy.name if strategy else None,
        "steps": tuple(step_text(s) for s in (canary.steps or ())) if canary else (),
        "replicas": c.spec.replicas,
        "paused": bool(c.spec.paused),
        "auto_promotion": blue_green.auto_promotion_seconds if blue_green else None,
        "restart_at": c.spec.restart_at or "",
        "workload": bool(c.spec.workload_ref),
        "images": c.spec.template.images if c.spec.template else {},
    }


def _status_fields(status: RolloutStatus) -> dict[str, Any]:
    invalid = _condition(status, "InvalidSpec")
    return {
        "pod_hash": status.current_pod_hash or "",
        "stable": status.stable_rs or "",
        "step_index": status.current_step_index,
        "step_hash": status.current_step_hash or "",
        "message": status.message or "",
        "abort": bool(status.abort),
        "aborted_at": status.aborted_at or "",
        "promote_full": bool(status.promote_full),
        "pauses": tuple(PauseMark(p.reason, p.start_time) for p in status.pause_conditions or ()),
        "updated": status.updated_replicas,
        "weight": _canary_weight(status),
        "progressing": _mark(_condition(status, "Progressing")),
        "invalid": _mark(invalid) if invalid and invalid.status == "True" else None,
        "print": _print(status),
    }


def nothing(metadata: Metadata) -> RolloutDigest:
    """The digest of a Rollout of which nothing is known yet but that it exists."""
    return RolloutDigest(**_identity(metadata), root=metadata.uid)


def rollout(c: RolloutView, known: RolloutDigest, now: float) -> RolloutDigest:
    """The digest of a Rollout's state, with what the digest before it knew."""
    status = c.status or RolloutStatus()
    observed = _observed(c, status)
    digest = RolloutDigest(
        **_identity(c.metadata),
        root=c.metadata.uid,
        generation=c.metadata.generation,
        observed=observed,
        **_spec_fields(c),
        **_status_fields(status),
        revision=(c.metadata.annotations or {}).get(REVISION_ANNOTATION) or known.revision,
        phase=(status.phase or "") if observed else known.phase,
        triggers=known.triggers,
    )
    return history.carried(known, digest, now)


def replica_set(c: ReplicaSetView, root: str) -> ReplicaSetDigest:
    """The digest of a ReplicaSet whose events are told on `root`."""
    annotations, labels = c.metadata.annotations or {}, c.metadata.labels or {}
    return ReplicaSetDigest(
        **{**_identity(c.metadata), "subscriptions": {}, "labels": {}},
        root=root,
        owner=_owner_uid(c.metadata),
        generation=c.metadata.generation,
        replicas=c.spec.replicas or 0,
        revision=annotations.get(REVISION_ANNOTATION, ""),
        pod_hash=labels.get(HASH_LABEL, ""),
        reused=bool(annotations.get(_REVISION_HISTORY)),
        images=c.spec.template.images if c.spec.template else {},
    )


def run(c: AnalysisRunView, root: str) -> RunDigest:
    """The digest of an AnalysisRun whose events are told on `root`."""
    phase = (c.status.phase or "") if c.status else ""
    return RunDigest(
        **_identity(c.metadata),
        root=root,
        owner=_owner_uid(c.metadata),
        phase=phase,
        revision=(c.metadata.annotations or {}).get(REVISION_ANNOTATION, ""),
        analysis=analyses.analysis(c) if phase in analyses.BAD else None,
    )


def experiment(c: ExperimentView, root: str) -> ExperimentDigest:
    """The digest of an Experiment whose events are told on `root`."""
    return ExperimentDigest(
        **_identity(c.metadata),
        root=root,
        owner=_owner_uid(c.metadata),
        phase=(c.status.phase or "") if c.status else "",
        revision=(c.metadata.annotations or {}).get(REVISION_ANNOTATION, ""),
        message=(c.status.message or "") if c.status else "",
    )


def kube_event(c: EventView, root: str) -> KubeEventDigest:
    """The digest of a Kubernetes Event about an object whose events are told on `root`."""
    count = max(c.count or 0, c.series.count if c.series else 0, 1)
    return KubeEventDigest(**_identity(c.metadata), root=root, owner=c.involved_object.uid, count=count)


def _owner_uid(metadata: Metadata) -> str:
    found = owner(metadata)
    return found.uid if found else ""
