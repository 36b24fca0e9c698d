"""The stage: a sandbox cluster, the daemon that watches it and a receiver, talking HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from notifier.app import Daemon
from notifier.demo.stories import SERVICE
from notifier.errors import ConfigError, NotifierError
from notifier.sandbox.kinds import ANALYSIS_RUNS, CONFIG_MAPS, EVENTS, EXPERIMENTS, REPLICA_SETS, ROLLOUTS
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.settings import Settings

_CONFIG_MAP, _NAMESPACE = "rollouts-notifier-config", "argo-rollouts"
_WATCHED = (ROLLOUTS, ANALYSIS_RUNS, EXPERIMENTS, REPLICA_SETS, EVENTS)
_PATIENCE = 20.0
"""Seconds the daemon has to read a cluster that is empty."""


class Stage(NamedTuple):
    """What is there while the demo runs; `store` is the daemon's, and goes when the demo ends."""

    cluster: ApiServer
    daemon: Daemon
    receiver: WebhookSink
    store: Path

    async def ready(self) -> None:
        """Wait until all kinds are watched: what was there before would be learned in silence. NotifierError if not."""
        for resource in _WATCHED:
            try:
                await self.cluster.wait_for_calls("watch", resource, within=_PATIENCE)
            except TimeoutError:
                raise NotifierError(f"the daemon does not watch {resource}") from None


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """Set the stage, the cluster on a port (0 is any that is free). ConfigError if that is taken."""
    async with AsyncExitStack() as stack:
        store = Path(stack.enter_context(TemporaryDirectory(prefix="rollouts-notifier-demo-"))) / "outbox.db"
        receiver = await stack.enter_async_context(WebhookSink())
        cluster = await _cluster(port, stack)
        cluster.store.create(CONFIG_MAPS, _config_map(receiver.url))
        settings = Settings.of(
            server=cluster.url, config_namespace=_NAMESPACE, store=str(store), address=("127.0.0.1", 0)
        )
        daemon = await stack.enter_async_context(Daemon(settings))
        yield Stage(cluster, daemon, receiver, store)


async def _cluster(port: int, stack: AsyncExitStack) -> ApiServer:
    try:
        return await stack.enter_async_context(ApiServer(port=port))
    except OSError as error:
        raise ConfigError(f"the cluster cannot be served on port {port}: {error.strerror}") from error


def _config_map(url: str) -> dict[str, object]:
    return {
        "metadata": {"name": _CONFIG_MAP, "namespace": _NAMESPACE},
        "data": {f"service.webhook.{SERVICE}": f"url: {url}/hook\n"},
    }
