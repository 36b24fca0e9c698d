"""Hours of delivering in an instant: the worker and real services, told to real servers, in virtual time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from notifier.outbox.sqlite import SqliteOutbox
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Fields, Pace
from notifier.services.email import Email
from notifier.services.http import Client, connect
from notifier.services.slack import Slack
from notifier.services.webhook import Webhook
from tests.contract.outbox.samples import NOW
from tests.integration.delivery.deliverers import Deliverer, Receiver, delivering
from tests.integration.delivery.virtual_time import VirtualLoop, _Selector, elapsed

_PATIENCE = 0.1
"""Real seconds within which an answer comes over loopback, if one comes at all."""


class ServedLoop(VirtualLoop):
    """Virtual time that stands still while an answer may be on its way: as long as `asking` says so."""

    def __init__(self) -> None:
        self.now, self.in_threads = NOW, 0
        self.asking: Callable[[], object] = bool
        asyncio.SelectorEventLoop.__init__(self, _PatientSelector(self))


class _PatientSelector(_Selector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout and isinstance(self._loop, ServedLoop) and self._loop.asking():
            return selectors.DefaultSelector.select(self, _PATIENCE) or super().select(timeout)
        return super().select(timeout)


class Sink(WebhookSink):
    """A sink that notes when requests came in virtual seconds since the test began."""

    def _remember(self, request: web.Request, body: bytes) -> None:
        super()._remember(request, body)
        self.requests[-1] = self.requests[-1]._replace(at=round(elapsed(), 3))


class Workspace(SlackWorkspace):
    """A workspace in virtual time; so are the times of its calls, in seconds since the test began."""

    def __init__(self, *members: str) -> None:
        super().__init__(*members, pace=Pace(clock=elapsed))

    def _remember(self, method: str, fields: Fields, outcome: str) -> None:
        super()._remember(method, fields, outcome)
        self.calls[-1] = self.calls[-1]._replace(at=round(elapsed(), 3))


def in_virtual_time(test: Coroutine[Any, Any, None]) -> None:
    """Run a test, with servers and all, in virtual time."""
    with asyncio.Runner(loop_factory=ServedLoop) as runner:
        runner.run(test)


@asynccontextmanager
async def at_work(**options: Any) -> AsyncIterator[tuple[Deliverer, Client]]:
    """A worker to whose services real ones can be added, and the client these need."""
    loop = asyncio.get_running_loop()
    outbox = SqliteOutbox.open(":memory:")
    try:
        async with connect({}, now=loop.time) as client, delivering(outbox, Receiver(), **options) as deliverer:
            assert isinstance(loop, ServedLoop)
            loop.asking = lambda: deliverer.worker._sender.busy
            yield deliverer, client
    finally:
        await outbox.close()


def slack(client: Client, workspace: SlackWorkspace) -> Any:
    """The Slack service, all options at their defaults."""
    return Slack.from_config({"token": workspace.token, "apiURL": workspace.api_url}, client, frozenset())


def webhook(client: Client, sink: WebhookSink, path: str = "hook") -> Any:
    """The webhook service, all options at their defaults."""
    return Webhook.from_config({"url": f"{sink.url}/{path}"}, client, frozenset())


def email(client: Client, sink: MailSink) -> Any:
    """The email service, all options at their defaults."""
    return Email.from_config({"host": "127.0.0.1", "port": sink.port, "from": "d@shop.example"}, client, frozenset())
