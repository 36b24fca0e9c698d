"""Argo's own notifications: its ConfigMap as it was recorded, and receivers who know whether Argo or we told them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import msgspec
import yaml

from notifier.model import ANNOTATION_PREFIX
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import Reply, WebhookSink
from notifier.sandbox.slack import SlackWorkspace
from tests.integration.daemon.stage import KEY

CONFIG_MAP, SECRET = "argo-rollouts-notification-configmap", "argo-rollouts-notification-secret"

_RECORDED = Path(__file__).parents[2] / "recordings" / "argo" / "configmap.yaml"
_SENT = re.compile(r'^notification_send_success\{.*namespace="(.+?)",reason="(.+?)",.*\} (\d+)$', re.MULTILINE)
_TAKEN = Reply(body=b'{"ok": true, "channel": "C1", "ts": "1700000000.000100"}')
"""What Slack answers: channels are namespaces, which come and go."""


class Told(NamedTuple):
    """One message: a service, its recipient, and words that say what it is about."""

    service: str
    recipient: str
    words: str


class Argo(NamedTuple):
    """Argo's own engine: where it counts, and whom it tells as we do."""

    metrics: str
    slack: SlackWorkspace
    mail: MailSink
    hook: WebhookSink

    def config_map(self) -> dict[str, str]:
        """Argo's ConfigMap as it was recorded, its services leading here."""
        services = {
            "service.slack": {"apiURL": self.slack.api_url},
            "service.email": {"port": self.mail.port},
            "service.webhook.sink": {"url": f"{self.hook.url}/hook"},
        }
        recorded = _recorded()
        return recorded | {key: yaml.safe_dump(yaml.safe_load(recorded[key]) | to) for key, to in services.items()}

    def told(self, namespace: str) -> Counter[Told]:
        """What Argo has told about a namespace."""
        return Counter(one for ours, one in self._arrived() if not ours and _is_about(namespace, one))

    def told_by_us(self, namespace: str) -> Counter[Told]:
        """What we have told about a namespace."""
        return Counter(one for ours, one in self._arrived() if ours and _is_about(namespace, one))

    def has_said(self, namespace: str, *templates: str) -> bool:
        """Whether Argo has told about a namespace with each of these templates."""
        return {Told("sink", namespace, template) for template in templates} <= self.told(namespace).keys()

    async def counted(self, namespace: str) -> Counter[str]:
        """How often Argo's controller says that it has sent for an event about a namespace, by reason."""
        async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(self.metrics) as answer:
            sent = _SENT.findall(await answer.text())
        return Counter({reason: int(count) for where, reason, count in sent if where == namespace})

    def _arrived(self) -> Iterator[tuple[bool, Told]]:
        """Everything, and whether it is from us: what we send has a key."""
        for call in self.slack.calls:
            if call.method == "chat.postMessage":
                yield "metadata" in call.fields, Told("slack", call.fields["channel"], call.fields["text"])
        for mail in self.mail.mails:
            yield bool(mail.key), Told("email", mail.recipients[0], mail.text.strip())
        for got in self.hook.requests:
            yield KEY in got.headers, Told("sink", got.path.removeprefix("/hook/"), got.json()["template"])


@asynccontextmanager
async def engine(metrics: str) -> AsyncIterator[Argo]:
    """Argo's engine and its receivers, until the block ends."""
    async with SlackWorkspace() as slack, MailSink() as mail, WebhookSink() as hook:
        slack.reply(_TAKEN)
        yield Argo(metrics, slack, mail, hook)


def subscribed(namespace: str) -> dict[str, str]:
    """Annotations that subscribe a channel, an address and a webhook to every trigger of Argo's ConfigMap."""
    triggers = [key.removeprefix("trigger.") for key in _recorded() if key.startswith("trigger.")]
    recipients = {"slack": namespace, "email": f"{namespace}@example.com", "sink": ""}
    return {f"{ANNOTATION_PREFIX}subscribe.{on}.{service}": to for on in triggers for service, to in recipients.items()}


def withheld(delivery: dict[str, Any]) -> Told:
    """What a delivery that was recorded in shadow would have told."""
    message, service = delivery["message"], delivery["service"]
    if service == "sink":
        return Told(service, delivery["namespace"], msgspec.json.decode(message["body"]["body"])["template"])
    return Told(service, delivery["recipient"], message["message"])


def _is_about(namespace: str, told: Told) -> bool:
    return told.recipient.removesuffix("@example.com") == namespace


def _recorded() -> dict[str, str]:
    return dict(yaml.safe_load(_RECORDED.read_text())["data"])
