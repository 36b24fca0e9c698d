"""From one state of an object to what happened and what to remember. Pure: digest, object, now → events, digest."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from notifier.errors import NotifierError
from notifier.model import COMPONENT, Event, Kind
from notifier.rollouts import children, history, project, rules
from notifier.rollouts.digests import (
    AnyDigest,
    ExperimentDigest,
    KubeEventDigest,
    ReplicaSetDigest,
    RolloutDigest,
    RunDigest,
    Tombstone,
    kind_of,
)
from notifier.rollouts.history import Family
from notifier.rollouts.tell import Teller, tell
from notifier.rollouts.views import (
    AnalysisRunView,
    EventView,
    ExperimentView,
    Metadata,
    Owner,
    ReplicaSetView,
    RolloutView,
)

ObjectView = RolloutView | ReplicaSetView | AnalysisRunView | ExperimentView | EventView

_DECODERS: dict[Kind, msgspec.json.Decoder[ObjectView]] = {
    Kind.ROLLOUT: msgspec.json.Decoder(RolloutView),
    Kind.REPLICA_SET: msgspec.json.Decoder(ReplicaSetView),
    Kind.ANALYSIS_RUN: msgspec.json.Decoder(AnalysisRunView),
    Kind.EXPERIMENT: msgspec.json.Decoder(ExperimentView),
    Kind.EVENT: msgspec.json.Decoder(EventView),
}


class UnreadableError(NotifierError):
    """An object is not of the shape its kind has; the message names the path."""


class Interpretation(NamedTuple):
    """What to remember, what happened, and whose annotations ask for it beside those of the object it is told on."""

    digest: AnyDigest
    events: tuple[Event, ...] = ()
    also: tuple[dict[str, str], ...] = ()


def read(kind: Kind, raw: bytes) -> ObjectView:
    """The typed view of an object's JSON. Raises UnreadableError naming the field that is wrong."""
    try:
        return _DECODERS[kind].decode(raw)
    except msgspec.DecodeError as error:
        raise UnreadableError(f"{kind} cannot be read: {error}") from error


def waits_for(view: ObjectView) -> str:
    """The uid of the object that must be known before this one can be understood, empty where there is none."""
    owner = _owner(view)
    return owner.uid if owner else ""


def glimpse(view: ObjectView, root: str) -> AnyDigest | None:
    """What tells of a Rollout's update or abort in the state of something it owns, None where nothing does."""
    match view:
        case ReplicaSetView():
            return project.replica_set(view, root)
        case AnalysisRunView():
            return project.run(view, root)
        case _:
            return None


def matters(view: ObjectView) -> bool:
    """Whether an object can tell anything: ReplicaSets of others and Kubernetes Events about other things cannot."""
    match view:
        case EventView():
            return children.tells_what_no_state_tells(view, COMPONENT)
        case ReplicaSetView():
            return _owner(view) is not None
        case _:
            return True


def interpret(view: ObjectView, was: AnyDigest | None, family: Family, now: float) -> Interpretation:
    """What happened between the state remembered as `was` and the one in `view`.

    `family` holds the digests of the object's relatives, by uid. Where the owner is not in it, its name and uid from
    the reference have to do. What belongs to a deleted object is silent.
    """
    if isinstance(was, Tombstone):
        return Interpretation(was)
    if isinstance(view, RolloutView):
        return _rollout(view, was if isinstance(was, RolloutDigest) else None, family, now)
    return _child(view, was, family, now)


def deleted(was: AnyDigest, version: int, now: float, *, told: bool = True) -> Interpretation:
    """What the disappearance of an object tells, from its digest; nothing where it was never known (`told` false)."""
    if isinstance(was, Tombstone):
        return Interpretation(was)
    kind = kind_of(was)
    grave = Tombstone(
        uid=was.uid,
        version=max(version, was.version),
        name=was.name,
        namespace=was.namespace,
        labels=was.labels,
        subscriptions=was.subscriptions,
        root=was.root,
        kind=kind,
        deleted=now,
    )
    tells = told and kind is Kind.ROLLOUT
    events = (tell(Teller.of(was), "RolloutDeleted", (), now, {}),) if tells else ()
    return Interpretation(grave, events)


def _rollout(view: RolloutView, was: RolloutDigest | None, family: Family, now: float) -> Interpretation:
    p = was or project.nothing(view.metadata)
    c = history.described(p, project.rollout(view, p, now), family)
    created = () if was else (tell(Teller.of(c), "RolloutCreated", (), now, {}),)
    events = (history.blamed(event, family) for event in rules.transitions(p, c, now))
    return Interpretation(c, (*created, *events))


def _child(view: ObjectView, was: AnyDigest | None, family: Family, now: float) -> Interpretation:
    owner = _owner(view)
    parent = family.get(owner.uid) if owner else None
    root = parent.root if parent else owner.uid if owner else view.metadata.uid
    top = family.get(root)
    direct = _teller(parent, owner, view.metadata)
    on = Teller.of(top) if top else direct
    found = _told(view, was, root, _Tellers(direct, on), now)
    silent = isinstance(parent, Tombstone) or isinstance(top, Tombstone)
    also = tuple(d.subscriptions for d in (parent, found.digest) if d and d.uid != on.uid and d.subscriptions)
    events = tuple(history.blamed(event, family) for event in found.events)
    return Interpretation(found.digest, () if silent else events, also)


class _Tellers(NamedTuple):
    direct: Teller
    root: Teller


def _told(view: ObjectView, was: AnyDigest | None, root: str, on: _Tellers, now: float) -> Interpretation:
    match view:
        case ReplicaSetView():
            size = project.replica_set(view, root)
            before = was if isinstance(was, ReplicaSetDigest) else None
            return Interpretation(size, tuple(children.scaling(before, size, on.direct, now)))
        case AnalysisRunView():
            run = project.run(view, root)
            teller = on.root if on.root.uid != run.uid else Teller.of(run)
            return Interpretation(run, tuple(children.run(_as_run(was), run, teller, view, now)))
        case ExperimentView():
            experiment = project.experiment(view, root)
            teller = on.root if on.root.uid != experiment.uid else Teller.of(experiment)
            return Interpretation(experiment, tuple(children.experiment(_as_experiment(was), experiment, teller, now)))
        case EventView():
            event = project.kube_event(view, root)
            noted = was if isinstance(was, KubeEventDigest) else None
            return Interpretation(event, tuple(children.kube_event(noted, event, on.direct, view, now)))
    raise UnreadableError(f"{view.metadata.name} is of no kind that is watched")


def _as_run(was: AnyDigest | None) -> RunDigest | None:
    return was if isinstance(was, RunDigest) else None


def _as_experiment(was: AnyDigest | None) -> ExperimentDigest | None:
    return was if isinstance(was, ExperimentDigest) else None


def _owner(view: ObjectView) -> Owner | None:
    if isinstance(view, EventView):
        about = view.involved_object
        return Owner(about.kind, about.name, about.uid)
    return project.owner(view.metadata)


def _teller(parent: AnyDigest | None, owner: Owner | None, metadata: Metadata) -> Teller:
    if parent:
        return Teller.of(parent)
    if owner:
        return Teller(owner.kind, metadata.namespace, owner.name, owner.uid)
    return Teller("", metadata.namespace, metadata.name, metadata.uid)
