"""The receivers: who is told, and the configuration that a daemon reaches them by."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from notifier.demo.stories import HOOK
from notifier.model import Object
from notifier.outbox.protocol import Delivery, Filter, Outbox
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.serving import HOST
from notifier.sandbox.slack import SlackWorkspace

CONFIG_MAP, SECRET = "rollouts-notifier-config", "rollouts-notifier-secret"
_CONTEXT = """
cluster: prod-eu-1
environment: production
links: {Dashboard: "https://rollouts.example.com/{namespace}/{name}"}
"""
_ALL = 10_000
"""Deliveries: more than a demo makes."""


class Receivers(NamedTuple):
    """Who is told: servers like a webhook's, Slack's and a mail provider's."""

    webhook: WebhookSink
    slack: SlackWorkspace
    mail: MailSink

    def configuration(self, namespace: str, context: str = _CONTEXT) -> tuple[Object, Object]:
        """The ConfigMap and the Secret, in a namespace, of a daemon that tells them."""
        services = {
            f"service.webhook.{HOOK}": f"url: {self.webhook.url}/hook\n",
            "service.slack": f"token: $slack-token\napiURL: {self.slack.api_url}\n",
            "service.email": f"host: {HOST}\nport: {self.mail.port}\nfrom: Rollouts <rollouts@example.com>\n",
        }
        token = base64.b64encode(self.slack.token.encode()).decode()
        config_map = {"metadata": {"name": CONFIG_MAP, "namespace": namespace}}
        secret = {"metadata": {"name": SECRET, "namespace": namespace}}
        return config_map | {"data": services | {"context": context}}, secret | {"data": {"slack-token": token}}


@asynccontextmanager
async def listening(*channels: str) -> AsyncIterator[Receivers]:
    """Receivers that listen, with some channels in Slack."""
    async with WebhookSink() as webhook, SlackWorkspace(*channels) as slack, MailSink() as mail:
        yield Receivers(webhook, slack, mail)


@contextmanager
def temporary_store() -> Iterator[Path]:
    """Where a daemon keeps its store for the time being."""
    with TemporaryDirectory(prefix="rollouts-notifier-demo-") as folder:
        yield Path(folder) / "outbox.db"


def finder(outbox: Outbox) -> Callable[[str], Awaitable[Delivery | None]]:
    """Find what a daemon means by an idempotency key, None if nothing."""
    known: dict[str, Delivery] = {}

    async def find(key: str) -> Delivery | None:
        if key not in known:
            known.update((delivery.key, delivery) for delivery in await outbox.deliveries(Filter(limit=_ALL)))
        return known.get(key)

    return find
