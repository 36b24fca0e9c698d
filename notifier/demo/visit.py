"""A visit: the daemon and the receivers beside a cluster of somebody's own, which is left as it was found."""

from __future__ import annotations

import asyncio
import secrets
import shlex
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec

from notifier.app import Daemon
from notifier.demo.receivers import Receivers, listening, temporary_store
from notifier.errors import NotifierError
from notifier.kube.errors import KubeError, NotFound
from notifier.kube.resources import CONFIG_MAPS, SECRETS, Resource
from notifier.kube.transport import Cluster, Transport
from notifier.model import COMPONENT, Object
from notifier.sandbox.serving import HOST
from notifier.settings import Settings

CHANNEL = "rollouts"
"""The channel that there is in Slack."""

_NAMESPACES = Resource("Namespace", "", "v1", "namespaces")
_CONTEXT = "cluster: demo\n"
_PATIENCE = 10.0
"""Seconds the daemon has to read a cluster."""
_PAUSE = 0.1


class Visit(NamedTuple):
    """What is there while a cluster is visited; `namespace` is the demo's own."""

    cluster: Cluster
    namespace: str
    daemon: Daemon
    receivers: Receivers
    store: Path

    @property
    def kubectl(self) -> str:
        """How to look into the cluster."""
        context = f" --context {shlex.quote(self.cluster.context)}" if self.cluster.context else ""
        return f"kubectl --kubeconfig {shlex.quote(self.cluster.kubeconfig)}{context}"

    async def ready(self) -> None:
        """Wait until the daemon watches everything. NotifierError, with what keeps it, if it does not."""
        said = "it does not answer"
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession() as client:
                while True:
                    async with client.get(f"{self.daemon.health.url}/readyz") as answer:
                        said = (await answer.text()).strip()
                    if answer.ok:
                        return
                    await asyncio.sleep(_PAUSE)
        raise NotifierError(f"the daemon cannot watch {self.cluster}: {said}")


@asynccontextmanager
async def visit(cluster: Cluster) -> AsyncIterator[Visit]:
    """Watch a cluster with a kubeconfig from a namespace of the demo's own.

    Raises ConfigError where the kubeconfig cannot be used, NotifierError where the cluster is not there or refuses.
    """
    async with AsyncExitStack() as stack:
        store = stack.enter_context(temporary_store())
        receivers = await stack.enter_async_context(listening(CHANNEL))
        transport = await stack.enter_async_context(Transport.connect(cluster))
        namespace = await stack.enter_async_context(_furnished(transport, cluster, receivers))
        settings = Settings.of(
            kubeconfig=cluster.kubeconfig,
            context=cluster.context,
            config_namespace=namespace,
            store=str(store),
            address=(HOST, 0),
            page_address=(HOST, 0),
            web_actions=True,
        )
        daemon = await stack.enter_async_context(Daemon(settings))
        yield Visit(cluster, namespace, daemon, receivers, store)


@asynccontextmanager
async def _furnished(transport: Transport, cluster: Cluster, receivers: Receivers) -> AsyncIterator[str]:
    """A namespace of the demo's own with ConfigMap and Secret, and nothing of it left behind."""
    namespace = f"{COMPONENT}-demo-{secrets.token_hex(3)}"
    config_map, secret = receivers.configuration(namespace, _CONTEXT)
    try:
        await _create(transport, _NAMESPACES, {"metadata": {"name": namespace}})
        try:
            await _create(transport, CONFIG_MAPS, config_map)
            await _create(transport, SECRETS, secret)
            yield namespace
        finally:
            await asyncio.shield(_remove(transport, namespace, config_map, secret))
    except KubeError as error:
        raise NotifierError(f"{cluster} does not let the demo have a namespace of its own: {error}") from error


async def _create(transport: Transport, resource: Resource, obj: Object) -> None:
    whole = {"apiVersion": resource.api_version, "kind": resource.kind, **obj}
    path = resource.path(obj["metadata"].get("namespace", ""))
    await transport.request("POST", path, body=msgspec.json.encode(whole))


async def _remove(transport: Transport, namespace: str, *objects: Object) -> None:
    """Remove what was made, the namespace last: some clusters keep what is in it a while."""
    for resource, obj in zip((CONFIG_MAPS, SECRETS), objects, strict=True):
        with suppress(NotFound):
            await transport.request("DELETE", resource.path(namespace, obj["metadata"]["name"]))
    await transport.request("DELETE", _NAMESPACES.path(name=namespace))
