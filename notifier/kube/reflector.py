"""List, watch, resume: every object of a kind in a scope, as it is and as it changes, for ever.

A list is read page by page and ends in `Complete`; a watch goes on from there, and from where it stopped when it ends
or breaks. Only where the API server no longer keeps that place (or answers what no place explains) is everything listed
again. No objects are kept here: whoever is told remembers, and takes what a `Complete` does not name for deleted.

Every attempt ends in a KubeError, be it `Ended`, and rests before the next: no answer can make this a hot loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import structlog

from notifier.kube import wire
from notifier.kube.errors import Ended, Forbidden, KubeError, NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from notifier.kube.resources import Resource
    from notifier.kube.transport import Transport
    from notifier.model import ChangeType, Scope, Uid

    Put = Callable[["Seen | Complete"], Awaitable[None]]

_log = structlog.get_logger(__name__)


class Seen(NamedTuple):
    """One object as the API server showed it; `raw` is its JSON, apiVersion and kind included."""

    resource: Resource
    type: ChangeType
    raw: bytes


class Complete(NamedTuple):
    """A list is through; `uids` are all objects of the resource that the scope held at `resource_version`.

    What was shown since the last one does not tell: a watch may have shown what was deleted before this list.
    """

    resource: Resource
    scope: Scope
    resource_version: str
    uids: frozenset[Uid]


@dataclass
class WatchHealth:
    """How one reflector fares; times are in seconds of the options' clock.

    `listed`: all objects were shown once. `last_seen`: when the API server last told something. `restarts`: how often a
    list or watch was over, by reason. `message`: why it is not ready, "" when fine. `list_seconds`: how long the last
    list took.
    """

    listed: bool = False
    last_seen: float | None = None
    restarts: Counter[str] = field(default_factory=Counter)
    message: str = "not listed yet"
    list_seconds: float | None = None


@dataclass(frozen=True)
class ReflectorOptions:
    """Sizes, durations in seconds, and the world: how to wait, to tell the time and to throw dice (0 to 1).

    A watch is asked to last a random time within `watch` and taken for dead when silent for `watch_margin` longer; one
    that lasted `steady` is resumed at once. `denied` is how often a missing CRD or permission is asked about.
    """

    page: int = 500
    request_timeout: float = 60.0
    watch: tuple[int, int] = (290, 590)
    watch_margin: float = 30.0
    steady: float = 30.0
    backoff: tuple[float, float] = (0.8, 30.0)
    denied: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random


async def reflect(
    transport: Transport,
    resource: Resource,
    scope: Scope,
    put: Put,
    health: WatchHealth,
    *,
    options: ReflectorOptions | None = None,
) -> NoReturn:
    """Put every object and every change of it, one after the other, until cancelled.

    Whatever the API server does is borne and told in `health`; only what `put` raises ends it.
    """
    await _Reflector(transport, resource, scope, put, health, options or ReflectorOptions()).run()


@dataclass
class _Reflector:
    """`place` is the resourceVersion to watch from, "" while there is none; `token` asks for the list's next page."""

    transport: Transport
    resource: Resource
    scope: Scope
    put: Put
    health: WatchHealth
    options: ReflectorOptions
    place: str = field(default="", init=False)
    token: str = field(default="", init=False)
    uids: set[Uid] = field(default_factory=set, init=False)
    list_began: float = field(default=0.0, init=False)
    watch_began: float | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)

    async def run(self) -> NoReturn:
        while True:
            self.watch_began = None
            try:
                await self._list()
                await self._watch()
            except KubeError as error:
                rest = self._after(error)
            await self.options.sleep(rest)

    async def _list(self) -> None:
        """Show page after page until there is a place to watch from; what broke off goes on with the next page."""
        while not self.place:
            if not self.token:
                self.uids = set()
                self.list_began = self.options.clock()
            page = await self._page()
            for item in page.items:
                await self.put(Seen(self.resource, "ADDED", item.raw))
            self.uids.update(item.uid for item in page.items)
            self.token = page.token
            if not page.token:
                await self._complete(page.resource_version)

    async def _page(self) -> wire.Page:
        query = {"limit": str(self.options.page), **self._selection()}
        if self.token:
            query["continue"] = self.token
        answer = await self.transport.request(
            "GET", self.resource.path(self.scope.namespace), query=query, timeout=self.options.request_timeout
        )
        self.health.last_seen = self.options.clock()
        return wire.page(answer.body, self.resource)

    async def _complete(self, resource_version: str) -> None:
        await self.put(Complete(self.resource, self.scope, resource_version, frozenset(self.uids)))
        self.place = resource_version
        self.uids = set()
        self.health.listed = True
        self.health.message = ""
        self.health.list_seconds = self.options.clock() - self.list_began

    async def _watch(self) -> NoReturn:
        shortest, longest = self.options.watch
        seconds = round(shortest + (longest - shortest) * self.options.random())
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self.place,
            "timeoutSeconds": str(seconds),
            **self._selection(),
        }
        async with self.transport.stream(
            self.resource.path(self.scope.namespace), query, seconds + self.options.watch_margin
        ) as stream:
            self.watch_began = self.options.clock()
            self.health.message = ""
            async for line in stream.lines:
                await self._take(wire.told(line, self.resource))
        raise Ended("the API server ends its watches early")

    async def _take(self, told: wire.Told) -> None:
        if told.type != "BOOKMARK":
            await self.put(Seen(self.resource, told.type, told.item.raw))
        self.place = told.item.resource_version
        self.failures = 0
        self.health.last_seen = self.options.clock()

    def _selection(self) -> dict[str, str]:
        labels = ",".join(filter(None, (self.resource.selector, self.scope.selector)))
        chosen = {"labelSelector": labels, "fieldSelector": self.resource.fields}
        return {name: selector for name, selector in chosen.items() if selector}

    def _after(self, error: KubeError) -> float:
        """Draw the consequences of an end; how long to rest, in seconds."""
        self.health.restarts[error.reason] += 1
        if error.place_lost:
            self.place = self.token = ""
        if error.routine and self._was_steady():
            return 0.0
        self.failures += 1
        rest = self._rest(error)
        self._report(error, rest)
        return rest

    def _rest(self, error: KubeError) -> float:
        chance = self.options.random()
        denied = isinstance(error, (Forbidden, NotFound))
        if denied and not self.health.listed:  # an API server that starts refuses what it will allow again soon
            return self.options.denied * (0.8 + 0.4 * chance)
        shortest, longest = self.options.backoff
        doubled = min(longest, shortest * 2.0 ** min(self.failures, 16))
        return max(error.retry_after, shortest + (doubled - shortest) * chance)

    def _was_steady(self) -> bool:
        began = self.watch_began
        return began is not None and self.options.clock() - began >= self.options.steady

    def _report(self, error: KubeError, rest: float) -> None:
        """Tell what lasts or is out of the ordinary, once; a watch that was cut is neither."""
        if error.routine and self.failures == 1 and self.health.listed:
            return
        message = self._explained(error)
        if message != self.health.message:
            _log.warning("watching is disturbed", reason=error.reason, problem=message, again_in=round(rest, 1))
        self.health.message = message

    def _explained(self, error: KubeError) -> str:
        resource, namespace = self.resource, self.scope.namespace
        match error:
            case NotFound() if "." in resource.group:
                problem = f"the CRD {resource.qualified} is not installed"
            case Forbidden():
                where = f"in namespace {namespace}" if namespace else "in all namespaces"
                problem = f"not allowed to list {resource.qualified} {where}; the service account needs list and watch"
            case _:
                problem = str(error)
        return f"{resource.kind}: {problem}"
