"""The composition root: builds the daemon's parts from settings, owns its tasks, stops them in reverse order.

ConfigMap, Secret ─→ Directory ─────────────────┐
reflectors ─→ Feed ─→ Intake ─→ Outbox ─→ Worker ─→ services
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import structlog

from notifier import __version__
from notifier.configured import Configured
from notifier.delivery.retry import Policy
from notifier.delivery.sending import World
from notifier.delivery.worker import Worker
from notifier.directory import Directory, rules
from notifier.feed import Feed
from notifier.intake import Intake, Told
from notifier.kube.transport import Cluster, Transport
from notifier.metrics import Metrics
from notifier.model import Target
from notifier.outbox.protocol import SHADOW
from notifier.outbox.reading import Reader
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.reporter import Reporter
from notifier.services import http
from notifier.settings import PageSettings, Settings
from notifier.tenants import Tenants, Whereabouts
from notifier.upkeep import Upkeep
from notifier.watches import Watches
from notifier.web.health import HealthServer
from notifier.web.page import Page
from notifier.web.sources import Sources

_log = structlog.get_logger(__name__)


class Daemon:
    """The daemon of some settings: runs while it is entered.

    Entering raises ConfigError where the cluster cannot be addressed and StoreError where the store cannot be opened;
    what only fails for the time being is borne and told by readiness.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._tasks = _Tasks()

    async def __aenter__(self) -> Self:
        """Build all parts, then start them: the configuration first, what it applies to after it."""
        async with self._stack:
            await self._build()
            self._start()
            self._stack = self._stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching, let deliveries under way end, give back the others, close."""
        await self._stack.__aexit__(kind, error, trace)

    def secrets(self) -> Iterable[str]:
        """The values that must not appear in any log line."""
        return self.directory.masked if hasattr(self, "directory") else ()

    @property
    def page_url(self) -> str:
        """Where the page is, "" where there is none."""
        return self._page.url if self._page else ""

    async def wait(self) -> NoReturn:
        """Wait until a part fails; raises what it failed with."""
        await self._tasks.wait()
        raise AssertionError("a daemon's parts run until they are stopped")

    async def _build(self) -> None:
        settings, enter = self._settings, self._stack.enter_async_context
        self.outbox = SqliteOutbox.open(settings.store.path)
        self._stack.push_async_callback(self.outbox.close)
        self._upkeep = Upkeep(self.outbox, settings.store)
        self.metrics = Metrics(__version__, lambda: self._upkeep.census)
        client = await enter(http.connect(os.environ, ca=_text(settings.delivery.ca_file)))
        transport = await enter(Transport.connect(_cluster(settings)))
        self._reporter = Reporter(transport, self.metrics)
        own = settings.self_service
        terms, egress = rules(own)
        self.directory = Directory(client, zone=settings.config.zone, terms=terms, egress=egress)
        self._stack.push_async_callback(self.directory.close)
        self._configured = Configured(transport, settings.config, self.directory, self._reconfigured)
        where = _whereabouts(settings) if own.enabled else None
        self._tenants = Tenants(transport, where, self.directory, self._reconfigured_in) if where else None
        shadow = SHADOW if settings.delivery.shadow else ""
        self._pipeline = Pipeline(self.directory.config, withheld=shadow, sent_in=settings.delivery.sent_in)
        watch = settings.watch
        self._intake = Intake(self.outbox, self._pipeline, strangers=not watch.selector, excluded=watch.excluded)
        self._feed = Feed(self._intake, self._told)
        self._watches = Watches(transport, watch, self._intake, self._feed)
        self._watches.observe(self.metrics)
        self.health = await enter(HealthServer(settings.view.address, self._checks(), self.metrics.registry))
        self._page = await self._look(settings.page)
        world = World(policy=Policy(horizon=settings.delivery.horizon))
        self._worker = Worker(self.outbox, self.directory, self._reporter, world)
        self._stack.push_async_callback(self._reporter.flush)
        self._stack.push_async_callback(self._worker.stop, settings.delivery.grace)

    async def _look(self, settings: PageSettings) -> Page | None:
        """The page for people, None where none is wanted."""
        if settings.address is None:
            return None
        reader = Reader.open(self._settings.store.path)
        self._stack.push_async_callback(reader.close)
        doing = self.outbox if settings.actions else None
        sources = Sources(reader, self.directory, self._pipeline.objects, doing, self._settings.config.zone)
        return await self._stack.enter_async_context(Page(settings.address, sources, settings.hosts))

    def _start(self) -> None:
        self._stack.push_async_callback(self._tasks.stop)
        parts = {
            "reporter": self._reporter.run(),
            "upkeep": self._upkeep.run(),
            "configuration": self._configured.run(),
            "feed": self._feed.run(),
            "tick": self._feed.tick(),
            "watches": self._watch(),
        }
        if self._settings.delivery.sends:
            parts["worker"] = self._deliver()
        if self._tenants:
            parts["configurations of namespaces"] = self._tenants.run()
        for name, part in parts.items():
            self._tasks.start(part, name)

    async def _deliver(self) -> None:
        """Send; nothing before the services are known."""
        await self._known()
        if self.outbox.only_one:
            await self.outbox.release(time.time(), everybody=True)
        await self._worker.run()

    async def _known(self) -> None:
        await self._configured.ready()
        if self._tenants:
            await self._tenants.ready()

    async def _watch(self) -> None:
        await self._known()
        await self._watches.run()

    async def _reconfigured(self, blamed: Target | None) -> None:
        await self._reconfigured_in("", blamed)

    async def _reconfigured_in(self, namespace: str, blamed: Target | None) -> None:
        directory, pipeline = self.directory, self._pipeline
        another = (namespace in pipeline.tenants) is not (namespace in directory.tenants)
        pipeline.config, pipeline.tenants = directory.config, dict(directory.tenants)
        self._reporter.configured(directory.problems_in(namespace), blamed, namespace)
        self.metrics.configured(directory.config.services, len(directory.problems))
        await self._feed.reconsider(namespace, learning=another)

    def _told(self, told: Told) -> None:
        self._reporter.told(told)
        self._worker.hand(told.leased)

    def _checks(self) -> dict[str, Callable[[], str]]:
        foreign = self._intake.foreign
        return {
            "configuration": self._configured.not_ready,
            **({"configurations of namespaces": self._tenants.not_ready} if self._tenants else {}),
            **self._watches.checks(),
            "store": lambda: self._upkeep.trouble,
            "digests": lambda: f"{len(foreign)} were written by a newer version of this program" if foreign else "",
        }


def spare_collections() -> None:
    """Let the garbage collector rest: what was imported stays for good, and changes leave no cycles behind.

    Full collections were the pauses in a message's way: a p99 of up to 70 instead of 15 ms (`make bench`).
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


class _Tasks:
    """Tasks that run until they are stopped; the first that fails is raised by `wait`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Run something."""
        self._tasks.append(asyncio.create_task(work, name=name))

    async def wait(self) -> None:
        """Wait until one fails; raises what it failed with. One that has nothing left to do may end."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        failed = (task.exception() for task in self._tasks if task.done() and not task.cancelled())
        for error in filter(None, failed):
            raise _first(error)

    async def stop(self) -> None:
        """Cancel them all, the last started first, and wait until they have ended."""
        for task in reversed(self._tasks):
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                _log.error("a part of the daemon failed", problem=str(result))


def _first(error: BaseException) -> BaseException:
    """What a task group wraps: its message is for people."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _cluster(settings: Settings) -> Cluster:
    cluster = settings.cluster
    return Cluster(server=cluster.server, kubeconfig=cluster.kubeconfig, context=cluster.context)


def _text(path: str) -> str:
    return Path(path).read_text(encoding="ascii") if path else ""


def _whereabouts(settings: Settings) -> Whereabouts:
    config, watch = settings.config, settings.watch
    left_out = frozenset({config.namespace, *watch.excluded})
    return Whereabouts(config.config_map, config.secret, watch.namespaces, left_out)
