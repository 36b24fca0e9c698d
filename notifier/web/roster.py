"""Rollouts as they are now: one outline each, read from the store's digests when somebody looks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from sys import intern
from typing import NamedTuple

import msgspec

from notifier import times
from notifier.model import Value
from notifier.outbox.protocol import Record
from notifier.outbox.reading import Reader
from notifier.rollouts.digests import VERSION, RolloutDigest, decode

PHASES = ("Degraded", "Paused", "Progressing", "Unknown", "Healthy")
"""What wants a person first."""
_UNKNOWN = "Unknown"
_ORDER, _NAMESPACE = attrgetter("order"), attrgetter("namespace")
_RANK = {phase: number for number, phase in enumerate(PHASES)}


class Outline(Value, frozen=True, gc=False, kw_only=True):
    """A Rollout in one line. `step` of `steps` are done; `weight` is in percent; `since` is when its phase began.

    What wants a person first has the least `order`.
    """

    uid: str
    order: tuple[int, str, str]
    namespace: str
    name: str
    phase: str
    aborted: bool = False
    revision: str = ""
    step: int | None = None
    steps: int = 0
    weight: int | None = None
    since: str | None = None
    message: str = ""


class Wanted(NamedTuple):
    """Which Rollouts; empty fields do not narrow. `name` is a part of the name."""

    namespace: str = ""
    phase: str = ""
    name: str = ""


class Listed(NamedTuple):
    """All Rollouts by uid and in order, what wants a person first, and how many are in each namespace."""

    by_uid: Mapping[str, Outline] = {}
    rollouts: Sequence[Outline] = ()
    namespaces: Mapping[str, int] = {}

    def changed(self, outlines: Mapping[str, Outline | None]) -> Listed:
        """With some that are new, or others than they were, or gone (None)."""
        by_uid = {**self.by_uid, **outlines}
        there = {uid: one for uid, one in by_uid.items() if one}
        rollouts = [one for one in self.rollouts if one.uid not in outlines]
        # What is in order already takes little time to sort.
        rollouts += [there[uid] for uid in outlines if uid in there]
        rollouts.sort(key=_ORDER)
        return Listed(there, rollouts, dict(sorted(Counter(map(_NAMESPACE, rollouts)).items())))

    def find(self, namespace: str, name: str) -> Outline | None:
        """The Rollout of a name."""
        return next((one for one in self.rollouts if one.name == name and one.namespace == namespace), None)

    def matching(self, wanted: Wanted) -> list[Outline]:
        """Those in a namespace with a part of a name, whatever their phase."""
        if not wanted.namespace and not wanted.name:
            return list(self.rollouts)
        part = wanted.name.lower()
        within = (one for one in self.rollouts if not wanted.namespace or one.namespace == wanted.namespace)
        return [one for one in within if part in one.name.lower()]


class Roster:
    """Keeps the outlines of a store's Rollouts; reads again only what was written since."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._stamps: dict[str, int] = {}
        self._listed = Listed()
        self._version = -1
        self._reading = asyncio.Lock()

    async def listed(self) -> Listed:
        """All Rollouts there are. Raises StoreError."""
        async with self._reading:
            version = await self._reader.version()
            if version != self._version:
                await self._read()
                self._version = version
        return self._listed

    async def find(self, namespace: str, name: str) -> tuple[Outline, RolloutDigest] | None:
        """A Rollout as it is now, None where there is none. Raises StoreError."""
        found = await self._fresh(self._listed.find(namespace, name))
        return found or await self._fresh((await self.listed()).find(namespace, name))

    async def _fresh(self, known: Outline | None) -> tuple[Outline, RolloutDigest] | None:
        record = await self._reader.digest(known.uid) if known else None
        digest = digest_of(record)
        return (outline_of(digest), digest) if digest else None

    async def _read(self) -> None:
        stamps, written = await self._reader.rollouts(self._stamps, outline)
        if stamps != self._stamps:
            changed = dict.fromkeys(self._stamps.keys() - stamps.keys()) | written
            self._listed = self._listed.changed(changed)
            self._stamps = stamps


def outline(record: Record) -> Outline | None:
    """A digest in one line, None where a newer version of this program wrote it."""
    digest = digest_of(record)
    return outline_of(digest) if digest else None


def outline_of(digest: RolloutDigest) -> Outline:
    """A digest in one line."""
    phase = intern(digest.phase if digest.phase in _RANK else _UNKNOWN)
    return Outline(
        uid=digest.uid,
        order=(_RANK[phase], digest.namespace, digest.name),
        namespace=intern(digest.namespace),
        name=digest.name,
        phase=phase,
        aborted=digest.aborted,
        revision=digest.revision,
        step=min(digest.step_index, len(digest.steps)) if digest.step_index is not None and digest.steps else None,
        steps=len(digest.steps),
        weight=digest.weight,
        since=_since(digest),
        message=digest.message,
    )


def _since(digest: RolloutDigest) -> str | None:
    """When the present phase began, as far as its digest tells."""
    told: dict[str, Callable[[], str | None]] = {
        "Paused": lambda: min((pause.since for pause in digest.pauses), default=None),
        "Degraded": lambda: digest.aborted_at or digest.degraded,
        "Healthy": lambda: digest.progressing.since if digest.progressing else None,
    }
    began = times.text(digest.started) if digest.started else None
    return (told[digest.phase]() if digest.phase in told else None) or began


def phases(outlines: Iterable[Outline]) -> dict[str, int]:
    """How many are in each phase, what wants a person first; phases that none is in are left out."""
    found = Counter(one.phase for one in outlines)
    return {phase: found[phase] for phase in PHASES if found[phase]}


def digest_of(record: Record | None) -> RolloutDigest | None:
    """The whole digest of a Rollout, None where there is none that this version can read."""
    if record is None or record.shape > VERSION or record.deleted is not None:
        return None
    digest = decode(record.body)
    return digest if isinstance(digest, RolloutDigest) else None


def public(outlines: Iterable[Outline]) -> list[dict[str, object]]:
    """Outlines for JSON."""
    return [{k: v for k, v in msgspec.structs.asdict(one).items() if k != "order"} for one in outlines]
