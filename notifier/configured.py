"""Keeping the configuration in force: read from the cluster or from files, reloaded when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
import structlog

from notifier.config import files
from notifier.config.load import Source
from notifier.directory import Directory, Given
from notifier.kube.reflector import Complete, Seen, WatchHealth, reflect
from notifier.kube.resources import CONFIG_MAPS, SECRETS, Resource
from notifier.kube.transport import Transport
from notifier.model import Scope, Target, Uid
from notifier.settings import ConfigSettings

_log = structlog.get_logger(__name__)

Changed = Callable[["Target | None"], Awaitable[None]]


class _Object(msgspec.Struct):
    """What matters of a ConfigMap or Secret."""

    metadata: dict[str, Any]
    data: dict[str, str] | None = None


_object = msgspec.json.Decoder(_Object).decode


class Found(NamedTuple):
    """A ConfigMap or a Secret, its data as they stand in it."""

    namespace: str
    name: str
    uid: Uid
    data: dict[str, str]

    def __str__(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def blamed(self) -> Target:
        """A ConfigMap as the object to blame for what is wrong in it."""
        return Target("ConfigMap", self.namespace, self.name, self.uid)

    @property
    def secrets(self) -> dict[str, str]:
        """A Secret's values in plain."""
        return files.decoded(self.data)


def decoded(raw: bytes) -> Found:
    """A ConfigMap or a Secret in JSON."""
    found = _object(raw)
    metadata = found.metadata
    return Found(metadata["namespace"], metadata["name"], Uid(metadata["uid"]), found.data or {})


class Configured:
    """Puts into a directory what the ConfigMap and the Secret hold, now and whenever they change.

    `changed` is awaited after each change, with the ConfigMap as the object to blame.
    """

    def __init__(self, transport: Transport, settings: ConfigSettings, directory: Directory, changed: Changed) -> None:
        self._transport, self._settings, self._directory, self._changed = transport, settings, directory, changed
        self._config_map: Source | None = None
        self._secrets: dict[str, str] | None = None
        self._blamed: Target | None = None
        self._health = {CONFIG_MAPS: WatchHealth(), SECRETS: WatchHealth()}
        self._listed = {CONFIG_MAPS: asyncio.Event(), SECRETS: asyncio.Event()}

    async def ready(self) -> None:
        """Wait until ConfigMap and Secret, or their absence, have been seen."""
        for listed in self._listed.values():
            await listed.wait()

    def not_ready(self) -> str:
        """Why the configuration is not in force yet, "" when it is."""
        return next((health.message for health in self._health.values() if health.message), "")

    async def run(self) -> None:
        """Watch both, until cancelled; what is given as a file is read once. Raises ConfigError for such a file."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(CONFIG_MAPS, self._settings.config_map, self._settings.config_map_file))
            group.create_task(self._follow(SECRETS, self._settings.secret, self._settings.secret_file))

    async def _follow(self, resource: Resource, name: str, path: str) -> None:
        if path:
            self._take(resource, f"{resource.kind} in {path}", files.read(path, resource.kind))
            await self._settle(resource)
            return
        namespace = self._settings.namespace

        async def put(item: Seen | Complete) -> None:
            if isinstance(item, Seen):
                self._see(resource, item)
            elif not item.uids:
                self._take(resource, "", None)
            if isinstance(item, Complete) or self._listed[resource].is_set():
                await self._settle(resource)

        await reflect(self._transport, resource.named(name), Scope(namespace), put, self._health[resource])

    def _see(self, resource: Resource, seen: Seen) -> None:
        found = decoded(seen.raw)
        if resource is CONFIG_MAPS:
            self._blamed = found.blamed
        data = found.secrets if resource is SECRETS else found.data
        self._take(resource, f"{resource.kind} {found}", None if seen.type == "DELETED" else data)

    def _take(self, resource: Resource, title: str, data: dict[str, str] | None) -> None:
        if resource is SECRETS:
            self._secrets = data
        else:
            self._config_map = None if data is None else Source(title, data)

    async def _settle(self, resource: Resource) -> None:
        """Put the configuration in force as soon as both halves are known."""
        self._listed[resource].set()
        self._health[resource].message = ""
        if all(listed.is_set() for listed in self._listed.values()):
            self._directory.replace(Given(self._config_map, self._secrets))
            await self._directory.tidy()
            _log.info("configuration in force", problems=len(self._directory.problems))
            await self._changed(self._blamed)
