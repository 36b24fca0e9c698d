"""Changes in, committed units out: batches, children that wait for their owner, silent first lists, time passing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

import msgspec
import structlog

from notifier.draft import Note
from notifier.known import Known
from notifier.model import Change, Event, Kind, Problem, Scope
from notifier.objects import slim
from notifier.outbox.protocol import Committed, Delivery, Outbox
from notifier.pipeline import Derived, Pipeline
from notifier.rollouts.digests import AnyDigest, ReplicaSetDigest, RolloutDigest, Tombstone
from notifier.rollouts.interpret import (
    Interpretation,
    UnreadableError,
    deleted,
    interpret,
    matters,
    read,
    waits_for,
)
from notifier.selectors import parse
from notifier.sightings import Held, Sighting, look_ahead, unreadable
from notifier.triggers import Verdict

_log = structlog.get_logger(__name__)

ORPHAN_SECONDS = 60.0
"""How long a child waits for its owner to be seen before it is told with what is known."""

_KEPT = frozenset({Kind.ROLLOUT, Kind.EXPERIMENT, Kind.ANALYSIS_RUN})


@dataclass(slots=True)
class Told:
    """What came of some changes: events and notes that are new, deliveries leased to us, what could not work.

    `changes` counts what was read by kind, `judged` the conditions that were looked at by trigger and verdict.
    """

    events: list[Event] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    leased: list[Delivery] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    judged: Counter[tuple[str, Verdict]] = field(default_factory=Counter)

    def extend(self, other: Told) -> None:
        """Add what came of later changes."""
        self.events += other.events
        self.notes += other.notes
        self.leased += other.leased
        self.problems += other.problems
        self.changes += other.changes
        self.judged += other.judged

    def add(self, derived: Derived, result: Committed) -> None:
        """Add what one unit really brought."""
        self.events += (event for event in derived.unit.events if event.id in result.events)
        self.notes += (note for note in derived.notes if note.delivery.key in result.keys)
        self.leased += result.leased
        self.problems += derived.problems
        self.judged += derived.judged


class Intake:
    """Feeds a pipeline from what is watched and commits what it makes.

    `strangers` tells whether children whose owner never shows up are told (with what their reference says) or, where
    only a selection of Rollouts is watched, dropped. Objects of `excluded` namespaces are not looked at.
    """

    def __init__(
        self, outbox: Outbox, pipeline: Pipeline, *, strangers: bool = True, excluded: Collection[str] = ()
    ) -> None:
        self._outbox, self._pipeline, self._strangers = outbox, pipeline, strangers
        self._excluded = frozenset(excluded)
        self._orphans: dict[str, list[Sighting]] = {}
        self._unlearned: set[tuple[Kind, str]] = set()
        self._waiting: set[str] = set()
        self._held = Held()
        self.foreign: set[str] = set()

    def expect(self, kind: Kind, scope: Scope) -> None:
        """Say that a kind will be listed: Rollouts that changed while nobody looked wait for what they own."""
        self._held.expect(kind, scope)

    async def begin(self, kind: Kind, scope: Scope) -> None:
        """Say that a list of a kind is about to be read: the first one ever is learned silently."""
        if not await self._outbox.is_learned(kind, scope):
            self._unlearned.add((kind, scope.namespace))

    async def absorb(self, changes: Iterable[Change], now: float, *, mute: bool = False) -> Told:
        """Take in changes, in order; `mute` learns all of them in silence."""
        told, sightings = Told(), []
        for change in changes:
            told.changes[change.kind] += 1
            try:
                slimmed = change._replace(raw=slim(change.raw))
                view = read(slimmed.kind, slimmed.raw)
            except (UnreadableError, msgspec.DecodeError) as error:
                told.problems.append(unreadable(change, error))
                continue
            if matters(view) and view.metadata.namespace not in self._excluded:
                first = self._is_unlearned(change.kind, view.metadata.namespace)
                sightings.append(Sighting(slimmed, view, now, first))
        told.extend(await self._work(sightings, now, mute=mute))
        return told

    async def complete(self, kind: Kind, scope: Scope, version: int, uids: Collection[str], now: float) -> Told | None:
        """Take in that a list is complete: what it lacks is gone. None asks for the list to be read once more.

        That is where the cluster's own version is behind what is stored: it was restored from a backup.
        """
        if await self._outbox.rewind(kind, scope.namespace, version):
            return None
        first = (kind, scope.namespace) in self._unlearned
        self._unlearned.discard((kind, scope.namespace))
        told = await self._work(self._held.listed(kind, scope), now, mute=False, ahead=True)
        if first:
            await self._outbox.learn(kind, scope, now)
        else:
            told.extend(await self.missing(kind, scope, uids, now, version=version))
        return told

    async def tick(self, now: float) -> Told:
        """Let time pass: judge what time alone may change, and tell of children whose owner does not come."""
        # A kind that cannot be listed holds up nobody for longer.
        told = await self._work(self._held.release(), now, mute=False, ahead=True)
        told.extend(await self._look_again(self._waiting, now))
        if self._orphans:
            told.extend(await self._adopt(now, force=False))
        return told

    async def reconsider(self, now: float, namespace: str = "", *, learning: bool = False) -> Told:
        """Judge the conditions of a namespace's Rollouts once more, "" is everybody's: the configuration is new.

        While `learning`, what holds is taken note of and not told: another configuration than before is in force.
        """
        return await self._look_again(self._pipeline.objects.roots(), now, namespace, learning=learning)

    async def finish(self, now: float) -> Told:
        """Tell of the children that still wait: nothing more will come."""
        return await self._adopt(now, force=True) if self._orphans else Told()

    async def _work(self, sightings: Sequence[Sighting], now: float, *, mute: bool, ahead: bool = False) -> Told:
        told = Told()
        while sightings:
            known = await self._recall(sightings)
            if ahead:
                look_ahead(sightings, known)
            derived: list[tuple[Sighting, Derived]] = []
            for sighting in sightings:
                derived += self._derive(sighting, known, now, mute=mute)
            results = await self._outbox.commit([d.unit for _, d in derived], now)
            sightings = [s for (s, _), result in zip(derived, results, strict=True) if result is None]
            told.extend(self._told([d for _, d in derived], results))
        return told

    async def _recall(self, sightings: Iterable[Sighting]) -> Known:
        uids = {uid for s in sightings for uid in (s.uid, waits_for(s.view)) if uid}
        known = Known(await self._outbox.recall(uids))
        self.foreign |= known.foreign
        return known

    def _derive(self, sighting: Sighting, known: Known, now: float, *, mute: bool) -> list[tuple[Sighting, Derived]]:
        """What a sighting comes to, and those that waited for it."""
        if sighting.uid in known.foreign or (not mute and self._held.take(sighting, known)):
            return []
        owner = waits_for(sighting.view)
        if sighting.is_stray(known):
            return []
        if owner and known.digest(owner) is None and not mute:
            if now - sighting.since < ORPHAN_SECONDS:
                self._orphans.setdefault(owner, []).append(sighting)
                return []
            if not self._strangers:
                return []
        # What waited for the owner is older, though the owner may have come by way of another reader.
        found = [
            pair for orphan in self._orphans.pop(owner, ()) for pair in self._derive(orphan, known, now, mute=mute)
        ]
        derived = self._contained(sighting, known, now, mute=mute)
        found += [(sighting, derived)] if derived else []
        for orphan in self._orphans.pop(sighting.uid, ()):
            found += self._derive(orphan, known, now, mute=mute)
        return found

    def _contained(self, sighting: Sighting, known: Known, now: float, *, mute: bool) -> Derived | None:
        """What a sighting comes to; what nobody foresaw costs this change, and not the daemon at every start."""
        try:
            return self._one(sighting, known, now, mute=mute)
        except Exception:  # noqa: BLE001 - an edge: whoever may write an object must not be able to end the daemon
            metadata = sighting.view.metadata
            name = f"{metadata.namespace}/{metadata.name}"
            _log.exception("a change cannot be understood", kind=sighting.change.kind, object=name)
            return None

    def _one(self, sighting: Sighting, known: Known, now: float, *, mute: bool) -> Derived | None:
        was = known.digest(sighting.uid)
        if was is not None and sighting.version <= was.version:
            return self._old_news(sighting, was, known, now)
        if isinstance(was, Tombstone):
            # It had only left the selection, or the cluster was restored: it is learned anew.
            was, mute = None, True
        found = self._interpret(sighting, was, known, now)
        self._see(sighting, found.digest, known)
        return self._pipeline.derive(found, known, now, silent=mute or (was is None and sighting.first))

    def _interpret(self, sighting: Sighting, was: AnyDigest | None, known: Known, now: float) -> Interpretation:
        owner = waits_for(sighting.view)
        found = interpret(sighting.view, was, known.relatives(owner or sighting.uid), now)
        if sighting.change.type != "DELETED":
            return found
        return deleted(was or found.digest, sighting.version, now, told=was is not None)

    def _old_news(self, sighting: Sighting, was: AnyDigest, known: Known, now: float) -> Derived | None:
        """A state the store knows already: nothing happened, but this reader may have caught up and can judge."""
        new_here = sighting.version > self._pipeline.objects.version(sighting.uid)
        if isinstance(was, Tombstone) or not new_here:
            return None
        self._see(sighting, was, known)
        root = known.digest(was.root)
        return self._pipeline.look_again(root, known, now) if root and sighting.change.kind in _KEPT else None

    def _see(self, sighting: Sighting, digest: AnyDigest, known: Known) -> None:
        objects, kind = self._pipeline.objects, sighting.change.kind
        if isinstance(digest, Tombstone):
            objects.drop(sighting.uid)
        elif kind in _KEPT or _stands_in(digest, known):
            objects.put(kind, sighting.uid, sighting.version, digest.root, sighting.change.raw)

    def _is_unlearned(self, kind: Kind, namespace: str) -> bool:
        return not self._unlearned.isdisjoint({(kind, ""), (kind, namespace)})

    async def missing(self, kind: Kind, scope: Scope, uids: Collection[str], now: float, *, version: int = 0) -> Told:
        """Take in that no other objects of a kind existed in a scope at `version` than those with `uids`."""
        selected = parse(scope.selector)
        missing = await self._outbox.absent(kind, scope.namespace, uids)
        if not missing:
            return Told()
        known = Known(await self._outbox.recall([record.uid for record in missing]))
        digests = [d for record in missing if (d := known.digest(record.uid)) and selected(d.labels)]
        derived = []
        for digest in digests:
            self._pipeline.objects.drop(digest.uid)
            derived.append(self._pipeline.derive(deleted(digest, version, now), known, now))
        return self._told(derived, await self._outbox.commit([d.unit for d in derived], now))

    async def _look_again(
        self, roots: Iterable[str], now: float, namespace: str = "", *, learning: bool = False
    ) -> Told:
        uids = list(roots)
        if not uids:
            return Told()
        known = Known(await self._outbox.recall(uids))
        digests = [digest for uid in uids if (digest := known.digest(uid)) and not isinstance(digest, Tombstone)]
        mine = [digest for digest in digests if namespace in ("", digest.namespace)]
        found = (self._again(digest, known, now, silent=learning) for digest in mine)
        derived = [one for one in found if one]
        self._waiting -= {digest.uid for digest in mine}
        return self._told(derived, await self._outbox.commit([d.unit for d in derived], now))

    def _again(self, digest: AnyDigest, known: Known, now: float, *, silent: bool) -> Derived | None:
        """What an object's conditions come to now; see `_contained`."""
        try:
            return self._pipeline.look_again(digest, known, now, silent=silent)
        except Exception:  # noqa: BLE001 - an edge, as in `_contained`
            _log.exception("conditions cannot be judged", object=f"{digest.namespace}/{digest.name}")
            return None

    async def _adopt(self, now: float, *, force: bool) -> Told:
        """Take in children whose owner has come by way of the store, or who have waited long enough."""
        waiting = [sighting for orphans in self._orphans.values() for sighting in orphans]
        self._orphans.clear()
        return await self._work([s._replace(since=-inf) for s in waiting] if force else waiting, now, mute=False)

    def _told(self, derived: Sequence[Derived], results: Sequence[Committed | None]) -> Told:
        told = Told()
        for one, result in zip(derived, results, strict=True):
            if result is not None:
                (self._waiting.add if one.waits else self._waiting.discard)(one.root)
                told.add(one, result)
        return told


def _stands_in(digest: AnyDigest, known: Known) -> bool:
    """Whether it is a ReplicaSet whose pod template its Rollout does not have itself."""
    root = known.digest(digest.root)
    return isinstance(digest, ReplicaSetDigest) and isinstance(root, RolloutDigest) and root.workload
