"""The recordings, decoded once, and what can be done to them."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from notifier import times
from notifier.model import Change, ChangeType, Kind

RECORDINGS = Path(__file__).parents[1] / "recordings"
EXPECT: dict[str, dict[str, Any]] = json.loads((RECORDINGS / "expect.json").read_text())
STORIES = tuple(EXPECT)


def chance(name: str, seed: int = 0) -> Random:
    """Chance that a failing test can be given again."""
    return Random(f"{name} {seed}")  # noqa: S311  # no secret


class Line(NamedTuple):
    """One line of a recording: `at` is seconds since the epoch, `object` its object, decoded."""

    at: float
    kind: Kind
    uid: str
    owner: str
    change: Change
    object: dict[str, Any]

    @property
    def type(self) -> ChangeType:
        """What happened to the object."""
        return self.change.type

    @property
    def version(self) -> int:
        """The object's resourceVersion."""
        return int(self.object["metadata"]["resourceVersion"])


def line(kind: ChangeType, found: dict[str, Any], at: float) -> Line:
    """The line that shows an object at a time."""
    change = Change(Kind(found["kind"]), kind, json.dumps(found).encode())
    return Line(at, change.kind, found["metadata"]["uid"], _owner(found), change, found)


def _owner(found: dict[str, Any]) -> str:
    about = [found["involvedObject"]] if found["kind"] == Kind.EVENT else found["metadata"].get("ownerReferences", ())
    return next((str(o["uid"]) for o in about if o["kind"] in set(Kind)), "")


@functools.cache
def story(name: str) -> tuple[Line, ...]:
    """The lines of a recording."""
    with gzip.open(RECORDINGS / f"{name}.jsonl.gz", "rb") as lines:
        seen = map(json.loads, lines)
        return tuple(line(s["type"], s["object"], times.seconds(s["ts"]) or 0.0) for s in seen)


@functools.cache
def ended(name: str) -> tuple[Line, ...]:
    """A recording with the end that it lacks: everything is deleted, owners first."""
    lines = story(name)
    last = {one.uid: one for one in lines if one.kind is not Kind.EVENT}
    owners = {one.owner for one in last.values()}
    order = sorted(last.values(), key=lambda one: (one.owner != "", one.uid not in owners))
    return (*lines, *(deletion(one, version(lines) + i, lines[-1].at) for i, one in enumerate(order, 1)))


def deletion(last: Line, resource_version: int, at: float) -> Line:
    """The line that shows an object's end."""
    metadata = {**last.object["metadata"], "resourceVersion": str(resource_version)}
    return line("DELETED", {**last.object, "metadata": metadata}, at)


def version(lines: Iterable[Line]) -> int:
    """The cluster's resourceVersion after these lines, 0 before any."""
    return max((one.version for one in lines), default=0)


def exist(lines: Iterable[Line], order: Random) -> list[Line]:
    """What a list shows after these lines, in any order: the last state of whatever is not deleted."""
    last = {one.uid: one for one in lines}
    live = [one._replace(change=one.change._replace(type="ADDED")) for one in last.values() if one.type != "DELETED"]
    order.shuffle(live)
    return live


def thinned(lines: Sequence[Line], share: float, choice: Random) -> list[Line]:
    """The lines without a share of the MODIFIED ones, but with the last of every object."""
    last = {one.uid: i for i, one in enumerate(lines)}
    kept = {i for i, one in enumerate(lines) if one.type != "MODIFIED" or choice.random() >= share}
    return [one for i, one in enumerate(lines) if i in kept.union(last.values())]


def shifted(lines: Sequence[Line], choice: Random) -> list[Line]:
    """The lines of different objects shifted against each other, each object's own in their order.

    No line comes before its owner's first, nor after the owner is deleted unless it is a deletion too.
    """
    queues: dict[str, list[Line]] = {}
    for one in lines:
        queues.setdefault(one.uid, []).append(one)
    pace = {uid: choice.random() for uid in queues}
    return list(_merged(queues, {one.uid: one.owner for one in lines}, pace, choice))


def _merged(
    queues: dict[str, list[Line]], owners: dict[str, str], pace: dict[str, float], choice: Random
) -> Iterator[Line]:
    shown: set[str] = set()
    waiting = dict.fromkeys(queues, 0)
    while waiting:
        ready = [uid for uid in waiting if _may_come(queues[uid][waiting[uid]], shown, waiting, queues, owners)]
        uid = choice.choices(ready, [pace[uid] for uid in ready])[0]
        yield queues[uid][waiting[uid]]
        shown.add(uid)
        waiting[uid] += 1
        if waiting[uid] == len(queues[uid]):
            del waiting[uid]


def _may_come(
    one: Line, shown: set[str], waiting: dict[str, int], queues: dict[str, list[Line]], owners: dict[str, str]
) -> bool:
    if one.owner in queues and one.owner not in shown:
        return False
    if one.type != "DELETED":
        return True
    alive = (uid for uid, i in waiting.items() if queues[uid][i].type != "DELETED")
    return all(one.uid not in _ancestors(uid, owners) for uid in alive)


def _ancestors(uid: str, owners: dict[str, str]) -> Iterator[str]:
    while uid := owners.get(uid, ""):
        yield uid
