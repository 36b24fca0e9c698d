"""What templates and conditions see: the object after the transition, its analysis runs, the event, the context."""

from __future__ import annotations

from typing import Any

import msgspec

from notifier.config.schema import Config
from notifier.known import Known
from notifier.model import REVISION_ANNOTATION, Event, Object
from notifier.objects import Objects
from notifier.rollouts.digests import RolloutDigest
from notifier.secrets import SecretNames


class Scene:
    """The variables of one change, each object decoded at most once."""

    def __init__(self, config: Config, objects: Objects, known: Known) -> None:
        self._config, self._objects, self._known = config, objects, known
        self._shared: dict[str, dict[str, Any]] = {}
        self._seen: dict[tuple[str, str], dict[str, Any]] = {}

    def variables(self, uid: str, event: Event | None) -> dict[str, Any]:
        """What is seen of an object at an event of it; `event` is None where a condition is judged on its own."""
        key = (uid, event.id if event else "")
        seen = self._seen.get(key)
        if seen is None:
            event_fields = msgspec.to_builtins(event) if event else None
            seen = self._seen[key] = {**self._objects_of(uid), "event": event_fields}
        return seen

    def _objects_of(self, uid: str) -> dict[str, Any]:
        shared = self._shared.get(uid)
        if shared is None:
            shared = self._shared[uid] = self._of(uid)
        return shared

    def _of(self, uid: str) -> dict[str, Any]:
        rollout = self._objects.get(uid) or self._outline(uid)
        return {
            "rollout": rollout,
            "analysisRuns": self._objects.runs(rollout),
            "context": self._config.context,
            "secrets": SecretNames(self._config.secrets),
        }

    def _outline(self, uid: str) -> Object:
        """What the digest knows of an object this process has not seen itself."""
        digest = self._known.digest(uid)
        if digest is None:
            return {"metadata": {"uid": uid}}
        metadata = {"name": digest.name, "namespace": digest.namespace, "uid": uid, "labels": dict(digest.labels)}
        if not isinstance(digest, RolloutDigest):
            return {"metadata": metadata}
        status = {"phase": digest.phase, "currentPodHash": digest.pod_hash, "stableRS": digest.stable}
        metadata["annotations"] = {REVISION_ANNOTATION: digest.revision, **digest.subscriptions}
        return {"kind": "Rollout", "metadata": metadata, "spec": {"replicas": digest.replicas}, "status": status}
