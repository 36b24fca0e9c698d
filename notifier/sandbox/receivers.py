"""Receivers: servers that are told things, remember them and answer as badly as they are asked to."""

from __future__ import annotations

import asyncio
import enum
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from aiohttp import web

from notifier.sandbox.serving import LoopbackServer
from notifier.sandbox.waiting import Waiting

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

GARBAGE = b"\x16\x03\x01 this is not HTTP\r\n\r\n"
_CHUNK = b"." * 65536


class Manner(enum.Enum):
    """How a reply is given."""

    ANSWER = enum.auto()
    NEVER = enum.auto()
    CLOSE_BEFORE_READING = enum.auto()
    CLOSE_AFTER_READING = enum.auto()
    GARBAGE = enum.auto()
    ENDLESS_BODY = enum.auto()


@dataclass(frozen=True)
class Reply:
    """What a request gets; `delay` is in seconds and comes first."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    manner: Manner = Manner.ANSWER


class Received(NamedTuple):
    """A request as it came in; `at` is epoch seconds, requests of one `connection` came over the same one."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float
    connection: int

    def json(self) -> Any:
        """Return the decoded body; msgspec.DecodeError if it is no JSON."""
        return msgspec.json.decode(self.body)


@dataclass
class _Script:
    reply: Reply
    to: str | None
    times: float


class Replies:
    """What is to be answered instead of the truth, by what is asked for (a path, an API method)."""

    def __init__(self) -> None:
        self._scripts: list[_Script] = []

    def add(self, reply: Reply, *, to: str | None = None, times: int | None = None) -> None:
        """Answer the next `times` requests (None: all from now on) for something (None: for anything) like this.

        Replies that are limited are used up in the order given; of the others the latest counts.
        """
        limit = float("inf") if times is None else times
        kept = [known for known in self._scripts if times is not None or (known.times, known.to) != (limit, to)]
        self._scripts = [*kept, _Script(reply, to, limit)]

    def clear(self) -> None:
        """Answer the truth from now on."""
        self._scripts = []

    def next(self, to: str) -> Reply | None:
        """What the next request for something gets; None is the truth."""
        script = min((script for script in self._scripts if script.to in (None, to)), key=_precedence, default=None)
        if script is None:
            return None
        script.times -= 1
        self._scripts = [script for script in self._scripts if script.times > 0]
        return script.reply


class WebhookSink(LoopbackServer):
    """A webhook's receiver on loopback: `requests` holds what came in, in order of arrival.

    Everything is answered with status 200 and no body until `reply` says otherwise.
    """

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(port=port, tls=tls)
        self.requests: list[Received] = []
        self._arrived = Waiting()
        self._replies = Replies()
        self._connections: WeakKeyDictionary[asyncio.BaseTransport, int] = WeakKeyDictionary()
        self._connected = 0

    def reply(self, reply: Reply, *, path: str | None = None, times: int | None = None) -> None:
        """Answer the next `times` requests (None: all from now on) to a path (None: to any) like this.

        Replies that are limited are used up in the order given; of the others the latest counts.
        """
        self._replies.add(reply, to=path, times=times)

    async def wait_for(self, count: int, *, within: float = 5) -> list[Received]:
        """Return the first `count` requests once they are there; TimeoutError if not within so many seconds."""
        await self._arrived.until(lambda: len(self.requests) >= count, within)
        return self.requests[:count]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take note of a request and answer it as scripted."""
        reply = self._replies.next(request.path) or Reply()
        body = b"" if reply.manner is Manner.CLOSE_BEFORE_READING else await request.read()
        self._remember(request, body)
        return await give(reply, request)

    def _remember(self, request: web.Request, body: bytes) -> None:
        received = Received(
            request.method,
            request.path,
            dict(request.query),
            request.headers,
            body,
            time.time(),
            self._connection(_transport(request)),
        )
        self.requests.append(received)
        self._arrived.notify()

    def _connection(self, transport: asyncio.BaseTransport) -> int:
        if transport not in self._connections:
            self._connected += 1
            self._connections[transport] = self._connected
        return self._connections[transport]


async def give(reply: Reply, request: web.Request) -> web.StreamResponse:
    """Answer a request, read or not, after the reply's delay."""
    await asyncio.sleep(reply.delay)
    match reply.manner:
        case Manner.ANSWER:
            return web.Response(status=reply.status, headers=reply.headers, body=reply.body)
        case Manner.NEVER:
            await asyncio.Event().wait()
        case Manner.GARBAGE:
            _transport(request).write(GARBAGE)
        case Manner.ENDLESS_BODY:
            await _write_without_end(reply, request)
    _transport(request).close()
    return web.Response()


def _precedence(script: _Script) -> tuple[bool, bool]:
    """Limited replies come first, and those to something before those to anything."""
    return script.times == float("inf"), script.to is None


def _transport(request: web.Request) -> asyncio.WriteTransport:
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    return transport


async def _write_without_end(reply: Reply, request: web.Request) -> None:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    await response.prepare(request)
    while True:
        await response.write(_CHUNK)
