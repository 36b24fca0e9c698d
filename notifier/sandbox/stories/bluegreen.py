"""Blue-green: all new pods beside all old ones, and a switch when a person says so."""

from __future__ import annotations

from notifier.sandbox.stories.fleet import Fleet
from notifier.sandbox.stories.plans import Plan
from notifier.sandbox.stories.record import Record
from notifier.sandbox.stories.sets import ReplicaSet

_CUTOVER = "active service cutover pending"


class BlueGreen:
    """What the controller does for a blue-green Rollout that nobody promotes but a person."""

    def __init__(self, plan: Plan, record: Record, fleet: Fleet) -> None:
        self._plan, self._record, self._fleet = plan, record, fleet

    def first(self, new: ReplicaSet) -> None:
        """Deploy for the first time: it counts as completed before any pod is ready."""
        self._record.restart(new.hash, blueGreen={"previewSelector": new.hash})
        new.ask(self._plan.replicas)
        self._record.complete(stableRS=new.hash)
        self._fleet.settle()
        self._record.healthy(new.hash, **self._active(new.hash))

    def begin(self, new: ReplicaSet) -> None:
        """Begin an update, in place of one that is under way."""
        active = self._record.status["blueGreen"]["activeSelector"]
        self._record.restart(new.hash, blueGreen={"previewSelector": new.hash, "activeSelector": active})
        new.ask(self._plan.replicas)
        for one in self._fleet.others(new.hash, active):
            self._fleet.keep(one)
        self._fleet.settle()
        self._record.pause("BlueGreenPause")

    def promote(self) -> None:
        """Switch; it is the person's command that ends the pause."""
        status = self._record.status
        old, new = self._fleet.of(status["stableRS"]), status["currentPodHash"]
        self._record.put(pauseConditions=None)
        self._record.busy(new, message=_CUTOVER)
        self._record.complete()
        self._record.healthy(new, stableRS=new, controllerPause=None, **self._active(new))
        self._fleet.keep(old)

    def abort(self) -> None:
        """Abort as a person does; the preview stays for a while."""
        self._record.put(abort=True)
        self._fleet.keep(self._fleet.of(self._record.status["currentPodHash"]))
        self._record.abort("")

    @staticmethod
    def _active(pod_hash: str) -> dict[str, object]:
        return {"blueGreen": {"previewSelector": pod_hash, "activeSelector": pod_hash}}
