"""Every recording, replayed once through the whole flow: what the catalogue says of what really happened."""

from __future__ import annotations

import asyncio
import functools
import gzip
from pathlib import Path
from typing import NamedTuple

import yaml

from notifier.config.load import Source, load, shipped
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.draft import Note
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay

STORIES = sorted((Path(__file__).parents[1] / "recordings").glob("*.jsonl.gz"))
CONTEXT = {
    "cluster": "prod-eu",
    "environment": "production",
    "links": {"Dashboard": "https://rollouts.example/{namespace}/rollout/{name}"},
}
PLAIN, WEBHOOK, SLACK, EMAIL = "somewhere", "hook", "chat", "post"
"""Services of which the annotations in recordings know nothing."""


class Said(NamedTuple):
    """A message of a story."""

    story: str
    note: Note

    @property
    def text(self) -> str:
        return self.note.message.message


def config() -> Config:
    """Everything is told to every service, and to one of which nothing is known but the name."""
    recipients = [f"{PLAIN}:", f"{WEBHOOK}:", f"{SLACK}:deployments", f"{EMAIL}:team@shop.example"]
    data = {
        "service.webhook.hook": {"url": "http://hook.example"},
        "service.slack.chat": {"token": "xoxb-none"},
        "service.email.post": {"host": "mail.example", "from": "deploys@shop.example"},
        "subscriptions": [{"recipients": recipients, "triggers": list(shipped().triggers)}],
        "context": CONTEXT,
    }
    return load(Source("ConfigMap", {key: yaml.safe_dump(value) for key, value in data.items()}), {}, CHECKS)


@functools.cache
def said() -> tuple[tuple[Said, ...], frozenset[str]]:
    """All messages of all recordings in order, and what went wrong with templates."""
    return asyncio.run(_said())


async def _said() -> tuple[tuple[Said, ...], frozenset[str]]:
    told: list[Said] = []
    faults: set[str] = set()
    for path in STORIES:
        store = SqliteOutbox.open(":memory:")
        with gzip.open(path) as lines:
            async for one in Replay(store, Pipeline(config(), withheld=REPLAYED)).run(lines):
                told += (Said(path.name.removesuffix(".jsonl.gz"), note) for note in one.notes)
                faults |= {problem.message for problem in one.problems if "template" in problem.message}
        await store.close()
    return tuple(told), frozenset(faults)


def of(reason: str, story: str = "", service: str = WEBHOOK) -> list[Said]:
    """The messages about a reason, of one recording or of all whose name begins so."""
    return [
        one
        for one in said()[0]
        if one.note.event.reason == reason and one.story.startswith(story) and one.note.delivery.service == service
    ]


def texts(reason: str, story: str = "") -> list[str]:
    """The plain texts of `of`."""
    return [one.text for one in of(reason, story)]
