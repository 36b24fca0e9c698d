"""Canary: step after step, as far as it goes without a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

from notifier.sandbox.stories.comparing import Comparison, compare
from notifier.sandbox.stories.fleet import Fleet
from notifier.sandbox.stories.ledger import Ledger, digest
from notifier.sandbox.stories.measuring import Outcome, Run, measure, of_step
from notifier.sandbox.stories.plans import Experiment, Plan, Step
from notifier.sandbox.stories.record import BUSY, Record
from notifier.sandbox.stories.sets import ReplicaSet

_WAITING = "waiting for all steps to complete"
_STEP_FAILED = "Step-based analysis phase error/failed: "
_EXPERIMENT_FAILED = "Experiment analysis phase is error/failed: "


class Canary:
    """What the controller does for a canary; `outcomes` are those of its analyses, one after another."""

    def __init__(self, plan: Plan, ledger: Ledger, record: Record, fleet: Fleet, outcomes: Iterator[Outcome]) -> None:
        self._plan, self._ledger, self._record, self._fleet = plan, ledger, record, fleet
        self._outcomes = outcomes
        self._attempt = 0

    def first(self, new: ReplicaSet) -> None:
        """Deploy for the first time: no step is taken, and it counts as completed before any pod is ready."""
        hashed = digest([step.manifest() for step in self._plan.steps])
        self._record.restart(new.hash, currentStepHash=hashed, **self._at(0))
        new.ask(self._plan.replicas)
        self._record.complete(stableRS=new.hash, **self._at(len(self._plan.steps)))
        self._fleet.settle()
        self._record.healthy(new.hash)
        self._weights(0)

    def begin(self, new: ReplicaSet) -> None:
        """Begin an update, in place of one that is under way."""
        self._attempt = 0
        self._record.restart(new.hash, **self._at(0))
        self._advance()

    def promote(self) -> None:
        """Go on after a pause; it is the person's command that ends the pause."""
        self._record.put(pauseConditions=None)
        self._complete()
        self._advance()

    def abort(self) -> None:
        """Abort as a person does."""
        self._record.put(abort=True)
        self._abort("")

    def retry(self) -> None:
        """Try the same revision again."""
        self._attempt += 1
        self._record.put(abort=False)
        message = "Retrying Rollout after abort"
        self._record.progressing("RolloutRetry", message, "Unknown", phase="Progressing", message=BUSY)
        self._fleet.unkeep(self._new)
        self._record.put(abortedAt=None, abort=None)
        self._advance()

    @property
    def _new(self) -> ReplicaSet:
        return self._fleet.of(self._record.status["currentPodHash"])

    @property
    def _stable(self) -> ReplicaSet:
        return self._fleet.of(self._record.status["stableRS"])

    @property
    def _index(self) -> int:
        return int(self._record.status.get("currentStepIndex", 0))

    def _at(self, index: int) -> dict[str, Any]:
        return {"currentStepIndex": index} if self._plan.steps else {}

    def _advance(self) -> None:
        while self._index < len(self._plan.steps):
            if not self._carry_out(self._plan.steps[self._index]):
                return
            self._complete()
        self._finish()

    def _carry_out(self, step: Step) -> bool:
        """Do what a step says; whether it is done, and nobody is waited for."""
        if step.weight is not None:
            self._weigh(step.weight)
            return True
        if step.pause is not None:
            self._record.pause("CanaryPauseStep")
            self._fleet.wait(step.pause)
            return step.pause > 0
        return self._compare(step.experiment) if step.experiment else self._analyse(step.metric)

    def _complete(self) -> None:
        """Write that the step is completed."""
        index = self._index + 1
        message = BUSY if index < len(self._plan.steps) else _WAITING
        over = self._plan.steps[index - 1].pause is not None
        write: Callable[..., None] = self._record.go_on if over else self._record.busy
        write(self._new.hash, currentStepIndex=index, message=message)

    def _weigh(self, weight: int) -> None:
        """Give the new pods so much of the traffic, or of the pods where nothing routes traffic; round up."""
        replicas = self._plan.replicas
        if not self._plan.traffic:
            self._stable.ask(ceil(replicas * (100 - weight) / 100))
        self._new.ask(ceil(replicas * weight / 100))
        self._dismiss()
        self._fleet.settle()
        self._weights(weight)

    def _weights(self, weight: int) -> None:
        if self._plan.traffic:
            pairs = {"canary": (self._new.hash, weight), "stable": (self._stable.hash, 100 - weight)}
            weights = {role: {"podTemplateHash": pods, "weight": share} for role, (pods, share) in pairs.items()}
            self._record.put(canary={**self._record.status.get("canary", {}), "weights": weights})

    def _dismiss(self) -> None:
        """Let pods of revisions in between go."""
        for one in self._fleet.others(self._new.hash, self._stable.hash):
            if self._plan.traffic:
                self._fleet.keep(one)
            else:
                one.ask(0)

    def _analyse(self, metric: str) -> bool:
        record, step = self._record, self._index
        retried = f".{self._attempt}" if self._attempt else ""
        name = f"{record.name}-{self._new.hash}-{record.revision}-{step}{retried}"
        run = Run(record.object, name, (metric,), next(self._outcomes))
        obj = of_step(run.object(), self._new.hash, str(record.revision), step)
        measure(self._ledger, run, obj, self._fleet.wait, lambda: self._note_run(name))
        if run.message:
            self._abort(_STEP_FAILED + run.message)
        self._tell(currentStepAnalysisRunStatus=None)
        return run.outcome is Outcome.SUCCESSFUL

    def _note_run(self, name: str) -> None:
        for status in ("", "Running"):
            self._tell(currentStepAnalysisRunStatus={"name": name, "status": status})

    def _compare(self, plan: Experiment) -> bool:
        record = self._record
        retried = f"-{self._attempt}" if self._attempt else ""
        name = f"{record.name}-{self._new.hash}-{record.revision}-{self._index}{retried}"
        roles = {"stable": self._stable, "canary": self._new}
        comparison = Comparison(plan, name, record.object, roles, next(self._outcomes))
        message = compare(self._ledger, self._fleet, comparison, lambda: self._tell(currentExperiment=name))
        if message:
            self._abort(_EXPERIMENT_FAILED + message)
        self._tell(currentExperiment=None)
        return not message

    def _tell(self, **fields: object) -> None:
        """Write fields of the status's part about canaries."""
        canary = {**self._record.status.get("canary", {}), **fields}
        self._record.put(canary={name: value for name, value in canary.items() if value is not None})

    def _abort(self, why: str) -> None:
        if self._plan.traffic:
            self._fleet.keep(self._new)
            self._record.abort(why, **self._at(0))
            self._weights(0)
            return
        self._stable.ask(self._plan.replicas)
        self._record.abort(why, **self._at(0))
        self._new.ask(0)
        self._fleet.settle()

    def _finish(self) -> None:
        """Exchange what is not yet exchanged; it is completed when all pods are new."""
        old = self._stable
        if self._plan.traffic:
            self._new.ask(self._plan.replicas)
            self._fleet.settle()
        else:
            self._exchange(old)
        self._record.complete()
        self._record.healthy(self._new.hash, stableRS=self._new.hash)
        self._weights(0)
        if self._plan.traffic:
            self._fleet.keep(old)

    def _exchange(self, old: ReplicaSet) -> None:
        """Let new pods take the place of old ones, as many at a time as there may be too few and too many."""
        replicas = self._plan.replicas
        above, below = self._plan.surge or (ceil(replicas / 4), replicas // 4)
        while old.wanted or self._new.wanted < replicas:
            old.ask(min(old.wanted, max(0, replicas - below - self._new.wanted)))
            self._new.ask(min(replicas, replicas + above - old.wanted))
            self._fleet.settle()
