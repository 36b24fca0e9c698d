"""Measuring: AnalysisRuns as their controller writes them, a measurement each half minute."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.stories.ledger import Ledger
from notifier.sandbox.stories.sets import owned

INTERVAL = 30.0
_COUNT, _LIMIT = 3, 2
_VALUES = {"Successful": "[0.99]", "Failed": "[0.42]"}


class Outcome(enum.StrEnum):
    """How an analysis goes; one that is `RUNNING` is at its first measurement when the story ends."""

    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    RUNNING = "Running"


class Run(NamedTuple):
    """An AnalysisRun to be: what owns it, its name, its metrics, and how they will turn out."""

    owner: Object
    name: str
    metrics: Sequence[str]
    outcome: Outcome

    def object(self) -> Object:
        """The AnalysisRun as it is created."""
        spec = {"metrics": [_metric(name) for name in self.metrics]}
        status = {"phase": "", "runSummary": {}}
        kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": Kind.ANALYSIS_RUN.value}
        return kind | owned(self.owner, self.name, {}) | {"spec": spec, "status": status}

    @property
    def message(self) -> str:
        """Why it fails, "" if it does not."""
        if self.outcome is not Outcome.FAILED:
            return ""
        return f'Metric "{self.metrics[0]}" assessed Failed due to failed ({_COUNT}) > failureLimit ({_LIMIT})'


def of_step(run: Object, pod_hash: str, revision: str, step: int) -> Object:
    """An AnalysisRun with what says which step of which revision it is of."""
    labels = {HASH_LABEL: pod_hash, "rollout-type": "Step", "step-index": str(step)}
    return run | {"metadata": run["metadata"] | {"labels": labels, "annotations": {REVISION_ANNOTATION: revision}}}


def measure(ledger: Ledger, run: Run, obj: Object, wait: Callable[[float], None], seen: Callable[[], None]) -> None:
    """Write an AnalysisRun from its creation to its end; `seen` is called once it runs, `wait` lets time pass."""
    ledger.add(obj)
    value = Outcome.SUCCESSFUL if run.outcome is Outcome.RUNNING else run.outcome
    started = ledger.time
    taken: list[Object] = []
    for number in range(1, _COUNT + 1):
        taken.append({"phase": value, "value": _VALUES[value], "startedAt": ledger.time, "finishedAt": ledger.time})
        ends = number == _COUNT
        phase = run.outcome if ends else Outcome.RUNNING
        obj["status"] = _status(run, phase, taken) | {"startedAt": started}
        obj["status"] |= {"completedAt": ledger.time} if ends else {}
        obj["status"] |= {"message": run.message} if ends and run.message else {}
        ledger.write(obj, spec=True)
        if number == 1:
            seen()
            if run.outcome is Outcome.RUNNING:
                return
        if not ends:
            wait(INTERVAL)


def _metric(name: str) -> Object:
    prometheus = {"address": "http://prometheus.example:9090", "query": name}
    return {
        "name": name,
        "interval": f"{INTERVAL:g}s",
        "count": _COUNT,
        "failureLimit": _LIMIT,
        "successCondition": "result[0] >= 0.95",
        "provider": {"prometheus": prometheus},
    }


def _status(run: Run, phase: str, taken: Sequence[Object]) -> Object:
    counted = taken[0]["phase"].lower()
    result: dict[str, Any] = {"phase": phase, "count": len(taken), counted: len(taken), "measurements": list(taken)}
    summary = {"count": len(run.metrics)} | ({} if phase == Outcome.RUNNING else {phase.lower(): len(run.metrics)})
    results = [{"name": name} | result for name in sorted(run.metrics)]
    return {"phase": phase, "runSummary": summary, "dryRunSummary": {}, "metricResults": results}
