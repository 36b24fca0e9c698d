"""Comparing: Experiments as their controller writes them, with ReplicaSets and an analysis of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.stories.fleet import Fleet
from notifier.sandbox.stories.ledger import Ledger, digest, merge
from notifier.sandbox.stories.measuring import INTERVAL, Outcome, Run, measure
from notifier.sandbox.stories.plans import Experiment
from notifier.sandbox.stories.sets import ReplicaSet, owned

_MEASURED = 2 * INTERVAL
"""Seconds that an analysis takes: the rest of an Experiment's duration goes by without one."""


class Comparison(NamedTuple):
    """An Experiment to be: its plan, its name, the Rollout and ReplicaSets that it compares, and how it turns out."""

    plan: Experiment
    name: str
    rollout: Object
    roles: dict[str, ReplicaSet]
    outcome: Outcome

    def object(self) -> Object:
        """The Experiment as it is created."""
        annotations = {REVISION_ANNOTATION: self.rollout["metadata"]["annotations"][REVISION_ANNOTATION]}
        obj = owned(self.rollout, self.name, annotations)
        obj["metadata"]["labels"] = {HASH_LABEL: self.roles["canary"].hash}
        analyses = [{"name": self.plan.analysis, "templateName": self.plan.analysis}]
        templates = [_template(role, one) for role, one in self.roles.items()]
        spec = {"duration": f"{self.plan.seconds:g}s", "analyses": analyses, "templates": templates}
        kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": Kind.EXPERIMENT.value}
        return kind | obj | {"spec": spec, "status": {}}


def compare(ledger: Ledger, fleet: Fleet, comparison: Comparison, seen: Callable[[], None]) -> str:
    """Write an Experiment from its creation to its end; why it failed, "" if it did not."""
    obj = comparison.object()
    ledger.add(obj)
    seen()
    sets = [_replica_set(ledger, comparison, obj, role) for role in comparison.roles]
    _put(ledger, obj, phase="Pending", templateStatuses=_statuses(comparison, "Progressing", sets))
    for one in sets:
        one.ask(comparison.plan.replicas)
    for one in sets:
        one.settle()
    _put(ledger, obj, phase="Running", availableAt=ledger.time)
    _put(ledger, obj, templateStatuses=_statuses(comparison, "Running", sets))
    plan = comparison.plan
    run = Run(obj, f"{comparison.name}-{plan.analysis}", plan.metrics, comparison.outcome)

    def analysed(phase: str) -> None:
        _put(ledger, obj, analysisRuns=[{"name": plan.analysis, "analysisRun": run.name, "phase": phase}])

    measure(ledger, run, run.object(), fleet.wait, lambda: analysed("Running"))
    if not run.message:
        analysed("Successful")
        fleet.wait(plan.seconds - _MEASURED)
    _put(ledger, obj, phase=comparison.outcome.value, message=run.message or None)
    for one in sets:
        fleet.keep(one)
    _put(ledger, obj, templateStatuses=_statuses(comparison, "Successful", sets))
    return run.message


def _put(ledger: Ledger, obj: Object, **fields: Any) -> None:
    merge(obj["status"], fields)
    ledger.write(obj, spec=True)


def _template(role: str, one: ReplicaSet) -> Object:
    spec = one.object["spec"]
    return {"name": role, "selector": spec["selector"], "template": spec["template"]}


def _replica_set(ledger: Ledger, comparison: Comparison, experiment: Object, role: str) -> ReplicaSet:
    prefix = "experiment.argoproj.io"
    annotations = {f"{prefix}/name": comparison.name, f"{prefix}/template-name": role}
    template = comparison.roles[role].object["spec"]["template"]
    obj = owned(experiment, f"{comparison.name}-{role}", annotations)
    return ReplicaSet(ledger, obj, template, digest([comparison.name, role]))


def _statuses(comparison: Comparison, status: str, sets: list[ReplicaSet]) -> list[Object]:
    return [
        {"name": role, "status": status, "replicas": one.count(), "availableReplicas": one.count("availableReplicas")}
        for role, one in zip(comparison.roles, sets, strict=True)
    ]
