"""The stage: a sandbox cluster, the daemon that watches it and who it tells, talking on loopback."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from notifier.app import Daemon
from notifier.demo.stories import HOOK, STORIES
from notifier.errors import ConfigError, NotifierError
from notifier.model import Object
from notifier.outbox.protocol import Delivery, Filter
from notifier.sandbox.kinds import ANALYSIS_RUNS, CONFIG_MAPS, EVENTS, EXPERIMENTS, REPLICA_SETS, ROLLOUTS, SECRETS
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.sandbox.serving import HOST
from notifier.sandbox.slack import SlackWorkspace
from notifier.settings import Settings

SPARE_CHANNEL = "on-call"
"""A channel that nobody has subscribed."""

_NAMESPACE = "argo-rollouts"
_CONFIG_MAP = {"name": "rollouts-notifier-config", "namespace": _NAMESPACE}
_SECRET = {"name": "rollouts-notifier-secret", "namespace": _NAMESPACE}
_CONTEXT = """
cluster: prod-eu-1
environment: production
links: {Dashboard: "https://rollouts.example.com/{namespace}/{name}"}
"""
_WATCHED = (ROLLOUTS, ANALYSIS_RUNS, EXPERIMENTS, REPLICA_SETS, EVENTS)
_ALL = 10_000
"""Deliveries: more than a demo makes."""
_PATIENCE = 20.0
"""Seconds the daemon has to read a cluster that is empty."""


class Receivers(NamedTuple):
    """Who is told: servers like a webhook's, Slack's and a mail provider's."""

    webhook: WebhookSink
    slack: SlackWorkspace
    mail: MailSink


class Stage(NamedTuple):
    """What is there while the demo runs; `store` is the daemon's, and goes when the demo ends."""

    cluster: ApiServer
    daemon: Daemon
    receivers: Receivers
    store: Path

    async def ready(self) -> None:
        """Wait until all kinds are watched: what was there before would be learned in silence. NotifierError if not."""
        for resource in _WATCHED:
            try:
                await self.cluster.wait_for_calls("watch", resource, within=_PATIENCE)
            except TimeoutError:
                raise NotifierError(f"the daemon does not watch {resource}") from None

    async def delivery(self, key: str) -> Delivery | None:
        """What the daemon means by an idempotency key, None if nothing."""
        deliveries = await self.daemon.outbox.deliveries(Filter(limit=_ALL))
        return next((delivery for delivery in deliveries if delivery.key == key), None)


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """Set the stage, the cluster on a port (0 is any that is free). ConfigError if that is taken."""
    async with AsyncExitStack() as stack:
        store = Path(stack.enter_context(TemporaryDirectory(prefix="rollouts-notifier-demo-"))) / "outbox.db"
        receivers = await _receivers(stack)
        cluster = await _cluster(port, stack)
        cluster.store.create(CONFIG_MAPS, _config_map(receivers))
        cluster.store.create(SECRETS, _secret(receivers))
        settings = Settings.of(server=cluster.url, config_namespace=_NAMESPACE, store=str(store), address=(HOST, 0))
        daemon = await stack.enter_async_context(Daemon(settings))
        yield Stage(cluster, daemon, receivers, store)


async def _receivers(stack: AsyncExitStack) -> Receivers:
    channels = [*(story.namespace for story in STORIES), SPARE_CHANNEL]
    servers = Receivers(WebhookSink(), SlackWorkspace(*channels), MailSink())
    for server in servers:
        await stack.enter_async_context(server)
    return servers


async def _cluster(port: int, stack: AsyncExitStack) -> ApiServer:
    try:
        return await stack.enter_async_context(ApiServer(port=port))
    except OSError as error:
        raise ConfigError(f"the cluster cannot be served on port {port}: {error.strerror}") from error


def _config_map(receivers: Receivers) -> Object:
    webhook, slack, mail = receivers
    services = {
        f"service.webhook.{HOOK}": f"url: {webhook.url}/hook\n",
        "service.slack": f"token: $slack-token\napiURL: {slack.api_url}\n",
        "service.email": f"host: {HOST}\nport: {mail.port}\nfrom: Rollouts <rollouts@example.com>\n",
    }
    return {"metadata": _CONFIG_MAP, "data": {**services, "context": _CONTEXT}}


def _secret(receivers: Receivers) -> Object:
    return {"metadata": _SECRET, "data": {"slack-token": base64.b64encode(receivers.slack.token.encode()).decode()}}
