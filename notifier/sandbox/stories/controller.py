"""The controller: what people do to a Rollout, and every write that comes of it."""

from __future__ import annotations

from collections.abc import Iterable

from notifier.model import Object
from notifier.sandbox.player import Line
from notifier.sandbox.stories.bluegreen import BlueGreen
from notifier.sandbox.stories.canary import Canary
from notifier.sandbox.stories.fleet import Fleet
from notifier.sandbox.stories.ledger import Ledger
from notifier.sandbox.stories.measuring import Outcome
from notifier.sandbox.stories.plans import Plan, Version
from notifier.sandbox.stories.record import Record


class Controller:
    """A Rollout that a plan describes, deployed in a first version at a time (seconds since the epoch)."""

    def __init__(self, plan: Plan, version: Version, start: float, outcomes: Iterable[Outcome] = ()) -> None:
        self._plan, self._ledger = plan, Ledger(start)
        self._record = Record(self._ledger, plan.rollout(version))
        self._fleet = Fleet(self._ledger, self._record)
        canary = Canary(plan, self._ledger, self._record, self._fleet, iter(outcomes))
        self._strategy = BlueGreen(plan, self._record, self._fleet) if plan.services else canary
        self._revise(plan.template(version))

    @property
    def lines(self) -> list[Line]:
        """All that was written so far."""
        return self._ledger.lines

    def set_image(self, version: Version) -> None:
        """Deploy another version."""
        self._change(self._plan.template(version))

    def undo(self) -> None:
        """Go back to the second newest revision, as `kubectl argo rollouts undo` does."""
        self._change(self._fleet.before())

    def promote(self) -> None:
        """Go on after a pause."""
        self._strategy.promote()

    def abort(self) -> None:
        """Go back to what is stable."""
        self._strategy.abort()

    def retry(self) -> None:
        """Try again what was aborted; a canary's."""
        if isinstance(self._strategy, Canary):
            self._strategy.retry()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._fleet.wait(seconds)

    def rest(self) -> None:
        """Wait until pods that are only kept a while are gone."""
        self._fleet.rest()

    def _change(self, template: Object) -> None:
        self._record.apply(template)
        self._revise(template)

    def _revise(self, template: Object) -> None:
        """Find a ReplicaSet for a template; its revision is written on it first, then on the Rollout."""
        revision = self._record.revision + 1
        new = self._fleet.serve(template, revision)
        self._record.announce(revision)
        if revision == 1:
            self._strategy.first(new)
        else:
            self._strategy.begin(new)
