"""The stage: a sandbox cluster, the daemon that watches it and who it tells, talking on loopback."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from notifier.app import Daemon
from notifier.demo.receivers import Receivers, listening, temporary_store
from notifier.errors import ConfigError, NotifierError
from notifier.sandbox.kinds import ANALYSIS_RUNS, CONFIG_MAPS, EVENTS, EXPERIMENTS, REPLICA_SETS, ROLLOUTS, SECRETS
from notifier.sandbox.server import ApiServer
from notifier.sandbox.serving import HOST
from notifier.settings import Settings

SPARE_CHANNEL = "on-call"
"""A channel that nobody has subscribed."""

_NAMESPACE = "argo-rollouts"
_WATCHED = (ROLLOUTS, ANALYSIS_RUNS, EXPERIMENTS, REPLICA_SETS, EVENTS)
_PATIENCE = 20.0
"""Seconds the daemon has to read a cluster that is empty."""


class Stage(NamedTuple):
    """What is there while the demo runs; `store` is the daemon's, and goes when the demo ends."""

    cluster: ApiServer
    daemon: Daemon
    receivers: Receivers
    store: Path

    @property
    def kubectl(self) -> str:
        """How to look into the cluster."""
        return f"kubectl --server={self.cluster.url}"

    async def ready(self) -> None:
        """Wait until all kinds are watched: what was there before would be learned in silence. NotifierError if not."""
        for resource in _WATCHED:
            try:
                await self.cluster.wait_for_calls("watch", resource, within=_PATIENCE)
            except TimeoutError:
                raise NotifierError(f"the daemon does not watch {resource}") from None


@asynccontextmanager
async def stage(port: int, channels: Iterable[str]) -> AsyncIterator[Stage]:
    """Set the stage, the cluster on a port (0 is any that is free). ConfigError if that is taken."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(temporary_store())
        receivers = await stack.enter_async_context(listening(*channels, SPARE_CHANNEL))
        cluster = await _cluster(port, stack)
        config_map, secret = receivers.configuration(_NAMESPACE)
        cluster.store.create(CONFIG_MAPS, config_map)
        cluster.store.create(SECRETS, secret)
        place = {"server": cluster.url, "config_namespace": _NAMESPACE, "store": str(store)}
        settings = Settings.of(**place, address=(HOST, 0), page_address=(HOST, 0), web_actions=True)
        daemon = await stack.enter_async_context(Daemon(settings))
        yield Stage(cluster, daemon, receivers, store)


async def _cluster(port: int, stack: AsyncExitStack) -> ApiServer:
    try:
        return await stack.enter_async_context(ApiServer(port=port))
    except OSError as error:
        raise ConfigError(f"the cluster cannot be served on port {port}: {os.strerror(error.errno or 0)}") from error
