"""The stand-in for the peer's receiver where there is no Go: `python -m tests.bench.sink`, the same flags and answers.

-addr 127.0.0.1:PORT [-tls] [-delay NAME=5s] [-delay *=100ms]
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import msgspec
import trustme
from aiohttp import web

from notifier import times


class _Hit(NamedTuple):
    """A message that came: when, in seconds since the epoch, and how long after what it tells, in milliseconds."""

    at: float
    milliseconds: float
    id: str


class _Message(msgspec.Struct):
    t: int
    id: str


_message = msgspec.json.Decoder(_Message).decode


class _Sink:
    """Counts what comes in and over how many connections."""

    def __init__(self, delays: dict[str, float]) -> None:
        self._delays = delays
        self._reset()

    def _reset(self) -> None:
        self._hits: dict[str, list[_Hit]] = defaultdict(list)
        self._connections = 0

    def connected(self) -> web.RequestHandler:
        """Begin to serve a connection."""
        self._connections += 1
        return self._server()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Take a message, or say what came so far."""
        name = request.path.strip("/")
        if name == "stats":
            return self._stats(reset="reset" in request.query)
        now, message = time.time(), _message(await request.read())
        self._hits[name].append(_Hit(now, now * 1e3 - message.t / 1e6, message.id))
        await asyncio.sleep(self._delays.get(name, self._delays.get("*", 0.0)))
        return web.Response(text="ok")

    def _stats(self, *, reset: bool) -> web.Response:
        hits = [hit for found in self._hits.values() for hit in found]
        unique = {(name, hit.id) for name, found in self._hits.items() for hit in found}
        stats: dict[str, float] = {"count": len(hits), "unique": len(unique), "connections": self._connections}
        stats |= {f"n_{name}": len(found) for name, found in self._hits.items()}
        stats |= {f"p99ms_{name}": _p99([hit.milliseconds for hit in found]) for name, found in self._hits.items()}
        stats["seconds"] = max((hit.at for hit in hits), default=0.0) - min((hit.at for hit in hits), default=0.0)
        if reset:
            self._reset()
        return web.json_response(stats)

    async def serve(self, address: str, tls: ssl.SSLContext | None) -> None:
        """Serve for ever."""
        host, _, port = address.rpartition(":")
        self._server = web.Server(self.handle)
        server = await asyncio.get_running_loop().create_server(self.connected, host, int(port), ssl=tls, backlog=1024)
        await server.serve_forever()


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def _delay(flag: str) -> tuple[str, float]:
    name, _, duration = flag.partition("=")
    return name, times.duration(duration) or inf


def main() -> None:
    """Read the flags and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-addr", required=True)
    parser.add_argument("-tls", action="store_true")
    parser.add_argument("-delay", type=_delay, action="append", default=[])
    given = parser.parse_args()
    asyncio.run(_Sink(dict(given.delay)).serve(given.addr, _context() if given.tls else None))


if __name__ == "__main__":
    main()
