"""Changes that have been read and wait to be understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from notifier.known import Known
from notifier.model import Change, Kind, Problem, Scope, Target
from notifier.rollouts.digests import RolloutDigest
from notifier.rollouts.interpret import ObjectView, glimpse, waits_for

_OWNED = frozenset({Kind.REPLICA_SET, Kind.ANALYSIS_RUN, Kind.EXPERIMENT})


class Sighting(NamedTuple):
    """A change, read; `since` is when it was first seen, `first` whether in a list that is learned silently."""

    change: Change
    view: ObjectView
    since: float
    first: bool

    @property
    def uid(self) -> str:
        """The object's uid."""
        return self.view.metadata.uid

    @property
    def version(self) -> int:
        """The object's resourceVersion."""
        return self.view.metadata.version

    def is_stray(self, known: Known) -> bool:
        """Whether it says that it belongs to an object of another namespace, which Kubernetes knows no such thing as.

        Believing it would let whoever may write in one namespace speak for another's Rollouts, and read them.
        """
        owner = known.digest(waits_for(self.view))
        return owner is not None and owner.namespace != self.view.metadata.namespace


class Held:
    """Rollouts that changed while nobody looked, with what belongs to them, until all that they own has been listed.

    Why an update was aborted, what it changes and whether it goes back is told by what a Rollout owns.
    """

    def __init__(self) -> None:
        self._unlisted: set[tuple[Kind, str]] = set()
        self._held: dict[str, list[Sighting]] = {}

    def expect(self, kind: Kind, scope: Scope) -> None:
        """Say that a kind will be listed."""
        if kind in _OWNED:
            self._unlisted.add((kind, scope.namespace))

    def listed(self, kind: Kind, scope: Scope) -> list[Sighting]:
        """Say that a kind was listed; what was held, if it was the last."""
        self._unlisted.discard((kind, scope.namespace))
        return [] if self._unlisted else self.release()

    def release(self) -> list[Sighting]:
        """All that was held; nothing more will be."""
        self._unlisted.clear()
        held, self._held = [sighting for some in self._held.values() for sighting in some], {}
        return held

    def take(self, sighting: Sighting, known: Known) -> bool:
        """Whether it is held: a Rollout that has changed since it was stored, and what belongs to one."""
        if not self._unlisted:
            return False
        was = known.digest(sighting.uid)
        owner = known.digest(waits_for(sighting.view)) or was
        root = owner.root if owner else ""
        if root in self._held or (isinstance(was, RolloutDigest) and sighting.version > was.version):
            self._held.setdefault(root, []).append(sighting)
        return root in self._held


def look_ahead(sightings: Iterable[Sighting], known: Known) -> None:
    """Let each Rollout among them be described by all that it owns among them."""
    for sighting in sightings:
        owner = known.digest(waits_for(sighting.view))
        seen = glimpse(sighting.view, owner.root) if owner and not sighting.is_stray(known) else None
        if seen:
            known.glimpse(seen)


class _Head(msgspec.Struct):
    """What can be read of an object that cannot be read."""

    metadata: dict[str, Any] = {}


_head = msgspec.json.Decoder(_Head, strict=False).decode


def unreadable(change: Change, error: Exception) -> Problem:
    """What is said of a change that cannot be read."""
    name, namespace, uid = (str(_head(change.raw).metadata.get(key, "")) for key in ("name", "namespace", "uid"))
    return Problem(f"{change.kind} {namespace}/{name}", "", str(error), on=Target(change.kind, namespace, name, uid))
