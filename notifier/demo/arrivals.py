"""Arrivals: what each receiver gets, message by message, in one shape."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

import msgspec

from notifier.demo.receivers import Receivers
from notifier.demo.stories import EMAIL, SLACK, WEBHOOK
from notifier.sandbox.mail import Mail, MailSink
from notifier.sandbox.receivers import Received, WebhookSink
from notifier.sandbox.slack import Call, SlackWorkspace
from notifier.sandbox.slack_rules import content_of, shown

_POST, _UPDATE = "chat.postMessage", "chat.update"
_ANY_TIME = float("inf")
_Item = TypeVar("_Item")


class Arrival(NamedTuple):
    """A message at a receiver: its idempotency key, when (epoch seconds), the text people read, all of it as `body`.

    `details` are a request's `severity`, `method` and `path`, a Slack message's `channel` and `how` it got there, a
    mail's `to` and `subject`.
    """

    service: str
    key: str
    at: float
    text: str
    details: Mapping[str, str]
    body: Any


def followed(receivers: Receivers) -> tuple[AsyncIterator[Arrival], ...]:
    """What arrives at receivers, a stream for each."""
    return requests(receivers.webhook), posts(receivers.slack), mails(receivers.mail)


async def requests(sink: WebhookSink) -> AsyncIterator[Arrival]:
    """What a webhook's receiver gets, without end."""
    async for received in _each(partial(sink.wait_for, within=_ANY_TIME)):
        yield _request(received)


async def posts(workspace: SlackWorkspace) -> AsyncIterator[Arrival]:
    """What appears in Slack, without end; a root's edit and the reply it comes with are one message."""
    edited = set[str]()
    async for call in _each(partial(workspace.wait_for_calls, within=_ANY_TIME)):
        if call.outcome != "ok" or call.method not in (_POST, _UPDATE):
            continue
        content = content_of(call.fields)
        if content.key is None:
            edited.add(call.fields.get("ts", ""))
            continue
        details = {"channel": _channel(workspace, call), "how": _how(call, edited)}
        edited.discard(call.fields.get("thread_ts", ""))
        yield Arrival(SLACK, content.key, call.at, shown(content.text), details, call.fields)


async def mails(sink: MailSink) -> AsyncIterator[Arrival]:
    """What lies in the mailboxes, without end."""
    async for mail in _each(partial(sink.wait_for, within=_ANY_TIME)):
        yield _mail(mail)


async def _each(wait_for: Callable[[int], Awaitable[list[_Item]]]) -> AsyncIterator[_Item]:
    for number in itertools.count(1):
        *_, latest = await wait_for(number)
        yield latest


class _Content(msgspec.Struct):
    """What of a request's body is shown."""

    message: str
    severity: str = ""


def _request(received: Received) -> Arrival:
    """A body that is not as the catalogue makes it is all text."""
    try:
        content, body = msgspec.json.decode(received.body, type=_Content), received.json()
    except msgspec.DecodeError:
        body = received.body.decode(errors="replace")
        content = _Content(body)
    details = {"severity": content.severity, "method": received.method, "path": received.path}
    key = received.headers.get("Idempotency-Key", "")
    return Arrival(WEBHOOK, key, received.at, content.message, details, body)


def _how(call: Call, edited: Container[str]) -> str:
    if call.method == _UPDATE:
        return "root updated"
    if "thread_ts" not in call.fields:
        return "new message"
    return "reply, root updated" if call.fields["thread_ts"] in edited else "reply in thread"


def _channel(workspace: SlackWorkspace, call: Call) -> str:
    """The name of the channel of a call: what refers to a message knows the channel by its id only."""
    ts = call.fields.get("thread_ts") or call.fields.get("ts")
    names = (message.channel for message in workspace.messages if message.ts == ts)
    return f"#{next(names, str(call.fields['channel'])).removeprefix('#')}"


def _mail(mail: Mail) -> Arrival:
    details = {"to": ", ".join(mail.recipients), "subject": str(mail.message["Subject"])}
    return Arrival(EMAIL, mail.key, mail.at, mail.text, details, mail.text)
