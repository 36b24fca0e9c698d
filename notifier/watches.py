"""The reflectors of all kinds that are watched: the Rollouts first, then what they own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

from notifier.feed import Feed, ReadAgainError
from notifier.intake import Intake
from notifier.kube.reflector import Complete, Seen, WatchHealth, reflect
from notifier.kube.resources import ROLLOUTS, WATCHED, Resource
from notifier.kube.transport import Transport
from notifier.metrics import Metrics
from notifier.model import Kind, Scope
from notifier.settings import WatchSettings


class _Watch(NamedTuple):
    resource: Resource
    scope: Scope
    health: WatchHealth
    listed: asyncio.Event

    @property
    def title(self) -> str:
        """What readiness calls it."""
        where = f" in {self.scope.namespace}" if self.scope.namespace else ""
        return f"{self.resource.plural}{where}"


class Watches:
    """One reflector for each kind and namespace, all putting into one feed."""

    def __init__(self, transport: Transport, settings: WatchSettings, intake: Intake, feed: Feed) -> None:
        self._transport, self._intake, self._feed = transport, intake, feed
        self._watches = list(_watches(settings))

    def observe(self, metrics: Metrics) -> None:
        """Let metrics tell how the watches fare."""
        for watch in self._watches:
            metrics.watch(watch.resource.kind, watch.health)

    def checks(self) -> dict[str, Callable[[], str]]:
        """Readiness by watch: why it has not listed yet, or what disturbs it now."""
        return {watch.title: _check(watch.health) for watch in self._watches}

    async def run(self) -> None:
        """Watch for ever; the Rollouts are listed before anything they own."""
        first = [watch for watch in self._watches if watch.resource is ROLLOUTS]
        for watch in self._watches:
            self._intake.expect(Kind(watch.resource.kind), watch.scope)
        async with asyncio.TaskGroup() as group:
            for watch in first:
                group.create_task(self._reflect(watch), name=watch.title)
            for watch in first:
                await watch.listed.wait()
            for watch in self._watches:
                if watch not in first:
                    group.create_task(self._reflect(watch), name=watch.title)

    async def _reflect(self, watch: _Watch) -> None:
        async def put(item: Seen | Complete) -> None:
            await self._feed.put(item)
            if isinstance(item, Complete):
                watch.listed.set()

        while True:
            await self._intake.begin(Kind(watch.resource.kind), watch.scope)
            try:
                await reflect(self._transport, watch.resource, watch.scope, put, watch.health)
            except ReadAgainError:
                continue


def _watches(settings: WatchSettings) -> Iterator[_Watch]:
    for resource in WATCHED:
        selector = settings.selector if resource is ROLLOUTS else ""
        for namespace in settings.namespaces or ("",):
            yield _Watch(resource, Scope(namespace, selector), WatchHealth(), asyncio.Event())


def _check(health: WatchHealth) -> Callable[[], str]:
    return lambda: health.message
