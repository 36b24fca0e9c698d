"""The words of an event: one line of summary, and what a person can do next."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from notifier.model import Action, Event
from notifier.reasons import PHASES

_WATCH = ("watch it", "argo rollouts get rollout {name} -n {namespace} --watch")
_PROMOTE = ("continue", "argo rollouts promote {name} -n {namespace}")
_UNPAUSE = ("continue", """patch rollout {name} -n {namespace} --type merge -p '{{"spec":{{"paused":false}}}}'""")
_ABORT = ("go back to stable", "argo rollouts abort {name} -n {namespace}")
_RETRY = ("try the same version again", "argo rollouts retry rollout {name} -n {namespace}")
_UNDO = ("return to the version before", "argo rollouts undo {name} -n {namespace} --to-revision={replaced}")
_TO_STABLE = ("return to stable", "argo rollouts undo {name} -n {namespace} --to-revision={stable}")
_LOOK = ("look at it", "argo rollouts get rollout {name} -n {namespace}")

_ACTIONS = {
    "RolloutUpdated": (_WATCH,),
    "RolloutPaused": (_PROMOTE, _ABORT),
    "RolloutManuallyPaused": (_UNPAUSE,),
    "RolloutAborted": (_RETRY, _TO_STABLE),
    "RolloutDegraded": (_LOOK,),
    "RolloutCompleted": (_UNDO,),
    "ProgressDeadlineExceeded": (_LOOK, _ABORT),
    "InvalidSpec": (_LOOK,),
    "AnalysisRunInconclusive": (_PROMOTE, _ABORT),
    "ExperimentInconclusive": (_PROMOTE, _ABORT),
}


def worded(event: Event) -> Event:
    """The event with its summary and its actions."""
    actions = () if event.kind != "Rollout" else tuple(_action(event, *a) for a in _actions(event))
    return msgspec.structs.replace(event, summary=event.summary or _summary(event), actions=actions)


def _actions(event: Event) -> tuple[tuple[str, str], ...]:
    found = _ACTIONS.get(event.reason, ())
    timed = event.pause is not None and event.pause.until is not None
    unknown = {_TO_STABLE: not event.stable_revision, _UNDO: not event.replaced_revision}
    return (_ABORT,) if timed and found else tuple(action for action in found if not unknown.get(action))


def _action(event: Event, text: str, command: str) -> Action:
    command = command.format(
        name=event.name, namespace=event.namespace, stable=event.stable_revision, replaced=event.replaced_revision
    )
    return Action(text, f"kubectl {command}")


def _summary(event: Event) -> str:
    who = f"{event.kind} {event.namespace}/{event.name}"
    what = _SENTENCES.get(event.reason)
    return f"{who} {what(event)}" if what else f"{who}: {event.message or event.reason}"


def _revision(event: Event) -> str:
    return f"revision {event.revision}" if event.revision else "its update"


def _because(event: Event) -> str:
    why = event.cause.message if event.cause else event.message
    return f": {why}" if why else ""


def _updated(event: Event) -> str:
    return f"was updated to {_revision(event)}"


def _step_completed(event: Event) -> str:
    step = event.step
    return f"completed step {step.index}/{step.count} ({step.text})" if step else "completed a step"


def _step_skipped(event: Event) -> str:
    step = event.step
    return f"skipped to step {step.index}/{step.count}" if step else "skipped a step"


def _completed(event: Event) -> str:
    return f"completed {'its first deploy' if event.initial else _revision(event)}"


def _aborted(event: Event) -> str:
    by = " by hand" if event.manual else ""
    return f"was aborted{by} at {_revision(event)}{_because(event)}"


def _paused(event: Event) -> str:
    pause = event.pause
    return f"is paused ({pause.reason})" if pause else "is paused"


def _weight(event: Event) -> str:
    weight = event.weight
    return f"sends {weight.new}% of its traffic to the canary" if weight else "moved traffic"


def _scaled(event: Event) -> str:
    r = event.replicas
    return f"scaled ReplicaSet {r.replica_set} from {r.old} to {r.new}" if r else "scaled a ReplicaSet"


def _run(event: Event) -> str:
    run = event.analysis
    name = f"analysis run {run.run}" if run else "an analysis run"
    return f"{name} {_phase(event.reason, 'AnalysisRun')}{_because(event)}"


def _experiment(event: Event) -> str:
    name = event.subject.name if event.subject else event.name
    return f"experiment {name} {_phase(event.reason, 'Experiment')}{_because(event)}"


def _phase(reason: str, kind: str) -> str:
    return {
        "Running": "is running",
        "Successful": "was successful",
        "Failed": "failed",
        "Error": "ended in an error",
        "Inconclusive": "is inconclusive",
    }.get(reason.removeprefix(kind), reason)


_SENTENCES: dict[str, Callable[[Event], str]] = {
    "RolloutCreated": lambda _: "was created",
    "RolloutUpdated": _updated,
    "RolloutSuperseded": lambda e: f"replaced revision {e.previous_revision} before it was complete",
    "RolloutRolledBack": lambda _: "went back to its stable version",
    "RolloutRetried": lambda e: f"tries {_revision(e)} again",
    "RolloutStepSkipped": _step_skipped,
    "RolloutStepCompleted": _step_completed,
    "RolloutPromotedFully": lambda e: f"skips all that is left of {_revision(e)}",
    "RolloutCompleted": _completed,
    "RolloutAborted": _aborted,
    "ProgressDeadlineExceeded": lambda e: f"made no progress in time{_because(e)}",
    "InvalidSpec": lambda e: f"has an invalid spec{_because(e)}",
    "RolloutDegraded": lambda e: f"is degraded{_because(e)}",
    "RolloutPaused": _paused,
    "RolloutResumed": lambda e: "was resumed by hand" if e.manual else "goes on",
    "RolloutManuallyPaused": lambda _: "was paused by hand",
    "RolloutRestarted": lambda _: "restarts its pods",
    "TrafficWeightUpdated": _weight,
    "RolloutHealthy": lambda e: f"is healthy with {_revision(e)}",
    "RolloutDeleted": lambda _: "was deleted",
    "ScalingReplicaSet": _scaled,
    **{f"AnalysisRun{phase}": _run for phase in PHASES},
    **{f"Experiment{phase}": _experiment for phase in PHASES},
}
