"""What is known of a Rollout, read: its digest, what conditions and templates see, what its present state means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from notifier.config.schema import Config
from notifier.known import Known
from notifier.model import REVISION_ANNOTATION, Event, Kind, Object
from notifier.objects import Objects, slim
from notifier.outbox.protocol import Delivery
from notifier.rollouts import project
from notifier.rollouts.digests import AnyDigest, ExperimentDigest, ReplicaSetDigest, RolloutDigest, RunDigest
from notifier.rollouts.history import blamed
from notifier.rollouts.interpret import UnreadableError, interpret, read
from notifier.rollouts.rules import transitions
from notifier.rollouts.views import RolloutView
from notifier.scene import Scene
from notifier.triggers import Armed, Memory

_CHILDREN = (Kind.REPLICA_SET, Kind.EXPERIMENT, Kind.ANALYSIS_RUN)
"""The kinds that matter, what others refer to before them."""

_OTHER = "?"
"""The hash of a version that nothing is known of."""

_memory = msgspec.json.Decoder(Memory).decode


class Subject(NamedTuple):
    """A Rollout and, in any order, its AnalysisRuns, Experiments and ReplicaSets.

    The rest is what a store holds: its digest, its events with the oldest first, its deliveries with the newest first.
    """

    rollout: Object
    relatives: Sequence[Object] = ()
    digest: RolloutDigest | None = None
    events: Sequence[Event] = ()
    deliveries: Sequence[Delivery] = ()


@dataclass(frozen=True)
class Situation:
    """A subject, read at a time `now`. `also` are the annotations of what the Rollout owns, by object.

    `present` holds by reason what the present state would mean to somebody who knows nothing of it.
    """

    subject: Subject
    digest: RolloutDigest
    present: Mapping[str, Event]
    memory: Memory
    also: Mapping[str, Mapping[str, str]]
    scene: Scene = field(repr=False)
    now: float

    def variables(self, event: Event | None, namespace: str = "") -> dict[str, Any]:
        """What conditions see at an event, None where one is judged on its own; see `Scene.variables`."""
        return self.scene.variables(self.digest.uid, event, namespace)

    def armed(self, trigger: str) -> Armed | None:
        """The event of the present revision that has armed a trigger, None where there is none."""
        found = self.memory.armed.get(trigger)
        return found if found and found.revision == self.digest.revision else None

    def last(self, is_wanted: Callable[[str], bool]) -> Event | None:
        """The last event of some reasons that the store knows."""
        own = (event for event in reversed(self.subject.events) if event.uid == self.digest.uid)
        return next((event for event in own if is_wanted(event.reason)), None)


def situation(subject: Subject, config: Config, now: float) -> Situation:
    """Read a subject. Raises UnreadableError."""
    reading = _Reading(subject, now)
    digest = reading.rollout()
    told = [*_states(digest, now), *reading.children(digest)]
    family = reading.known.family(digest.uid)
    return Situation(
        subject=subject,
        digest=digest,
        present={event.reason: blamed(event, family) for event in told},
        memory=_memory(bytes(digest.triggers)),
        also=reading.also,
        scene=Scene(config, reading.objects, reading.known),
        now=now,
    )


class _Reading:
    """The objects of a subject, one after the other."""

    def __init__(self, subject: Subject, now: float) -> None:
        self._subject, self._now = subject, now
        self.objects, self.known = Objects(), Known(())
        self.also: dict[str, dict[str, str]] = {}

    def rollout(self) -> RolloutDigest:
        """The Rollout's digest, in which its ReplicaSets tell what it replaces."""
        view = self._view(self._subject.rollout, Kind.ROLLOUT)
        assert isinstance(view, RolloutView)  # noqa: S101  # of this kind there is no other view
        uid = view.metadata.uid
        sets = {s.uid: s for s in self._replica_sets(uid)}
        before = self._subject.digest or _before(view, sets.values())
        digest = interpret(view, before, sets, self._now).digest
        assert isinstance(digest, RolloutDigest)  # noqa: S101  # likewise
        self._keep(Kind.ROLLOUT, digest, self._subject.rollout)
        return digest

    def children(self, root: RolloutDigest) -> list[Event]:
        """Take in what it owns: what the present phase of each means, of each reason the last to be created."""
        events: list[Event] = []
        for kind in _CHILDREN:
            for found in sorted(self._of(kind), key=_age):
                view = self._view(found, kind)
                told = interpret(view, None, self.known.family(root.uid), self._now)
                self._keep(kind, msgspec.structs.replace(told.digest, root=root.uid), found)
                if _is_of(told.digest, root.revision):
                    events += told.events
                if told.digest.subscriptions:
                    self.also[f"{kind} {told.digest.name}"] = told.digest.subscriptions
        return events

    def _replica_sets(self, root: str) -> Iterator[ReplicaSetDigest]:
        for found in self._of(Kind.REPLICA_SET):
            digest = interpret(self._view(found, Kind.REPLICA_SET), None, {}, self._now).digest
            if isinstance(digest, ReplicaSetDigest):
                yield msgspec.structs.replace(digest, root=root)

    def _of(self, kind: Kind) -> Iterator[Object]:
        return (found for found in self._subject.relatives if found.get("kind") == kind)

    def _view(self, found: Object, kind: Kind) -> Any:
        try:
            return read(kind, slim(msgspec.json.encode(found)))
        except msgspec.DecodeError as error:
            raise UnreadableError(f"{kind} cannot be read: {error}") from error

    def _keep(self, kind: Kind, digest: AnyDigest, found: Object) -> None:
        self.known.set(digest)
        self.objects.put(kind, digest.uid, digest.version, digest.root, slim(msgspec.json.encode(found)))


def _is_of(digest: AnyDigest, revision: str) -> bool:
    """Whether an object belongs to a revision, as far as it says."""
    return not isinstance(digest, RunDigest | ExperimentDigest) or digest.revision in ("", revision)


def _age(found: Object) -> str:
    return str(found["metadata"].get("creationTimestamp", ""))


def _before(view: RolloutView, sets: Iterable[ReplicaSetDigest]) -> RolloutDigest:
    """What somebody would know who had seen the revision before this one complete."""
    blank = project.nothing(view.metadata)
    revision = (view.metadata.annotations or {}).get(REVISION_ANNOTATION, "")
    earlier = str(int(revision) - 1) if revision.isdecimal() and int(revision) > 1 else ""
    if not earlier:
        return blank
    old = next((s for s in sets if s.revision == earlier), None)
    status = view.status
    under_way = status and status.stable_rs and status.stable_rs != status.current_pod_hash
    stable = (status.stable_rs if status and under_way else None) or (old.pod_hash if old else _OTHER)
    facts = {"revision": earlier, "hash_revision": earlier, "stable_revision": earlier}
    images = old.images if old else {}
    return msgspec.structs.replace(blank, **facts, pod_hash=stable, stable=stable, stable_images=images, images=images)


def _states(c: RolloutDigest, now: float) -> Iterator[Event]:
    """What the present state means: of its past only the revision before is known, and of the last step that it ran."""
    stable = c.stable if c.under_way else _OTHER if c.previous_revision else ""
    past = RolloutDigest(
        uid=c.uid,
        version=c.version,
        name=c.name,
        namespace=c.namespace,
        root=c.root,
        revision=c.previous_revision,
        hash_revision=c.previous_revision,
        stable=stable,
        pod_hash=stable,
        stable_revision=c.previous_revision,
    )
    yield from transitions(past, c, now)
    if c.step_index:
        stepping = msgspec.structs.replace(c, step_index=c.step_index - 1, pauses=())
        yield from (event for event in transitions(stepping, c, now) if event.reason == "RolloutStepCompleted")
