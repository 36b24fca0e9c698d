"""Keeping in force what namespaces configure for themselves: a ConfigMap and a Secret of agreed names in each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from notifier.config.load import Source
from notifier.configured import Found, decoded
from notifier.directory import Directory, Given
from notifier.kube.reflector import Complete, Seen, WatchHealth, reflect
from notifier.kube.resources import CONFIG_MAPS, SECRETS, Resource
from notifier.kube.transport import Transport
from notifier.model import Scope, Target, Uid

_log = structlog.get_logger(__name__)

Changed = Callable[[str, "Target | None"], Awaitable[None]]


class Whereabouts(NamedTuple):
    """The names of ConfigMap and Secret, the namespaces to look in (none is all), and those that are left out."""

    config_map: str
    secret: str
    namespaces: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()


@dataclass
class _Halves:
    """What a namespace holds: its ConfigMap and the object to blame for it, its Secret, and their uids."""

    config_map: Source | None = None
    blamed: Target | None = None
    secrets: dict[str, str] | None = None
    uids: dict[Resource, Uid] = field(default_factory=dict)

    def put(self, resource: Resource, found: Found) -> None:
        self.uids[resource] = found.uid
        if resource.kind == SECRETS.kind:
            self.secrets = found.secrets
        else:
            self.config_map, self.blamed = Source(f"ConfigMap {found}", found.data), found.blamed

    def drop(self, resource: Resource) -> None:
        self.uids.pop(resource, None)
        if resource.kind == SECRETS.kind:
            self.secrets = None
        else:
            self.config_map = None


@dataclass
class _Watch:
    resource: Resource
    scope: Scope
    health: WatchHealth = field(default_factory=WatchHealth)
    listed: asyncio.Event = field(default_factory=asyncio.Event)


class Tenants:
    """Puts into a directory what each namespace holds, now and whenever it changes.

    `changed` is awaited after each change, with the namespace and with its ConfigMap as the object to blame.
    """

    def __init__(self, transport: Transport, where: Whereabouts, directory: Directory, changed: Changed) -> None:
        self._transport, self._where, self._directory, self._changed = transport, where, directory, changed
        self._halves: dict[str, _Halves] = {}
        self._watches = list(_watches(where))

    async def ready(self) -> None:
        """Wait until what namespaces configure, or that they do not, has been seen."""
        for watch in self._watches:
            await watch.listed.wait()

    def not_ready(self) -> str:
        """Why what namespaces configure is not in force yet, "" when it is."""
        return next((watch.health.message for watch in self._watches if watch.health.message), "")

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watch in self._watches:
                group.create_task(self._follow(watch))

    async def _follow(self, watch: _Watch) -> None:
        async def put(item: Seen | Complete) -> None:
            changed = [self._see(item)] if isinstance(item, Seen) else self._missing(watch, item)
            if isinstance(item, Complete) and not watch.listed.is_set():
                watch.listed.set()
                changed = list(self._halves)
            watch.health.message = "" if watch.listed.is_set() else watch.health.message
            if all(one.listed.is_set() for one in self._watches):
                for namespace in filter(None, changed):
                    await self._settle(namespace)

        await reflect(self._transport, watch.resource, watch.scope, put, watch.health)

    def _see(self, seen: Seen) -> str:
        """Take in one object; the namespace it is in, "" where that is left out."""
        found = decoded(seen.raw)
        if found.namespace in self._where.excluded:
            return ""
        halves = self._halves.setdefault(found.namespace, _Halves())
        if seen.type == "DELETED":
            halves.drop(seen.resource)
        else:
            halves.put(seen.resource, found)
        return found.namespace

    def _missing(self, watch: _Watch, complete: Complete) -> list[str]:
        """Let go of what a complete list does not hold any more; the namespaces it was in."""
        gone = [
            namespace
            for namespace, halves in self._halves.items()
            if watch.scope.namespace in ("", namespace)
            and (uid := halves.uids.get(complete.resource)) is not None
            and uid not in complete.uids
        ]
        for namespace in gone:
            self._halves[namespace].drop(complete.resource)
        return gone

    async def _settle(self, namespace: str) -> None:
        halves = self._halves[namespace]
        self._directory.replace_in(namespace, Given(halves.config_map, halves.secrets))
        await self._directory.tidy()
        problems = len(self._directory.problems_in(namespace))
        _log.info("configuration of a namespace in force", namespace=namespace, problems=problems)
        await self._changed(namespace, halves.blamed)


def _watches(where: Whereabouts) -> Iterator[_Watch]:
    for namespace in _wanted(where.namespaces, where.excluded):
        yield _Watch(CONFIG_MAPS.named(where.config_map), Scope(namespace))
        yield _Watch(SECRETS.named(where.secret), Scope(namespace))


def _wanted(namespaces: Collection[str], excluded: Collection[str]) -> Iterator[str]:
    yield from (name for name in namespaces or ("",) if name not in excluded)
