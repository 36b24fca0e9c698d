"""The flow, and the only place that knows its order.

    watch → interpret → fire → match → render → outbox → deliver

`Pipeline.derive` takes what one change of one object means through all stages up to the outbox: values in, a unit of
work out. Reading changes and committing units is `intake.py`; sending what was committed is `delivery/worker.py`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from notifier.config.schema import Config
from notifier.draft import Draft, Note
from notifier.known import Known
from notifier.model import Problem
from notifier.objects import Objects
from notifier.outbox.protocol import Unit
from notifier.quota import Quota
from notifier.rollouts.digests import AnyDigest
from notifier.rollouts.interpret import Interpretation
from notifier.triggers import Firing, Verdict


class Derived(NamedTuple):
    """What one change comes to: the unit to commit, the notes in it and what could not work.

    `waits` tells that a condition about `root` may become true by the passing of time alone.
    """

    unit: Unit
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    judged: Counter[tuple[str, Verdict]]
    root: str
    waits: bool


class Pipeline:
    """The stages between watch and outbox, with the configuration in force and the objects templates look at.

    `tenants` is what is in force in namespaces that have a configuration of their own, `config` everywhere else.
    `withheld` is why nothing shall be sent, "" where it shall; in the namespaces `sent_in` it is sent all the same.
    """

    def __init__(self, config: Config, *, withheld: str = "", sent_in: Collection[str] = ()) -> None:
        self.config = config
        self.tenants: Mapping[str, Config] = {}
        self._quota = Quota()
        self.objects = Objects()
        self._withheld, self._sent_in = withheld, frozenset(sent_in)

    def derive(self, found: Interpretation, known: Known, now: float, *, silent: bool = False) -> Derived:
        """What was interpreted, through the rest of the flow; `silent` learns it and tells nobody."""
        was = known.digest(found.digest.uid)
        if found.digest is not was:
            known.set(found.digest)
        namespace = found.digest.namespace
        draft = Draft(self.tenants.get(namespace, self.config), self.objects, known, found, now)
        draft.quota = self._quota
        draft.withheld = "" if namespace in self._sent_in else self._withheld
        for firing in _firings(draft, found, was, silent=silent):
            event = draft.event(firing)
            for destination in draft.match(firing):
                draft.render(firing, event, destination)
        draft.check(was)
        draft.finish()
        unit = Unit(draft.records(), () if silent else found.events, [note.delivery for note in draft.notes])
        return Derived(unit, tuple(draft.notes), tuple(draft.problems), draft.judged, found.digest.root, draft.waits)

    def look_again(self, root: AnyDigest, known: Known, now: float, *, silent: bool = False) -> Derived:
        """Judge an object's conditions once more: time has passed, the configuration is new, or we had lagged."""
        return self.derive(Interpretation(root), known, now, silent=silent)


def _firings(draft: Draft, found: Interpretation, was: AnyDigest | None, *, silent: bool) -> Iterator[Firing]:
    known = was is not None or silent or found.digest.uid != found.digest.root
    if silent:
        # What holds is taken note of; who subscribed before we came is not told of it.
        deque(draft.fire_conditions(was, known=known), maxlen=0)
        return
    for event in found.events:
        yield from draft.fire(event)
    yield from draft.fire_armed()
    yield from draft.fire_conditions(was, known=known)
