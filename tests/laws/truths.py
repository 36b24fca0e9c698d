"""What must be true of everything told, whatever was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from notifier.intake import Told
from notifier.model import Kind
from tests.laws.readers import stated
from tests.laws.stories import Line

_BLURRED = {"ScalingReplicaSet", "TrafficWeightUpdated", "RolloutStepSkipped"}
"""What missed states merge: how often it is told depends on how many were seen."""
_EITHER = ("RolloutSuperseded", "RolloutRolledBack")


def is_silent(told: Told) -> bool:
    """Whether nothing happened and nobody is told anything."""
    return not told.events and not told.notes


def reasons(told: Told) -> Counter[str]:
    """How often each reason was told by state."""
    return Counter(event.reason for event in told.events if stated(event))


def counted(told: Told) -> Counter[str]:
    """How often each reason was told that missed states neither merge nor make look like another."""
    found = {reason: n for reason, n in reasons(told).items() if reason not in _BLURRED}
    either = sum(found.pop(reason, 0) for reason in _EITHER)
    return Counter({**found, " or ".join(_EITHER): either})


def lasting(lines: Iterable[Line]) -> set[frozenset[str]]:
    """What the last states of the Rollouts show to be true: of each set, one reason must have been told."""
    last = {line.uid: line for line in lines if line.kind is Kind.ROLLOUT}
    return {frozenset(reasons) for line in last.values() for reasons in _true_of(line)}


def _true_of(line: Line) -> list[set[str]]:
    if line.change.type == "DELETED":
        return [{"RolloutDeleted"}]
    status = line.object.get("status") or {}
    shown = {
        "RolloutAborted": bool(status.get("abortedAt")),
        "RolloutPaused": bool(status.get("pauseConditions")),
        "RolloutDegraded": status.get("phase") == "Degraded",
    }
    done = [{"RolloutCompleted", "RolloutRolledBack"}] if is_complete(line) else []
    return [{reason} for reason, so in shown.items() if so] + done


def is_complete(line: Line) -> bool:
    """Whether a Rollout's newest version is its stable one."""
    status = line.object.get("status") or {}
    return bool(status.get("stableRS")) and status["stableRS"] == status.get("currentPodHash")
