"""A stage for the daemon: a cluster, a receiver and a store on loopback, and ways to wait for what must happen."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from inspect import isawaitable
from pathlib import Path
from typing import Any

import aiohttp

from notifier.app import Daemon
from notifier.kube.resources import WATCHED
from notifier.model import ANNOTATION_PREFIX, COMPONENT, Object
from notifier.outbox.protocol import Delivery, Filter, State
from notifier.sandbox.kinds import ARGO, BY_KIND, CONFIG_MAPS, EVENTS, SECRETS
from notifier.sandbox.receivers import Received, WebhookSink
from notifier.sandbox.selecting import Selection, field_matchers, label_matchers
from notifier.sandbox.server import ApiServer
from notifier.settings import Settings

NAMESPACE = "argo-rollouts"
CONFIG_MAP = f"ConfigMap {NAMESPACE}/rollouts-notifier-config"
KEY = "Idempotency-Key"
MARKS = {
    "trigger.on-mark": "- when: rollout.metadata.labels.mark != ''\n"
    "  oncePer: rollout.metadata.labels.mark\n"
    "  send: [mark]\n",
    "template.mark": "message: '{{ rollout.metadata.name }} {{ rollout.metadata.labels.mark }}'\n",
}
"""A trigger that fires once for each new value of the label `mark`, and says name and mark."""

_SHOWN = [
    (
        BY_KIND[kind.api_version, kind.kind],
        Selection(
            labels=label_matchers(kind.selector),
            fields=field_matchers(kind.fields, BY_KIND[kind.api_version, kind.kind].selectable),
        ),
    )
    for kind in WATCHED
]


async def until(holds: Callable[[], object], within: float = 10) -> None:
    """Return once something holds, be it awaited or not. TimeoutError if it does not within so many seconds."""
    async with asyncio.timeout(within):
        while not await _answer(holds()):  # noqa: ASYNC110  # another program's state sets no event here
            await asyncio.sleep(0.005)


async def _answer(given: object) -> object:
    return await given if isawaitable(given) else given


def rollout(name: str = "web", *, mark: object = "", **metadata: Any) -> Object:
    """A Rollout as simple as can be, in `shop` unless told otherwise."""
    labels = {"mark": str(mark)}
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-of-{name}", "labels": labels, **metadata}
    return {"apiVersion": ARGO, "kind": "Rollout", "metadata": metadata, "spec": {"replicas": 1}}


def subscribed(*services: str, trigger: str = "on-mark") -> dict[str, str]:
    """Annotations that subscribe services to a trigger."""
    return {f"{ANNOTATION_PREFIX}subscribe.{trigger}.{service}": "" for service in services}


class Running:
    """A daemon that runs, and what it can be asked."""

    def __init__(self, stage: Stage, daemon: Daemon) -> None:
        self._stage, self.daemon = stage, daemon
        self._before = 0.0
        self._version = self._sentinels = 0

    async def ready(self) -> None:
        """Wait until everything is watched; what is written from now on is counted by `settled`."""
        await until(self._is_ready)
        self._before, self._version = self._taken_in(), self._stage.api.store.resource_version

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the daemon's health server."""
        async with aiohttp.ClientSession() as session, session.get(self.daemon.health.url + path) as answer:
            return answer.status, await answer.text()

    async def settled(self, within: float = 10) -> None:
        """Wait until every write since `ready` is taken in and nothing is left to send."""
        due = self._before + self._stage.writes_since(self._version)
        await until(lambda: self._taken_in() >= due, within)
        await self.drained(within)

    async def caught_up(self, within: float = 10) -> None:
        """Wait until a Rollout that is written now is told about; so are those before it, gap or no gap."""
        self._sentinels += 1
        name = f"sentinel-{self._sentinels}"
        self._stage.put(rollout(name, mark="here", annotations=subscribed("sentinel")))
        await until(lambda: f"{name} here" in self._stage.told("sentinel"), within)
        await self.drained(within)

    async def drained(self, within: float = 10) -> None:
        """Wait until nothing is left to send."""
        await until(self._is_idle, within)

    async def rows(self) -> list[Delivery]:
        """All deliveries, the oldest first."""
        return (await self.daemon.outbox.deliveries(Filter(limit=10_000)))[::-1]

    def metric(self, name: str, **labels: str) -> float:
        """The value of one of the daemon's metrics, 0 where it has none yet."""
        return self.daemon.metrics.registry.get_sample_value(f"rollouts_notifier_{name}", labels) or 0.0

    async def _is_ready(self) -> bool:
        return (await self.get("/readyz"))[0] == HTTPStatus.OK

    async def _is_idle(self) -> bool:
        return all(census.state == State.DEAD for census in await self.daemon.outbox.census())

    def _taken_in(self) -> float:
        return sum(self.metric("changes_total", kind=resource.kind) for resource, _ in _SHOWN)


class Stage:
    """A cluster `api`, a receiver `sink`, and a folder whose store every daemon of this stage opens."""

    def __init__(self, folder: Path, api: ApiServer, sink: WebhookSink) -> None:
        self.folder, self.api, self.sink = folder, api, sink

    @property
    def store(self) -> Path:
        return self.folder / "store.db"

    @asynccontextmanager
    async def daemon(self, **settings: Any) -> AsyncIterator[Running]:
        """A daemon on this stage, ready or not; none of its parts may die."""
        given = {
            "server": self.api.url,
            "store": str(self.store),
            "address": ("127.0.0.1", 0),
            "page_address": ("127.0.0.1", 0),
            "config_namespace": NAMESPACE,
        }
        async with Daemon(Settings.of(**given | settings)) as daemon:
            try:
                yield Running(self, daemon)
            finally:
                for part in daemon._tasks._tasks:
                    assert not part.done(), f"{part.get_name()} has died: {part.exception()!r}"

    @asynccontextmanager
    async def ready(self, **settings: Any) -> AsyncIterator[Running]:
        """A daemon that has seen all there is."""
        async with self.daemon(**settings) as running:
            await running.ready()
            yield running

    def configure(self, *entries: Mapping[str, str]) -> None:
        """Write the ConfigMap, whole: what all tests need and these entries, the last of a key."""
        data = {key: text for some in (MARKS, self.services("sentinel"), *entries) for key, text in some.items()}
        self._put("ConfigMap", "rollouts-notifier-config", data)

    def config_map(self) -> Object:
        """The ConfigMap as it is."""
        return self.api.store.get(CONFIG_MAPS, NAMESPACE, "rollouts-notifier-config").decode()

    def get_secret(self) -> Object:
        """The Secret as it is."""
        return self.api.store.get(SECRETS, NAMESPACE, "rollouts-notifier-secret").decode()

    def secret(self, **values: str) -> None:
        """Write the Secret, whole."""
        data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
        self._put("Secret", "rollouts-notifier-secret", data)

    def services(self, *names: str, more: str = "") -> dict[str, str]:
        """ConfigMap entries of webhooks, each to the sink's path of its name."""
        return {f"service.webhook.{name}": f"url: {self.sink.url}/{name}\n{more}\n" for name in names}

    def put(self, *objects: Object) -> None:
        """Write objects as their controller would."""
        for obj in objects:
            self.api.store.put(obj)

    def told(self, service: str) -> list[str]:
        """What a service was told, in order of arrival."""
        return [request.body.decode() for request in self.requests(service)]

    def requests(self, service: str) -> list[Received]:
        """The requests to a service."""
        return [request for request in self.sink.requests if request.path == f"/{service}"]

    def keys(self, service: str) -> list[str]:
        """The idempotency keys of the requests to a service."""
        return [request.headers[KEY] for request in self.requests(service)]

    def warnings(self) -> list[Object]:
        """The Kubernetes Events that the daemon has written."""
        events = [version.decode() for version in self.api.store.items(EVENTS)]
        return [event for event in events if event.get("source", {}).get("component") == COMPONENT]

    async def warned(self, *words: str) -> Object:
        """The Warning Event that says all these words, once it is there."""

        def found() -> list[Object]:
            return [event for event in self.warnings() if all(word in event["message"] for word in words)]

        await until(found)
        return found()[0]

    def writes_since(self, version: int) -> int:
        """How many writes later than a resourceVersion the watches of a daemon show."""
        store = self.api.store
        return sum(
            select.shown(write) is not None for resource, select in _SHOWN for write in store.since(resource, version)
        )

    def _put(self, kind: str, name: str, data: Mapping[str, str]) -> None:
        metadata = {"name": name, "namespace": NAMESPACE, "uid": f"uid-of-{name}"}
        self.put({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": dict(data)})
