"""What happened to what a Rollout or an Experiment owns: ReplicaSets, AnalysisRuns, Experiments, Kubernetes Events.

It is told on the owner: scaling on the direct one, analysis and experiments on the Rollout at the root.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifier.model import Analysis, Cause, Event, Replicas, Subject
from notifier.reasons import STATE_REASONS
from notifier.rollouts import analyses
from notifier.rollouts.digests import (
    ExperimentDigest,
    KubeEventDigest,
    ReplicaSetDigest,
    RolloutDigest,
    RunDigest,
)
from notifier.rollouts.tell import Teller, tell
from notifier.rollouts.views import AnalysisRunView, EventView

_SILENT_PHASES = ("", "Pending")


def scaling(p: ReplicaSetDigest | None, c: ReplicaSetDigest, on: Teller, now: float) -> Iterator[Event]:
    """A ReplicaSet's wanted size changed; the first sight of one counts where it is above 0."""
    before = p.replicas if p else 0
    if c.replicas == before:
        return
    replicas = Replicas(c.name, before, c.replicas, c.revision or None, _role(c, on))
    subject = Subject("ReplicaSet", c.name, c.uid)
    yield tell(on, "ScalingReplicaSet", (c.uid, c.generation), now, {"replicas": replicas, "subject": subject})


def _role(c: ReplicaSetDigest, on: Teller) -> str:
    rollout = on.digest
    if not isinstance(rollout, RolloutDigest) or not c.pod_hash or not rollout.stable:
        return ""
    if c.pod_hash == rollout.stable:
        return "stable"
    newest = c.pod_hash == rollout.pod_hash or c.revision == rollout.revision
    return {"Canary": "canary", "BlueGreen": "preview"}.get(rollout.strategy or "", "") if newest else ""


def run(p: RunDigest | None, c: RunDigest, on: Teller, view: AnalysisRunView, now: float) -> Iterator[Event]:
    """An AnalysisRun's phase took a new value."""
    if c.phase in _SILENT_PHASES or (p is not None and p.phase == c.phase):
        return
    measured = analyses.analysis(view)
    details = {"analysis": measured, "subject": Subject("AnalysisRun", c.name, c.uid), **_why(measured)}
    yield tell(on, f"AnalysisRun{c.phase}", (c.uid, c.phase), now, details)


def _why(measured: Analysis) -> dict[str, Any]:
    """The cause, where it went wrong: the run's own words, else those of the metric that decided."""
    if measured.phase not in analyses.BAD:
        return {}
    first = next((m for m in measured.metrics if m.phase in analyses.BAD), None)
    message = measured.message or (first.message if first else None) or ""
    return {"cause": Cause("analysis", message, measured.run)}


def experiment(p: ExperimentDigest | None, c: ExperimentDigest, on: Teller, now: float) -> Iterator[Event]:
    """An Experiment's phase took a new value."""
    if c.phase in _SILENT_PHASES or (p is not None and p.phase == c.phase):
        return
    cause = Cause("experiment", c.message) if c.phase in analyses.BAD else None
    details: dict[str, Any] = {
        "subject": Subject("Experiment", c.name, c.uid),
        "message": c.message or None,
        "cause": cause,
    }
    yield tell(on, f"Experiment{c.phase}", (c.uid, c.phase), now, details)


def kube_event(
    p: KubeEventDigest | None, c: KubeEventDigest, on: Teller, view: EventView, now: float
) -> Iterator[Event]:
    """A Kubernetes Event that no state tells was written, or written again."""
    if p is not None and p.count >= c.count:
        return
    when = view.last_timestamp or view.event_time
    details = {"source": "kubernetes-event", "message": view.message or None, "ts": when}
    yield tell(on, view.reason, (c.uid, c.count), now, details)


def tells_what_no_state_tells(view: EventView, written_by_us: str) -> bool:
    """Whether a Kubernetes Event is about one of ours, of a reason that leaves no trace, and not our own."""
    ours = view.involved_object.kind in {"Rollout", "Experiment", "AnalysisRun"}
    component = view.source.component or view.reporting_component
    return ours and bool(view.reason) and view.reason not in STATE_REASONS and component != written_by_us
