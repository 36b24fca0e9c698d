"""Watching: one JSON line a write, from any resourceVersion that is still remembered."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager, suppress
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from aiohttp import web

from notifier.sandbox.faults import Break, StreamFault
from notifier.sandbox.status import ApiError, expired
from notifier.sandbox.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notifier.sandbox.calls import Call
    from notifier.sandbox.faults import Faults
    from notifier.sandbox.store import Follower, Store
    from notifier.sandbox.versions import Version, Write


class _BrokenError(Exception):
    """The stream met a fault that ended it."""


class Watches(NamedTuple):
    """Serves watch requests; `bookmark_every` is in seconds."""

    store: Store
    faults: Faults
    bookmark_every: float

    async def serve(self, call: Call) -> web.StreamResponse:
        """Stream the writes that a request asks for until its time is up, it is left or a fault breaks it.

        ApiError 400 if a parameter cannot be read, 504 if its resourceVersion is yet to come. One that is compacted
        away is answered as Kubernetes does: by an ERROR event in a stream of status 200.
        """
        pulse = _Pulse(
            lasts=call.number("timeoutSeconds") or inf,
            bookmark_every=self.bookmark_every if call.flag("allowWatchBookmarks") else inf,
        )
        stream = _Stream(call, self.faults)
        try:
            with self._following(call) as follower:
                await stream.open()
                with suppress(_BrokenError):
                    await self._run(stream, follower, pulse)
        except ApiError as error:
            if error.code != HTTPStatus.GONE:
                raise
            await stream.open()
            await stream.fail(error)
        return stream.response

    @contextmanager
    def _following(self, call: Call) -> Iterator[Follower]:
        with self.store.follow(call.resource, call.number("resourceVersion")) as follower:
            self.faults.listeners.add(follower.woken)
            try:
                yield follower
            finally:
                self.faults.listeners.discard(follower.woken)

    async def _run(self, stream: _Stream, follower: Follower, pulse: _Pulse) -> None:
        while True:
            await stream.send(stream.lines(follower.take()))
            if not follower.pending and pulse.bookmark_is_due():
                await stream.send([stream.bookmark(self.store.resource_version)])
            if pulse.is_over():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pulse.seconds()):
                    await follower.woken.wait()
            follower.woken.clear()


class _Pulse:
    """When a stream ends and when its next bookmark is due, all in seconds."""

    def __init__(self, *, lasts: float, bookmark_every: float) -> None:
        self._every = bookmark_every
        self._end, self._bookmark = time.monotonic() + lasts, time.monotonic() + bookmark_every

    def bookmark_is_due(self) -> bool:
        """Whether it is time for a bookmark; the next is then due so much later."""
        due = time.monotonic() >= self._bookmark
        if due:
            self._bookmark = time.monotonic() + self._every
        return due

    def is_over(self) -> bool:
        """Whether the stream's time is up."""
        return time.monotonic() >= self._end

    def seconds(self) -> float | None:
        """Return how long to wait for a write, None for as long as it takes."""
        wait = min(self._end, self._bookmark) - time.monotonic()
        return None if wait == inf else max(wait, 0)


class _Stream:
    """One watch's lines, and the faults that break it."""

    def __init__(self, call: Call, faults: Faults) -> None:
        self.response = web.StreamResponse(headers={"Content-Type": "application/json"})
        self._call, self._faults, self._selection = call, faults, call.selection()

    async def open(self) -> None:
        """Begin to answer."""
        await self.response.prepare(self._call.request)

    def lines(self, writes: Iterable[Write]) -> list[bytes]:
        """Encode those writes that show in the selection, as they show in it."""
        shown = filter(None, map(self._selection.shown, writes))
        return [
            _line(change, self._table(version) if self._call.as_table else version.raw) for change, version in shown
        ]

    def bookmark(self, resource_version: int) -> bytes:
        """Encode a bookmark: all up to a resourceVersion has been shown."""
        metadata = {"resourceVersion": str(resource_version), "creationTimestamp": None}
        content = msgspec.json.encode({"metadata": metadata})
        return _line("BOOKMARK", self._call.resource.head + content[1:])

    async def send(self, lines: list[bytes]) -> None:
        """Write lines; _BrokenError once a fault has ended the stream."""
        fault = self._faults.on_stream(self._call.resource)
        if fault is None:
            await self._write(b"".join(lines))
            return
        whole, rest = lines[: fault.lines_left], lines[fault.lines_left :]
        fault.lines_left -= len(whole)
        await self._write(b"".join(whole))
        if fault.lines_left == 0 and (rest or fault.how is not Break.CUT_MID_LINE):
            self._faults.met(self._call.resource, fault)
            await self._break(fault, rest)

    async def fail(self, error: ApiError) -> None:
        """Tell the watcher that the watch cannot go on."""
        await self._write(_line("ERROR", msgspec.json.encode(error.status)))

    async def _break(self, fault: StreamFault, rest: list[bytes]) -> None:
        if fault.how is Break.SILENCE:
            await asyncio.Event().wait()
        if fault.how is Break.EXPIRE:
            await self.fail(expired("too old resource version: the sandbox was asked to say so"))
            raise _BrokenError
        if fault.how is Break.CUT_MID_LINE:
            await self._write(rest[0][: len(rest[0]) // 2])
        if transport := self._call.request.transport:
            transport.close()
        raise _BrokenError

    async def _write(self, data: bytes) -> None:
        if data:
            await self.response.write(data)

    def _table(self, version: Version) -> bytes:
        include = self._call.text("includeObject")
        return msgspec.json.encode(table(self._call.resource, [version], include=include, now=time.time()))


def _line(change: str, raw: bytes) -> bytes:
    return b'{"type":"' + change.encode() + b'","object":' + raw + b"}\n"
