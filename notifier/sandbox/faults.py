"""What can go wrong between a client and a cluster, on demand and per kind."""

from __future__ import annotations

import asyncio
import enum
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from notifier.sandbox.status import expired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifier.sandbox.calls import Verb
    from notifier.sandbox.kinds import Resource
    from notifier.sandbox.store import Store


class Answer(NamedTuple):
    """An answer in place of the right one."""

    status: int
    headers: Mapping[str, str] = {}
    body: str = ""


GONE = Answer(410, {"Content-Type": "application/json"}, msgspec.json.encode(expired("too old").status).decode())
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
"""What a load balancer says in place of the API server."""


class Break(enum.Enum):
    """How a watch stream ends before its time."""

    CUT = enum.auto()
    CUT_MID_LINE = enum.auto()
    SILENCE = enum.auto()
    EXPIRE = enum.auto()


@dataclass
class StreamFault:
    """A break that the next stream meets after so many more lines."""

    how: Break
    lines_left: int


@dataclass
class _RequestFault:
    """What so many more requests get; without an answer they are never answered at all."""

    answer: Answer | None
    times: int
    verb: Verb | None


class Faults:
    """Faults are armed for a kind and met in the order they were armed.

    A stream fault breaks one watch stream, one already open if there is one, so many lines after it was armed. The
    client's next request is served well again.
    """

    def __init__(self, store: Store) -> None:
        self.listeners: set[asyncio.Event] = set()
        self._store = store
        self._delays: dict[Resource, float] = {}
        self._requests: dict[Resource, list[_RequestFault]] = defaultdict(list)
        self._streams: dict[Resource, list[StreamFault]] = defaultdict(list)

    def answer(self, resource: Resource, answer: Answer, *, times: int = 1, verb: Verb | None = None) -> None:
        """Give this answer to the next requests (of one verb only, if given)."""
        self._requests[resource].append(_RequestFault(answer, times, verb))

    def hang(self, resource: Resource, *, times: int = 1, verb: Verb | None = None) -> None:
        """Never answer the next requests (of one verb only, if given)."""
        self._requests[resource].append(_RequestFault(None, times, verb))

    def gone(self, resource: Resource, *, times: int = 1) -> None:
        """Refuse the next watches with HTTP status 410."""
        self.answer(resource, GONE, times=times, verb="watch")

    def delay(self, resource: Resource, seconds: float) -> None:
        """Let every request wait so long from now on; 0 ends it."""
        self._delays[resource] = seconds

    def cut(self, resource: Resource, *, after: int = 0) -> None:
        """Cut a watch's connection after so many more lines."""
        self._break(resource, StreamFault(Break.CUT, after))

    def cut_mid_line(self, resource: Resource, *, after: int = 0) -> None:
        """Cut a watch's connection in the middle of a line, after so many whole ones."""
        self._break(resource, StreamFault(Break.CUT_MID_LINE, after))

    def silence(self, resource: Resource, *, after: int = 0) -> None:
        """Never send another byte on a watch's connection after so many more lines, and leave it open."""
        self._break(resource, StreamFault(Break.SILENCE, after))

    def expire(self, resource: Resource, *, after: int = 0) -> None:
        """End a watch with an ERROR event of code 410 after so many more lines."""
        self._break(resource, StreamFault(Break.EXPIRE, after))

    def compact(self, resource: Resource | None = None) -> None:
        """Forget the history of a kind, or of all, so that nobody can resume from before; open watches go on."""
        self._store.compact(resource)

    def clear(self) -> None:
        """Disarm everything that was not met yet."""
        for armed in (self._delays, self._requests, self._streams):
            armed.clear()

    async def meet(self, resource: Resource, verb: Verb) -> Answer | None:
        """Let a request meet what is armed for it: wait, perhaps for ever, and return the answer it gets, if any."""
        if seconds := self._delays.get(resource):
            await asyncio.sleep(seconds)
        fault = next((fault for fault in self._requests[resource] if fault.verb in (None, verb)), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times <= 0:
            self._requests[resource].remove(fault)
        if fault.answer is None:
            await asyncio.Event().wait()
        return fault.answer

    def on_stream(self, resource: Resource) -> StreamFault | None:
        """Return the stream fault that is next, if any."""
        return next(iter(self._streams[resource]), None)

    def met(self, resource: Resource, fault: StreamFault) -> None:
        """Disarm a stream fault: a stream has broken by it."""
        self._streams[resource].remove(fault)

    def _break(self, resource: Resource, fault: StreamFault) -> None:
        self._streams[resource].append(fault)
        for listener in self.listeners:
            listener.set()
