"""The record: a Rollout's status as the controller writes it, conditions in a write of their own."""

from __future__ import annotations

from typing import Any

from notifier.model import REVISION_ANNOTATION, Object
from notifier.sandbox.stories.ledger import Ledger, merge

BUSY = "more replicas need to be updated"
_UPDATED = "ReplicaSetUpdated"


class Record:
    """A Rollout in a ledger, and how it is written; status fields are set by name, None takes one away."""

    def __init__(self, ledger: Ledger, rollout: Object) -> None:
        self._ledger = ledger
        self.object = rollout
        ledger.add(rollout)
        self.status: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """The Rollout's name."""
        return str(self.object["metadata"]["name"])

    @property
    def revision(self) -> int:
        """The revision that it says it has, 0 before the first."""
        return int(self.object["metadata"].get("annotations", {}).get(REVISION_ANNOTATION, 0))

    def apply(self, template: Object) -> None:
        """Write another pod template, as a person does: old status beside the new spec."""
        self.object["spec"]["template"] = template
        self._ledger.write(self.object, spec=True)

    def announce(self, revision: int) -> None:
        """Write the revision: it comes before anything in the status."""
        self._ledger.annotate(self.object, {REVISION_ANNOTATION: str(revision)})

    def put(self, **fields: Any) -> None:
        """Write fields of the status."""
        merge(self.status, fields)
        self.object["status"] = self.status
        self._ledger.write(self.object)

    def progressing(self, reason: str, message: str, status: str = "True", /, **fields: Any) -> None:
        """Write how it gets on, with fields of the status."""
        self.condition("Progressing", status, reason, message)
        self.put(**fields)

    def busy(self, pod_hash: str, **fields: Any) -> None:
        """Write that pods of a hash are on their way."""
        message = f'ReplicaSet "{self.name}-{pod_hash}" is progressing.'
        self.progressing(_UPDATED, message, phase="Progressing", **{"message": BUSY, **fields})

    def restart(self, pod_hash: str, **fields: Any) -> None:
        """Write that another pod template is on its way; a pause that this ends is seen once more with the new spec."""
        message = f'Created new replica set "{self.name}-{pod_hash}"'
        self.progressing("NewReplicaSetCreated", message)
        for name in ("Healthy", "Completed"):
            self.condition(name, "False", f"Rollout{name}", f"Rollout{name}")
        generation = {"observedGeneration": str(self.object["metadata"]["generation"])}
        write = self.busy
        if "pauseConditions" in self.status:
            self.put(**generation)
            write = self.go_on
        write(pod_hash, currentPodHash=pod_hash, updatedReplicas=None, **generation, **fields)

    def complete(self, **fields: Any) -> None:
        """Write that the update is completed."""
        self.condition("Completed", "True", "RolloutCompleted", "RolloutCompleted")
        if fields:
            self.put(**fields)

    def pause(self, reason: str) -> None:
        """Write that it pauses, then the conditions that say so."""
        since = [{"reason": reason, "startTime": self._ledger.time}]
        self.put(phase="Paused", message=reason, controllerPause=True, pauseConditions=since)
        self.condition("Paused", "True", "RolloutPaused", "Rollout is paused")
        self.progressing("RolloutPaused", "Rollout is paused", "Unknown")

    def go_on(self, pod_hash: str, **fields: Any) -> None:
        """Write that a pause is over and what came of it, then the condition."""
        self.busy(pod_hash, controllerPause=None, pauseConditions=None, **fields)
        self.condition("Paused", "False", "RolloutPaused", "Rollout is paused")
        self.put()

    def abort(self, why: str, **fields: Any) -> None:
        """Write that the update is aborted, in whole words."""
        message = f"Rollout aborted update to revision {self.revision}" + (f": {why}" if why else "")
        fields |= {"controllerPause": None, "pauseConditions": None, "abort": True, "abortedAt": self._ledger.time}
        text = f"RolloutAborted: {message}"
        self.progressing("RolloutAborted", message, "False", phase="Degraded", message=text, **fields)

    def healthy(self, pod_hash: str, **fields: Any) -> None:
        """Write that all is well."""
        self.condition("Healthy", "True", "RolloutHealthy", "Rollout is healthy")
        self.condition("Available", "True", "AvailableReason", "Rollout has minimum availability")
        message = f'ReplicaSet "{self.name}-{pod_hash}" has successfully progressed.'
        self.progressing("NewReplicaSetAvailable", message, phase="Healthy", **{"message": None, **fields})

    def condition(self, name: str, status: str, reason: str, message: str) -> None:
        """Note a condition, to be written with what comes next; the one that changed is the last."""
        known = self.status.get("conditions", [])
        was: Object = next((one for one in known if one["type"] == name), {})
        since = was["lastTransitionTime"] if was.get("status") == status else self._ledger.time
        now = {"type": name, "status": status, "reason": reason, "message": message}
        changed = now | {"lastTransitionTime": since, "lastUpdateTime": self._ledger.time}
        self.status["conditions"] = [*(one for one in known if one is not was), changed]
