"""Everybody who can be told: a webhook's sink, a Slack workspace, a mail server; and how somebody asks to be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from notifier.model import ANNOTATION_PREFIX, Object
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.sandbox.slack import SlackWorkspace
from tests.e2e.program import call
from tests.integration.daemon.stage import Running, Stage, rollout

RECORDINGS = Path(__file__).parents[1] / "recordings"


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Stage]:
    """A stage in a folder."""
    async with ApiServer(bookmark_every=0.1) as api, WebhookSink() as sink:
        yield Stage(folder, api, sink)


def slack_at(workspace: SlackWorkspace, key: str = "service.slack", *, token: str = "slack-token") -> dict[str, str]:  # noqa: S107  # a name in the Secret
    """The ConfigMap's entry of a Slack service whose token is the Secret's `token`."""
    return {key: f"token: ${token}\napiURL: {workspace.api_url}\n"}


def mail_at(sink: MailSink) -> dict[str, str]:
    """The ConfigMap's entry of a mail server."""
    return {"service.email": f"host: 127.0.0.1\nport: {sink.port}\nfrom: deploys@shop.example\n"}


def asked(trigger: str = "on-mark", /, **recipients: str) -> dict[str, str]:
    """Annotations that subscribe each service's recipients, with semicolons between them."""
    return {f"{ANNOTATION_PREFIX}subscribe.{trigger}.{service}": to for service, to in recipients.items()}


def marked(mark: object, name: str = "web", /, **recipients: str) -> Object:
    """A Rollout that is told about at each new mark."""
    return rollout(name, mark=mark, annotations=asked(**recipients))


async def deliveries(stage: Stage, *arguments: str) -> Any:
    """What `rollouts-notifier deliveries` prints, as JSON where it lists; it must succeed."""
    finished = await call("deliveries", *arguments, "--store", str(stage.store))
    assert (finished.code, finished.err) == (0, "")
    return msgspec.json.decode(finished.out) if "json" in arguments else None


async def states(running: Running) -> dict[str, str]:
    """The state of each delivery by its Rollout's name."""
    return {row.name: str(row.state) for row in await running.rows()}
