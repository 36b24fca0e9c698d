"""Plays what a real controller wrote into a store, at its own pace or faster.

    await play(store, recast(load(path), namespace="shop", annotate={…}), speed=10)

Each step is usable without the others: `load` reads a recording, `recast` makes other Rollouts of it, `retime` moves
it to another time, `play` writes it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.sandbox.kinds import resource_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from notifier.model import ChangeType, Object
    from notifier.sandbox.store import Store

    _Annotations = Mapping[str, str]

SUBSCRIBABLE = (Kind.ROLLOUT, Kind.EXPERIMENT)
_TIME = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"')


class Line(NamedTuple):
    """One line of a recording: when (RFC 3339, "" is at once) an object was seen in which state."""

    type: ChangeType
    object: Object
    ts: str = ""


class Clock(NamedTuple):
    """Seconds that pass: now on some scale, and how to wait for so many."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


REAL_TIME = Clock()


def load(path: Path) -> Iterator[Line]:
    """Read a recording of JSON lines `{"ts", "type", "object"}`, compressed if its name says so, without bookmarks.

    msgspec.DecodeError if a line is none.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in map(msgspec.json.decode, file):
            if line["type"] != "BOOKMARK":
                yield Line(line["type"], line["object"], line.get("ts", ""))


def recast(
    lines: Iterable[Line],
    *,
    namespace: str = "",
    annotate: Mapping[str, str] | None = None,
    drop_subscriptions: bool = False,
) -> Iterator[Line]:
    """Make a recording one of other objects.

    In another namespace they have uids of their own, the same ones each time. Rollouts and Experiments lose recorded
    notification annotations if asked to, and get the given ones.
    """
    for line in lines:
        obj = _moved(line.object, namespace) if namespace else line.object
        if obj.get("kind") in SUBSCRIBABLE:
            obj = _annotated(obj, annotate or {}, drop_subscriptions)
        yield line._replace(object=obj)


def retime(lines: Iterable[Line], *, start: float, speed: float = 1) -> Iterator[Line]:
    """Move a recording, with every time in its objects, to begin at `start` (epoch) and run `speed` times as fast.

    For who shows it to a program that compares what it reads with its clock.
    """
    shift = None
    for line in lines:
        if shift is None and line.ts:
            shift = _Shift(_seconds(line.ts), start, speed)
        yield _retimed(line, shift) if shift else line


async def play(store: Store, lines: Iterable[Line], *, speed: float = float("inf"), clock: Clock = REAL_TIME) -> None:
    """Write each state as the controller would: its own uid, metadata, spec and status, the store's resourceVersion.

    `ts` divided by `speed` sets the pace; the default is as fast as readers are given a chance to read. Annotations
    that somebody else has put on an object meanwhile stay. ApiError 404 if an object to delete is not there.
    """
    begin, first = clock.now(), ""
    written: dict[tuple[str, str, str], _Annotations] = {}
    for line in lines:
        first = first or line.ts
        due = begin + (_seconds(line.ts) - _seconds(first)) / speed if line.ts else begin
        await clock.sleep(max(0, due - clock.now()))
        if line.type == "DELETED":
            store.remove(line.object)
        else:
            _write(store, line.object, written)


def _write(store: Store, obj: Object, written: dict[tuple[str, str, str], _Annotations]) -> None:
    """Write a state; `written` holds the annotations that each object got from us last."""
    metadata = obj["metadata"]
    key = obj["kind"], metadata.get("namespace", ""), metadata["name"]
    ours = metadata.get("annotations") or {}
    known = ours.keys() | written.get(key, {}).keys()
    foreign = {name: value for name, value in _present(store, obj).items() if name not in known}
    written[key] = ours
    store.put(_annotated(obj, foreign, drop_subscriptions=False) if foreign else obj)


def _present(store: Store, obj: Object) -> _Annotations:
    """Return the annotations that an object has now."""
    metadata = obj["metadata"]
    found = store.find(resource_of(obj), metadata.get("namespace", ""), metadata["name"])
    return (found.decode()["metadata"].get("annotations") or {}) if found else {}


def _annotated(obj: Object, annotations: Mapping[str, str], drop_subscriptions: bool) -> Object:
    present = obj["metadata"].get("annotations") or {}
    kept = {
        name: value
        for name, value in present.items()
        if not (drop_subscriptions and name.startswith(ANNOTATION_PREFIX))
    }
    return {**obj, "metadata": obj["metadata"] | {"annotations": kept | dict(annotations)}}


def _moved(obj: Object, namespace: str) -> Object:
    """Return an object in another namespace; its uid and those it refers to follow."""
    metadata = _transplanted(obj["metadata"], namespace)
    if owners := metadata.get("ownerReferences"):
        metadata["ownerReferences"] = [owner | _uid(owner, namespace) for owner in owners]
    involved = obj.get("involvedObject")
    return {**obj, "metadata": metadata} | ({"involvedObject": _transplanted(involved, namespace)} if involved else {})


def _transplanted(reference: Object, namespace: str) -> Object:
    return reference | {"namespace": namespace} | _uid(reference, namespace)


def _uid(reference: Object, namespace: str) -> Object:
    recorded = reference.get("uid")
    return {"uid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace}/{recorded}"))} if recorded else {}


class _Shift(NamedTuple):
    """Where a recording's times go, in epoch seconds: its first one to `start`, the others accordingly."""

    first: float
    start: float
    speed: float

    def __call__(self, recorded: str, *, fraction: bool) -> str:
        """Return the text that a recorded text becomes."""
        moved = self.start + (_seconds(recorded) - self.first) / self.speed
        text = datetime.fromtimestamp(moved, UTC).isoformat(timespec="microseconds" if fraction else "seconds")
        return text.replace("+00:00", "Z")


def _retimed(line: Line, shift: _Shift) -> Line:
    def moved(found: re.Match[bytes]) -> bytes:
        return b'"' + shift(found[1].decode(), fraction=b"." in found[1]).encode() + b'"'

    obj = msgspec.json.decode(_TIME.sub(moved, msgspec.json.encode(line.object)))
    return Line(line.type, obj, shift(line.ts, fraction=True) if line.ts else "")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
