"""A stage with a receiver for every service: webhooks, a Slack workspace and a mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path

import yaml

from notifier.config.load import shipped
from notifier.model import ANNOTATION_PREFIX, Object
from notifier.sandbox.mail import MailSink
from notifier.sandbox.player import Line, play
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.sandbox.slack import SlackWorkspace
from tests.acceptance.audience import mail_at, slack_at
from tests.integration.daemon.stage import Running, Stage

RECIPIENTS = ("hook", "slack:deploys", "email:team@shop.example")
"""One of each service, as global subscriptions call them."""

_IN_STEP = 12


class Company(Stage):
    """A stage whose Slack workspace `slack` has a channel `deploys`, and whose mail server `mail` takes everything."""

    def __init__(self, folder: Path, api: ApiServer, sink: WebhookSink, slack: SlackWorkspace, mail: MailSink) -> None:
        super().__init__(folder, api, sink)
        self.slack, self.mail = slack, mail

    def everywhere(self) -> dict[str, str]:
        """ConfigMap entries of one service of each type: `hook`, `slack` and `email`."""
        return {**self.services("hook"), **slack_at(self.slack), **mail_at(self.mail)}

    def said(self, service: str = "hook") -> list[str]:
        """The messages that a webhook got of the catalogue's templates, in order."""
        return [request.json()["message"] for request in self.requests(service)]

    def events(self, service: str = "hook") -> list[Object]:
        """The events that a webhook was told of by the catalogue's templates, in order."""
        return [request.json()["event"] for request in self.requests(service)]

    async def play(self, running: Running, lines: Sequence[Line]) -> None:
        """Let a story happen: fast at first, its last dozen lines in the order in which their causes made them."""
        await play(self.api.store, lines[:-_IN_STEP])
        await running.settled()
        for _, some in groupby(lines[-_IN_STEP:], key=lambda line: line.object["kind"]):
            await play(self.api.store, some)
            await running.settled()


@asynccontextmanager
async def company(folder: Path) -> AsyncIterator[Company]:
    """A stage that is set up."""
    async with (
        ApiServer(bookmark_every=0.1) as api,
        WebhookSink() as sink,
        SlackWorkspace("deploys") as slack,
        MailSink() as mail,
    ):
        made = Company(folder, api, sink, slack, mail)
        made.secret(**{"slack-token": slack.token})
        yield made


def all_triggers() -> list[str]:
    """Every trigger that is built in."""
    return list(shipped().triggers)


def hears(*recipients: str, of: Iterable[str]) -> dict[str, str]:
    """A ConfigMap entry that subscribes recipients to triggers."""
    return hear({of_them: list(of) for of_them in recipients})


def hear(triggers: Mapping[str, list[str]]) -> dict[str, str]:
    """A ConfigMap entry that subscribes each recipient to triggers of its own."""
    return entry("subscriptions", [{"recipients": [to], "triggers": of} for to, of in triggers.items()])


def annotated(recipients: Iterable[str], triggers: Sequence[str]) -> dict[str, str]:
    """Annotations that subscribe recipients to triggers."""
    split = [recipient.partition(":") for recipient in recipients]
    return {f"{ANNOTATION_PREFIX}subscribe.{trigger}.{s}": to for trigger in triggers for s, _, to in split}


def entry(key: str, value: Mapping[str, object] | Sequence[object]) -> dict[str, str]:
    """A ConfigMap entry made of its value."""
    return {key: yaml.safe_dump(value)}
