"""A running sandbox and a client that shows exactly what it answers."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from notifier.sandbox.server import ApiServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from notifier.model import Object

ARGO = "/apis/argoproj.io/v1alpha1"


class Lines:
    """A watch's lines as they come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, Object]:
        """Return type and object of the next line."""
        async with asyncio.timeout(5):
            line = json.loads(await self.response.content.readline())
        return line["type"], line["object"]

    async def names(self, count: int) -> list[tuple[str, str]]:
        """Return type and name of the next lines."""
        lines = [await self.next() for _ in range(count)]
        return [(change, obj["metadata"]["name"]) for change, obj in lines]

    async def rest(self) -> bytes:
        """Return what comes before the stream's end."""
        async with asyncio.timeout(5):
            return await self.response.content.read()


class Api:
    """Requests to the sandbox; every answer is shown as status and decoded body."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def call(
        self, method: str, path: str, body: Any = None, *, language: str = "application/json", **parameters: str
    ) -> tuple[int, Any]:
        """Send one request to a path below `/apis/argoproj.io/v1alpha1`, or to a whole one."""
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": language}
        async with self.session.request(method, self.at(path), params=parameters, data=data, headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def create(self, name: str, namespace: str = "shop", **content: Any) -> Object:
        """Create a Rollout."""
        obj = {"metadata": {"name": name, **content.pop("metadata", {})}, "spec": {"replicas": 1}, **content}
        status, created = await self.call("POST", f"namespaces/{namespace}/rollouts", obj)
        assert status == 201, created
        decoded: Object = created
        return decoded

    async def names(self, path: str, **parameters: str) -> list[str]:
        """Return the names that a list shows."""
        status, found = await self.call("GET", path, **parameters)
        assert status == 200, found
        return [item["metadata"]["name"] for item in found["items"]]

    @asynccontextmanager
    async def watch(self, path: str = "rollouts", **parameters: str) -> AsyncIterator[Lines]:
        """Watch a path."""
        async with self.session.get(self.at(path), params={"watch": "true", **parameters}) as response:
            yield Lines(response)

    def at(self, path: str) -> str:
        """Return the URL of a path."""
        return self.url + (path if path.startswith("/") else f"{ARGO}/{path}")


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with ApiServer() as running:
        yield running


@pytest.fixture
async def api(server: ApiServer) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, server.url)
