"""An API server that answers what a test told it to, one answer a request, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec
from aiohttp import web

from notifier.kube.reflector import Complete, ReflectorOptions, Seen, WatchHealth, reflect
from notifier.kube.resources import ROLLOUTS, Resource
from notifier.kube.transport import MAX_LINE, Cluster, Transport
from notifier.model import Scope

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
JSON = Mapping[str, Any]


class Asked(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


class ApiServer:
    """Takes answers off `script`, then gives `fallback`; `idle` is set when the fallback is first asked for."""

    def __init__(self) -> None:
        self.script: deque[Answer] = deque()
        self.fallback: Answer = watching(end="silent")
        self.asked: list[Asked] = []
        self.idle = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.method, request.path, dict(request.query), request.headers, body))
        if self.script:
            return await self.script.popleft()(request)
        self.idle.set()
        return await self.fallback(request)

    @property
    def verbs(self) -> list[str]:
        """`list` and `watch`, as they came."""
        return ["watch" if "watch" in asked.query else "list" for asked in self.asked]


@asynccontextmanager
async def serving(api: ApiServer, **tls: Any) -> AsyncGenerator[ApiServer, None]:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", api.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, **tls)
        await site.start()
        api.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield api
    finally:
        await runner.cleanup()


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, body=body, headers={name.replace("_", "-"): headers[name] for name in headers})

    return answer


def refused(code: int, message: str, **more: Any) -> Answer:
    return status(code, msgspec.json.encode({"kind": "Status", "code": code, "message": message, **more}))


def listing(*items: JSON, version: str = "10", token: str = "") -> Answer:
    return status(
        200, msgspec.json.encode({"metadata": {"resourceVersion": version, "continue": token}, "items": items})
    )


def watching(*lines: JSON | bytes, end: Literal["done", "cut", "silent"] = "done") -> Answer:
    """A watch that says `lines` (bytes as they are), and then ends in order, breaks off, or says nothing any more."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for line in lines:
                await response.write(line if isinstance(line, bytes) else msgspec.json.encode(line) + b"\n")
        if end == "silent":
            await asyncio.Event().wait()
        if end == "cut" and request.transport is not None:
            request.transport.close()
        return response

    return answer


def rollout(name: str, version: int, **more: Any) -> JSON:
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{name}", "resourceVersion": str(version)}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata, **more}


def event(kind: str, obj: JSON) -> JSON:
    return {"type": kind, "object": obj}


def bookmark(version: int) -> JSON:
    return event("BOOKMARK", {"kind": "Rollout", "metadata": {"resourceVersion": str(version)}})


@dataclass
class Reflection:
    """A reflector at work: what it put, how long it rested. Time is its own and passes only while it rests."""

    rests_allowed: int
    now: float = 1000.0
    put: list[Seen | Complete] = field(default_factory=list)
    health: WatchHealth = field(default_factory=WatchHealth)
    rests: list[float] = field(default_factory=list)
    tired: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, item: Seen | Complete) -> None:
        self.put.append(item)

    async def sleep(self, seconds: float) -> None:
        if len(self.rests) == self.rests_allowed:
            self.tired.set()
            await asyncio.Event().wait()
        self.rests.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def told(self) -> list[str]:
        """What was put, for reading: `ADDED a`, `Complete 10`."""
        return [
            f"Complete {item.resource_version}"
            if isinstance(item, Complete)
            else f"{item.type} {msgspec.json.decode(item.raw)['metadata']['name']}"
            for item in self.put
        ]


@asynccontextmanager
async def reflecting(
    api: ApiServer,
    resource: Resource = ROLLOUTS,
    scope: Scope = Scope(),  # noqa: B008 - a value
    *,
    rests: int = 100,
    max_line: int = MAX_LINE,
    **options: Any,
) -> AsyncGenerator[Reflection, None]:
    """A reflector on `api`, which after `rests` rests takes none any more and stays where it is."""
    seen = Reflection(rests)
    chosen = {"sleep": seen.sleep, "clock": lambda: seen.now, "random": lambda: 0.5, **options}
    async with Transport.connect(Cluster(server=api.url), max_line=max_line) as transport:
        work = reflect(transport, resource, scope, seen.take, seen.health, options=ReflectorOptions(**chosen))
        task = asyncio.create_task(work)
        try:
            yield seen
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(happened: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await happened.wait()
