"""The fleet: the ReplicaSets of a Rollout, how many pods they have together, and those that are only kept a while."""

from __future__ import annotations

from collections.abc import Mapping

from notifier.model import REVISION_ANNOTATION, Object
from notifier.sandbox.stories.ledger import Ledger, digest
from notifier.sandbox.stories.record import Record
from notifier.sandbox.stories.sets import KEPT, ReplicaSet, owned


class Fleet:
    """The ReplicaSets of a Rollout by hash. Time that passes in it ends what was to be kept until then."""

    def __init__(self, ledger: Ledger, record: Record) -> None:
        self._ledger, self._record = ledger, record
        self._sets: dict[str, ReplicaSet] = {}
        self._kept: list[tuple[float, ReplicaSet]] = []

    def of(self, pod_hash: str) -> ReplicaSet:
        """The ReplicaSet of a hash."""
        return self._sets[pod_hash]

    def others(self, *hashes: str) -> list[ReplicaSet]:
        """Those with other hashes that have pods, and shall have."""
        return [one for one in self._sets.values() if one.hash not in hashes and one.wanted and not self._is_kept(one)]

    def serve(self, template: Object, revision: int) -> ReplicaSet:
        """The ReplicaSet for a pod template: a new one, or that which there was, renumbered."""
        pod_hash = digest(template)
        if pod_hash in self._sets:
            self._sets[pod_hash].renumber(revision)
        else:
            desired = str(self._record.object["spec"]["replicas"])
            annotations = {"rollout.argoproj.io/desired-replicas": desired, REVISION_ANNOTATION: str(revision)}
            obj = owned(self._record.object, f"{self._record.name}-{pod_hash}", annotations)
            self._sets[pod_hash] = ReplicaSet(self._ledger, obj, template, pod_hash)
        return self._sets[pod_hash]

    def before(self) -> Object:
        """The pod template of the second newest revision."""
        *_, previous, _ = sorted(self._sets.values(), key=_revision)
        template: Object = self._record.object["spec"]["template"]
        return template | {"spec": previous.object["spec"]["template"]["spec"]}

    def settle(self) -> None:
        """Let pods come and go until all is as asked for; the Rollout counts them after each ReplicaSet."""
        for one in self._sets.values():
            if one.settle():
                self._count()

    def keep(self, one: ReplicaSet) -> None:
        """Keep pods for a while though they get no traffic any more."""
        one.keep()
        self._kept.append((self._ledger.now + KEPT, one))

    def unkeep(self, one: ReplicaSet) -> None:
        """It is needed again."""
        one.unkeep()
        self._forget(one)

    def wait(self, seconds: float) -> None:
        """Let time pass; whose time is over goes."""
        until = self._ledger.now + seconds
        for deadline, one in [due for due in self._kept if due[0] <= until]:
            self._ledger.wait(max(0.0, deadline - self._ledger.now))
            self._forget(one)
            one.retire()
            if one.settle() and one.hash in self._sets:
                self._count()
        self._ledger.wait(max(0.0, until - self._ledger.now))

    def rest(self) -> None:
        """Wait until nothing is kept any more."""
        while self._kept:
            self.wait(KEPT)

    def _forget(self, one: ReplicaSet) -> None:
        self._kept = [(deadline, kept) for deadline, kept in self._kept if kept is not one]

    def _is_kept(self, one: ReplicaSet) -> bool:
        return any(kept is one for _, kept in self._kept)

    def _count(self) -> None:
        """Write how many pods there are; blue-green counts as ready only those that the active Service reaches."""
        status = self._record.status
        active = status.get("blueGreen", {}).get("activeSelector")
        serving = [self._sets[active]] if active else list(self._sets.values())
        current = self._sets[status["currentPodHash"]].count()
        ready = sum(one.count("readyReplicas") for one in serving)
        self._record.put(
            replicas=sum(one.count() for one in self._sets.values()),
            updatedReplicas=current or None,
            readyReplicas=ready or None,
            availableReplicas=ready or None,
            HPAReplicas=sum(one.count() for one in serving),
        )


def _revision(one: ReplicaSet) -> int:
    annotations: Mapping[str, str] = one.object["metadata"]["annotations"]
    return int(annotations[REVISION_ANNOTATION])
