"""Small objects as the controller writes them, and a memory that tells what happened between them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Event, Kind, Object
from notifier.rollouts.digests import AnyDigest, decode, encode
from notifier.rollouts.interpret import Interpretation, deleted, interpret, read

T1, T2, T3 = "2026-11-21T05:00:01Z", "2026-11-21T05:00:02Z", "2026-11-21T05:00:03Z"
STEPS: tuple[Mapping[str, Any], ...] = (
    {"setWeight": 20},
    {"pause": {}},
    {"setWeight": 60},
    {"pause": {"duration": "90s"}},
)
HEALTHY: Mapping[str, Any] = {
    "phase": "Healthy",
    "currentPodHash": "h1",
    "stableRS": "h1",
    "currentStepIndex": 4,
    "currentStepHash": "steps",
    "observedGeneration": "1",
}
_versions = itertools.count(1)


def _object(kind: Kind, uid: str, metadata: Mapping[str, Any], **parts: Any) -> Object:
    identity = {"name": f"{uid}-name", "namespace": "shop", "uid": uid, "resourceVersion": str(next(_versions))}
    return {"kind": str(kind), "metadata": {**identity, "generation": 1, **metadata}, **parts}


def template(**images: str) -> Object:
    """A pod template: image by container."""
    return {"spec": {"containers": [{"name": name, "image": image} for name, image in images.items()]}}


def rollout(
    revision: str = "1",
    *,
    spec: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    **status: Any,
) -> Object:
    """A Rollout that is healthy with its first revision, but for what is given; a status field of None is not there."""
    annotations = {REVISION_ANNOTATION: revision} if revision else {}
    strategy = {"canary": {"steps": list(STEPS)}}
    written = {key: value for key, value in {**HEALTHY, **status}.items() if value is not None}
    return _object(
        Kind.ROLLOUT,
        "rollout",
        {"annotations": annotations, **(metadata or {})},
        spec={"replicas": 3, "strategy": strategy, "template": template(app=f"app:{revision}"), **(spec or {})},
        status=written,
    )


def updating(index: int = 0, revision: str = "2", **status: Any) -> Object:
    """The Rollout on its way from revision 1 to another, `index` steps done."""
    new = {"phase": "Progressing", "currentPodHash": f"h{revision}", "currentStepIndex": index}
    return rollout(revision, **{**new, **status})


def paused(index: int = 1, reason: str = "CanaryPauseStep", since: str = T1, **status: Any) -> Object:
    """The Rollout waiting on its way to revision 2."""
    return updating(index, **{"phase": "Paused", "pauseConditions": [pause(reason, since)], **status})


def aborted(at: str = T1, why: str = "", **status: Any) -> Object:
    """The Rollout that gave up revision 2, with the controller's words for why."""
    said = f"Rollout aborted update to revision 2{': ' if why else ''}{why}"
    conditions = [condition("Progressing", "False", "RolloutAborted", at, said)]
    given = {"phase": "Degraded", "abort": True, "abortedAt": at, "conditions": conditions}
    return updating(0, **{**given, **status})


def pause(reason: str = "CanaryPauseStep", since: str = T1) -> Object:
    """A pause condition."""
    return {"reason": reason, "startTime": since}


def condition(kind: str, status: str, reason: str, since: str = T1, message: str = "") -> Object:
    """A condition."""
    return {"type": kind, "status": status, "reason": reason, "lastTransitionTime": since, "message": message}


def owned(owner: str, kind: Kind = Kind.ROLLOUT) -> list[Object]:
    """Owner references."""
    return [{"kind": str(kind), "name": f"{owner}-name", "uid": owner, "controller": True}]


def replica_set(pod_hash: str, replicas: int, revision: str = "1", **given: Any) -> Object:
    """A ReplicaSet of the Rollout, `image` its app's."""
    metadata = {
        "labels": {HASH_LABEL: pod_hash},
        "annotations": {REVISION_ANNOTATION: revision, **given.pop("annotations", {})},
        "ownerReferences": given.pop("owners", owned("rollout")),
    }
    image = given.pop("image", f"app:{revision}")
    spec = {"replicas": replicas, "template": template(app=image)}
    return _object(Kind.REPLICA_SET, f"rs-{pod_hash}", {**metadata, **given}, spec=spec)


def run(phase: str, uid: str = "run", *, owners: list[Object] | None = None, **given: Any) -> Object:
    """An AnalysisRun, of the Rollout where no owners are given."""
    metadata = {"ownerReferences": owned("rollout") if owners is None else owners, **given.pop("metadata", {})}
    spec = {"metrics": given.pop("metrics", [])}
    return _object(Kind.ANALYSIS_RUN, uid, metadata, spec=spec, status={"phase": phase, **given})


def experiment(phase: str, *, owners: list[Object] | None = None, **given: Any) -> Object:
    """An Experiment, of the Rollout where no owners are given."""
    metadata = {"ownerReferences": owned("rollout") if owners is None else owners, **given.pop("metadata", {})}
    return _object(Kind.EXPERIMENT, "experiment", metadata, spec={}, status={"phase": phase, **given})


def kube_event(reason: str, count: int = 1, component: str = "rollouts-controller", **about: str) -> Object:
    """A Kubernetes Event, about the Rollout where nothing else is said."""
    involved = {"kind": "Rollout", "name": "rollout-name", "namespace": "shop", "uid": "rollout", **about}
    written = {"reason": reason, "message": f"{reason} {count}", "count": count, "lastTimestamp": T2}
    return _object(Kind.EVENT, "event", {}, involvedObject=involved, source={"component": component}, **written)


class Memory:
    """The digests of a small world, stored and read back after every change."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.digests: dict[str, AnyDigest] = {}

    def see(self, found: Object) -> Interpretation:
        """What a state means, and what is remembered of it from now on."""
        view = read(Kind(found["kind"]), json.dumps(found).encode())
        uid = view.metadata.uid
        return self._keep(interpret(view, self.digests.get(uid), self.digests, self.now))

    def lose(self, uid: str) -> Interpretation:
        """What it means that an object is gone."""
        return self._keep(deleted(self.digests[uid], 10**9, self.now))

    def _keep(self, found: Interpretation) -> Interpretation:
        self.digests[found.digest.uid] = decode(encode(found.digest))
        self.now += 1
        return found


def told(*states: Object) -> list[Event]:
    """What the last of these states tells, after the others were seen."""
    memory = Memory()
    return [list(memory.see(state).events) for state in states][-1]


def reasons(*states: Object) -> list[str]:
    """The reasons the last of these states tells, after the others were seen."""
    return [event.reason for event in told(*states)]


def one(reason: str, *states: Object) -> Event:
    """The one event of a reason that the last of these states tells."""
    [found] = [event for event in told(*states) if event.reason == reason]
    return found
