"""ReplicaSets: asked for a size, followed by pods that take a moment to come, to be ready and to go."""

from __future__ import annotations

from typing import Any

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.stories.ledger import Ledger, stamp

KEPT = 30.0
"""Seconds for which pods that no longer get traffic are kept: a way back."""
_DEADLINE = "scale-down-deadline"
_HISTORY = "rollout.argoproj.io/revision-history"
_PODS_COME, _PODS_GO = 1.5, 0.8
_COUNTS = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")


class ReplicaSet:
    """A ReplicaSet of pods of one hash, written into a ledger as soon as it is made."""

    def __init__(self, ledger: Ledger, obj: Object, template: Object, pod_hash: str) -> None:
        labels = template["metadata"]["labels"] | {HASH_LABEL: pod_hash}
        self.hash, self._ledger = pod_hash, ledger
        self.object = obj | {"apiVersion": "apps/v1", "kind": Kind.REPLICA_SET.value, "status": {"replicas": 0}}
        self.object["metadata"]["labels"] = labels
        self.object["spec"] = {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": template | {"metadata": {"labels": labels}},
        }
        ledger.add(self.object)

    @property
    def wanted(self) -> int:
        """How many pods there shall be."""
        return int(self.object["spec"]["replicas"])

    def count(self, name: str = "replicas") -> int:
        """How many pods there are, or are something."""
        return int(self.object["status"].get(name, 0))

    def renumber(self, revision: int) -> None:
        """Make it a later revision's: somebody has gone back to it."""
        annotations = self.object["metadata"]["annotations"]
        was = annotations[REVISION_ANNOTATION]
        history = ",".join(filter(None, (annotations.get(_HISTORY), was)))
        self._ledger.annotate(self.object, {REVISION_ANNOTATION: str(revision), _HISTORY: history})

    def ask(self, replicas: int) -> None:
        """Ask for a size; that of now is no write."""
        if replicas != self.wanted:
            self.object["spec"]["replicas"] = replicas
            self._ledger.write(self.object, spec=True)

    def settle(self) -> bool:
        """Let pods come or go until they are as many as asked for; whether there was something to do."""
        if self.count() == self.wanted == self.count("readyReplicas"):
            return False
        self._observe(observedGeneration=self.object["metadata"]["generation"])
        if self.wanted < self.count():
            self._ledger.wait(_PODS_GO)
        else:
            self._observe(replicas=self.wanted, fullyLabeledReplicas=self.wanted)
            self._ledger.wait(_PODS_COME)
        self._observe(replicas=self.wanted, **dict.fromkeys(_COUNTS, self.wanted))
        return True

    def keep(self) -> None:
        """Put up the time until which its pods stay."""
        self._ledger.annotate(self.object, {_DEADLINE: stamp(self._ledger.now + KEPT)})

    def unkeep(self) -> None:
        """It is needed again."""
        if _DEADLINE in self.object["metadata"]["annotations"]:
            self._ledger.annotate(self.object, {_DEADLINE: None})

    def retire(self) -> None:
        """Let its pods go: their time is over."""
        self.object["metadata"]["annotations"].pop(_DEADLINE, None)
        self.ask(0)

    def _observe(self, **status: Any) -> None:
        self.object["status"] |= status
        for name in _COUNTS:
            if not self.object["status"].get(name):
                self.object["status"].pop(name, None)
        self._ledger.write(self.object)


def owned(owner: Object, name: str, annotations: dict[str, str]) -> Object:
    """The metadata of what an object owns, in its namespace."""
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    namespace = owner["metadata"]["namespace"]
    metadata = {"name": name, "namespace": namespace, "annotations": annotations, "ownerReferences": [reference]}
    return {"metadata": metadata}
