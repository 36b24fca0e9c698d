"""With Argo's configuration each recipient reads what Argo's own engine sent, but for what is listed here.

The listed differences have a row in the compatibility table (`tests/differential/differences/words.yaml`).
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml

from notifier.config import files
from notifier.config.load import Source
from notifier.directory import Directory, Given
from notifier.draft import Note
from notifier.model import Letter
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import Replay
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from notifier.services import http

RECORDINGS = Path(__file__).parents[1] / "recordings"
ARGO = RECORDINGS / "argo"
STORIES = sorted(path.name.removesuffix(".jsonl.gz") for path in ARGO.glob("*.jsonl.gz"))

AGAIN = {"s002-manifest7-kayenta": 1, "x-deadline-exceeded": 1}
"""How often Argo sent `step-two` again for a value of its `oncePer` that it had told already."""
FORGOTTEN = {"x-analysis-inconclusive-and-error": "2/4"}
"""The step that Argo did not tell."""
UNORDERED = ("Scaling Rollout", '"scaling-replicaset"', '"degraded"', '"healthy"', '"step-two"')
"""What tells of scaling and of conditions, whose order among the others is of no meaning."""


class Words(NamedTuple):
    """What a receiver was sent of one recording, each message as one text, in order."""

    slack: list[str]
    email: list[str]
    webhook: list[str]

    def in_order(self) -> dict[str, list[str]]:
        """By service, those that have an order."""
        return {
            name: [text for text in told if not any(mark in text for mark in UNORDERED)]
            for name, told in self._asdict().items()
        }

    def counted(self) -> dict[str, Counter[str]]:
        """By service, how often each was sent."""
        return {name: Counter(told) for name, told in self._asdict().items()}


def bare(value: Any) -> Any:
    """A value without null members."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if item is not None}
    return [bare(item) for item in value] if isinstance(value, list) else value


def text(*parts: Any) -> str:
    """What can be compared, the keys in order."""
    return json.dumps(bare(list(parts)), sort_keys=True)


def slack(form: Mapping[str, Any]) -> str:
    attachments = form.get("attachments", "[]")
    attachments = json.loads(attachments) if isinstance(attachments, str) else attachments
    return text(form["channel"], form["text"], attachments)


def email(to: Iterable[str], subject: str, body: str) -> str:
    return text(sorted(to), subject, body.replace("\r\n", "\n").rstrip("\n"))


def webhook(method: str, path: str, kind: str, body: Mapping[str, Any]) -> str:
    """All but the status, which is of before the event in Argo, and a `kind` that it has lost."""
    known = {"kind": "Rollout"} if body.get("kind") == "<no value>" else {}
    return text(method, path, kind, {**body, **known, "status": None})


@functools.cache
def argo(story: str) -> Words:
    """What Argo's engine sent."""
    words = Words([], [], [])
    with gzip.open(ARGO / f"{story}.jsonl.gz", "rt") as lines:
        for sent in map(json.loads, lines):
            if sent["via"] == "slack":
                words.slack.append(slack(sent["form"]))
            elif sent["via"] == "email":
                words.email.append(email(sent["to"], sent["subject"], sent["body"]))
            else:
                kind = sent["headers"]["Content-Type"]
                words.webhook.append(webhook(sent["method"], sent["path"], kind, sent["body"]))
    return words


@functools.cache
def ours(story: str) -> Words:
    """What we send, as it arrives."""
    return asyncio.run(_ours(story))


async def _ours(story: str) -> Words:
    channel = f"rec-{story}"
    async with (
        WebhookSink() as sink,
        MailSink() as mail,
        SlackWorkspace(channel, pace=Pace(rate=1e6)) as workspace,
        http.connect({}) as client,
    ):
        directory = Directory(client)
        try:
            directory.replace(Given(_config_map(sink, mail, workspace), {"slack-token": workspace.token}))
            assert not directory.problems
            async for note in _notes(story, Pipeline(directory.config)):
                await _deliver(note, directory)
        finally:
            await directory.close()
        return Words(
            [slack(call.fields) for call in workspace.calls if call.method == "chat.postMessage"],
            [email(one.recipients, str(one.message["Subject"]), one.text) for one in mail.mails],
            [webhook(got.method, got.path, got.headers["Content-Type"], got.json()) for got in sink.requests],
        )


def _config_map(sink: WebhookSink, mail: MailSink, workspace: SlackWorkspace) -> Source:
    """Argo's ConfigMap, its receivers' addresses those of ours."""
    data = files.read(str(ARGO / "configmap.yaml"), "ConfigMap")
    slack_options = yaml.safe_load(data["service.slack"]) | {"apiURL": workspace.api_url}
    email_options = yaml.safe_load(data["service.email"]) | {"port": mail.port}
    hook_options = yaml.safe_load(data["service.webhook.sink"]) | {"url": f"{sink.url}/hook"}
    services = {
        "service.slack": slack_options,
        "service.email": email_options,
        "service.webhook.sink": hook_options,
    }
    return Source("ConfigMap", data | {key: yaml.safe_dump(options) for key, options in services.items()})


async def _notes(story: str, pipeline: Pipeline) -> AsyncIterator[Note]:
    store = SqliteOutbox.open(":memory:")
    try:
        with gzip.open(RECORDINGS / f"{story}.jsonl.gz") as lines:
            async for told in Replay(store, pipeline).run(lines):
                for note in told.notes:
                    yield note
    finally:
        await store.close()


async def _deliver(note: Note, directory: Directory) -> None:
    delivery = note.delivery
    service = directory.service(delivery.service)
    assert service
    await service.send(Letter(delivery.recipient, note.message, delivery.key, delivery.created, 1))


def differences(story: str, service: str) -> tuple[Counter[str], Counter[str]]:
    """What Argo alone and what we alone said to a service."""
    they, we = argo(story).counted()[service], ours(story).counted()[service]
    return they - we, we - they


@pytest.mark.parametrize("service", Words._fields)
@pytest.mark.parametrize("story", STORIES)
def test_each_receiver_reads_what_argo_sent(story: str, service: str) -> None:
    only_argo, only_we = differences(story, service)
    again = AGAIN.get(story, 0) if service == "webhook" else 0
    assert only_argo.total() == again, only_argo
    assert all('"step-two"' in said for said in only_argo)
    assert only_we.total() == (story in FORGOTTEN), only_we


@pytest.mark.parametrize("service", Words._fields)
@pytest.mark.parametrize("story", [story for story in STORIES if story not in FORGOTTEN])
def test_what_argo_sent_is_said_in_the_same_order(story: str, service: str) -> None:
    assert ours(story).in_order()[service] == argo(story).in_order()[service]


@pytest.mark.parametrize("service", ["slack", "email"])
@pytest.mark.parametrize("story", FORGOTTEN)
def test_a_step_that_argo_forgot_is_told_and_all_else_is_in_order(story: str, service: str) -> None:
    _, (forgotten,) = differences(story, service)
    assert FORGOTTEN[story] in forgotten
    told = ours(story).in_order()[service]
    last = len(told) - 1 - told[::-1].index(forgotten)
    assert [*told[:last], *told[last + 1 :]] == argo(story).in_order()[service]


def test_every_message_of_argo_s_is_compared() -> None:
    assert sum(len(told) for story in STORIES for told in argo(story)) > 900
    assert all(msgspec.json.decode(said) for story in STORIES for said in ours(story).slack)
