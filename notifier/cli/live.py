"""One Rollout of a cluster with all that belongs to it, and the configuration there."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from notifier.cli import objects
from notifier.config import files
from notifier.config.load import Source
from notifier.directory import Given
from notifier.kube import wire
from notifier.kube.access import get
from notifier.kube.errors import KubeError, NotFound
from notifier.kube.resources import (
    ANALYSIS_RUNS,
    CONFIG_MAPS,
    EXPERIMENTS,
    REPLICA_SETS,
    ROLLOUTS,
    SECRETS,
    Resource,
)
from notifier.kube.transport import Cluster, Transport
from notifier.model import Object
from notifier.parameters import names, namespace_name

_PAGE = "500"
_OWNED = (ANALYSIS_RUNS, EXPERIMENTS, REPLICA_SETS)

Remark = Callable[[str], None]
"""Takes what could not be looked at, and why."""


_OPTIONS = (
    click.option(
        "--kubeconfig",
        default="",
        envvar=["ROLLOUTS_NOTIFIER_KUBECONFIG", "KUBECONFIG"],
        help="A kubeconfig; empty: ~/.kube/config, else the pod's service account.",
    ),
    click.option("--context", default="", envvar="ROLLOUTS_NOTIFIER_CONTEXT", help="A context of the kubeconfig."),
    click.option("--server", default="", envvar="ROLLOUTS_NOTIFIER_SERVER", help="The API server's URL, instead."),
    click.option(
        "--config-namespace",
        type=namespace_name,
        default="",
        envvar=["ROLLOUTS_NOTIFIER_CONFIG_NAMESPACE", "POD_NAMESPACE"],
        help="Where ConfigMap and Secret are; empty: argo-rollouts.",
    ),
    click.option(
        "--config-map-name",
        default="rollouts-notifier-config",
        envvar="ROLLOUTS_NOTIFIER_CONFIG_MAP_NAME",
        help="The ConfigMap's name.",
        show_default=True,
    ),
    click.option(
        "--secret-name",
        default="rollouts-notifier-secret",
        envvar="ROLLOUTS_NOTIFIER_SECRET_NAME",
        help="The Secret's name.",
        show_default=True,
    ),
    click.option(
        "--self-service",
        is_flag=True,
        envvar="ROLLOUTS_NOTIFIER_SELF_SERVICE",
        help="Read the configuration of the Rollout's namespace as well.",
    ),
    click.option(
        "--self-service-offers",
        type=names,
        default="",
        envvar="ROLLOUTS_NOTIFIER_SELF_SERVICE_OFFERS",
        help="The central services that one was offered.",
    ),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command with the options that `Place.of` takes."""
    return functools.reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


class Place(NamedTuple):
    """A cluster, and where in it the configuration is."""

    cluster: Cluster
    namespace: str
    config_map: str
    secret: str
    self_service: bool = False
    offered: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kubeconfig: str, context: str, server: str, **more: Any) -> Place:
        """What options say. Raises UsageError where they contradict one another."""
        usual = Path.home() / ".kube" / "config"
        kubeconfig = kubeconfig or (str(usual) if not server and usual.is_file() else "")
        if context and not kubeconfig:
            raise click.UsageError("--context is of a kubeconfig: say which with --kubeconfig")
        cluster = Cluster(server=server, kubeconfig=kubeconfig, context=context)
        own, offered = more["self_service"], frozenset(more["self_service_offers"])
        return cls(cluster, more["config_namespace"], more["config_map_name"], more["secret_name"], own, offered)

    def within(self, namespace: str) -> Place:
        """The same for what a namespace configures for itself."""
        return self._replace(namespace=namespace)

    def without(self, *, config_map: bool, secret: bool) -> Place:
        """The same, where some of the configuration is not to be read there."""
        config_map_name, secret_name = "" if config_map else self.config_map, "" if secret else self.secret
        return self._replace(config_map=config_map_name, secret=secret_name)


class Found(NamedTuple):
    """A Rollout and what it owns."""

    rollout: Object
    relatives: list[Object]


async def rollout(transport: Transport, namespace: str, name: str, remark: Remark) -> Found:
    """Read a Rollout and what it owns. Raises ClickException where it cannot be read."""
    try:
        found = msgspec.json.decode(await get(transport, ROLLOUTS, namespace, name))
    except NotFound as error:
        raise click.ClickException(f"there is no Rollout {namespace}/{name}: {error}") from error
    except KubeError as error:
        raise click.ClickException(f"the cluster does not tell of Rollout {namespace}/{name}: {error}") from error
    among = [one for resource in _OWNED async for one in _listed(transport, resource, namespace, remark)]
    return Found(found, objects.relatives(found, among))


async def _listed(transport: Transport, resource: Resource, namespace: str, remark: Remark) -> AsyncIterator[Object]:
    """All objects of a kind in a namespace; where they cannot be read, messages lack what they would have said."""
    query = {"limit": _PAGE, **({"labelSelector": resource.selector} if resource.selector else {})}
    try:
        while True:
            answer = await transport.request("GET", resource.path(namespace), query=query)
            page = wire.page(answer.body, resource)
            for item in page.items:
                yield msgspec.json.decode(item.raw)
            if not page.token:
                return
            query["continue"] = page.token
    except KubeError as error:
        remark(f"{resource.qualified} cannot be read, so nothing is known of them: {error}")


async def configuration(transport: Transport, place: Place, remark: Remark) -> Given:
    """What the ConfigMap and the Secret hold; one that is not there, or cannot be read, is remarked on.

    One whose name is "" is not read.
    """
    config_map = await _entries(transport, CONFIG_MAPS, place.namespace, place.config_map, remark)
    secret = await _entries(transport, SECRETS, place.namespace, place.secret, remark)
    title = f"ConfigMap {place.namespace}/{place.config_map}"
    source = None if config_map is None else Source(title, files.entries(config_map))
    return Given(source, None if secret is None else files.entries(secret))


async def _entries(
    transport: Transport, resource: Resource, namespace: str, name: str, remark: Remark
) -> Object | None:
    if not name:
        return None
    try:
        found: Object = msgspec.json.decode(await get(transport, resource, namespace, name))
    except KubeError as error:
        remark(f"{resource.kind} {namespace}/{name} cannot be read: {error}")
        return None
    return {**found, "kind": resource.kind}
