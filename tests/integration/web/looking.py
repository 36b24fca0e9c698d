"""A page over a store, and ways to read it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import msgspec

from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.model import Object, Problem
from notifier.objects import Objects, slim
from notifier.outbox.reading import Reader
from notifier.outbox.sqlite import SqliteOutbox
from notifier.web.page import Page
from notifier.web.sources import Sources

ANYWHERE = ("127.0.0.1", 0)


class Given:
    """A configuration in force."""

    def __init__(self, data: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None) -> None:
        source = Source("ConfigMap argo-rollouts/rollouts-notifier-config", data or {})
        self.config: Config = load(source, secrets or {}, CHECKS)
        self.problems: tuple[Problem, ...] = self.config.problems

    def of(self, _namespace: str) -> Config:
        return self.config


class Answer(NamedTuple):
    status: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def token(self) -> str:
        """What a form of the page carries."""
        found = re.search(r'name="token" value="([^"]+)"', self.text)
        assert found
        return found[1]


class Visitor:
    """Somebody who looks at a page; redirections are not followed."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, None, **headers)

    async def json(self, path: str) -> Any:
        answer = await self.get(path, Accept="application/json")
        assert answer.headers["Content-Type"].startswith("application/json")
        return answer.json()

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        return await self.ask("POST", path, form, **headers)

    async def ask(self, method: str, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self._session.request(method, self.url + path, data=form, headers=named, allow_redirects=False)
        async with request as answer:
            return Answer(answer.status, await answer.text(), answer.headers)


@asynccontextmanager
async def page_of(
    path: str, doing: SqliteOutbox | None = None, given: Given | None = None, live: Objects | None = None
) -> AsyncIterator[Page]:
    """A page over a store that is open already; it acts where it is given something to act on."""
    reader = Reader.open(path)
    try:
        async with Page(ANYWHERE, Sources(reader, given or Given(), live or Objects(), doing)) as page:
            yield page
    finally:
        await reader.close()


def seen_live(*objects: Object) -> Objects:
    """What a process has seen of some Rollouts."""
    live = Objects()
    for obj in objects:
        raw = slim(msgspec.json.encode(obj))
        live.put(obj["kind"], obj["metadata"]["uid"], 1, obj["metadata"]["uid"], raw)
    return live
