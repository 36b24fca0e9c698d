"""Recorded watch events in, the notifications they cause out. Sends nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any, Literal

import msgspec

from notifier import times
from notifier.draft import Note
from notifier.intake import Intake, Told
from notifier.model import Change, Event, Kind, Problem, Scope
from notifier.outbox.protocol import Outbox
from notifier.pipeline import Pipeline

REPLAYED = "replayed"
"""Why the deliveries of a replay are never sent."""

_EVERYTHING = Scope()


class _Line(msgspec.Struct):
    """One line of a recording; other keys are allowed."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: msgspec.Raw
    ts: str = ""


class _Head(msgspec.Struct):
    kind: str = ""
    metadata: dict[str, Any] = {}


_line = msgspec.json.Decoder(_Line).decode
_head = msgspec.json.Decoder(_Head).decode


class Replay:
    """One run over recorded lines. The clock is the greatest time seen, this machine's until there is one.

    The first BOOKMARK completes the list that lines before it are. With `baseline` that list stays silent.
    """

    def __init__(self, outbox: Outbox, pipeline: Pipeline, *, baseline: bool = False) -> None:
        self._intake = Intake(outbox, pipeline)
        self._mute = baseline
        self._listing = True
        self._seen: dict[str, set[str]] = {}
        self._clock = 0.0

    async def run(self, lines: Iterable[bytes]) -> AsyncGenerator[Told]:
        """What each line causes, and at last what the end of the input does."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield await self._read(line, number)
        yield await self._intake.finish(self._now)

    @property
    def _now(self) -> float:
        return self._clock or time.time()

    async def _read(self, line: bytes, number: int) -> Told:
        try:
            found = _line(line)
            head = _head(found.object)
        except msgspec.DecodeError as error:
            return Told(problems=[Problem("input", "", f"is no watch event: {error}", number)])
        self._clock = max(self._clock, times.seconds(found.ts) or 0.0)
        if found.type == "BOOKMARK":
            return await self._bookmark(head)
        if head.kind not in set(Kind):
            return Told(problems=[Problem("input", "", f"{head.kind or 'an object without kind'} is not watched")])
        return await self._change(Change(Kind(head.kind), found.type, bytes(found.object)), head)

    async def _change(self, change: Change, head: _Head) -> Told:
        if self._listing and change.type != "DELETED":
            self._seen.setdefault(change.kind, set()).add(str(head.metadata.get("uid", "")))
        told = await self._intake.absorb([change], self._now, mute=self._mute)
        told.extend(await self._intake.tick(self._now))
        return told

    async def _bookmark(self, head: _Head) -> Told:
        told = Told()
        if self._listing:
            self._listing = self._mute = False
            kinds = [Kind(head.kind)] if head.kind in set(Kind) else list(Kind)
            for kind in kinds:
                told.extend(await self._intake.missing(kind, _EVERYTHING, self._seen.get(kind, set()), self._now))
        return told


def notification(note: Note) -> dict[str, Any]:
    """One line of output: a notification."""
    delivery, event = note.delivery, note.event
    return {
        "ts": times.text(delivery.created),
        "namespace": delivery.namespace,
        "name": delivery.name,
        "uid": delivery.uid,
        "revision": delivery.revision,
        "reason": delivery.reason,
        "trigger": delivery.trigger,
        "service": delivery.service,
        "recipient": delivery.recipient,
        "key": delivery.key,
        "event": printed(event),
        "message": {"message": note.message.message, **note.message.body},
        **({"suppressed": delivery.why} if delivery.why != REPLAYED else {}),
    }


def printed(event: Event) -> dict[str, Any]:
    """One line of output: an event; what it has no value for is left out, but for the revision."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return {"revision": None, **fields}


def events(told: Told, *, kubernetes: bool) -> Iterator[Event]:
    """The events to print."""
    return (event for event in told.events if kubernetes or event.source == "state")
