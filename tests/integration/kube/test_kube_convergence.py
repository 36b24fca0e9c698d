"""The law of the reflector: whatever happens on the way, who listens ends up knowing what the API server knows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec
from aiohttp import web
from hypothesis import given, settings, strategies as st

from notifier.kube.reflector import Complete, ReflectorOptions, Seen, WatchHealth, reflect
from notifier.kube.resources import ROLLOUTS
from notifier.kube.transport import Cluster, Transport
from notifier.model import Scope
from tests.integration.kube.scripted import JSON, ApiServer, bookmark, event, rollout, serving, status, watching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Fault = Literal["cut", "ended", "410", "410 in the stream", "503", "silent", "bookmark"]
PAGE = 2


class Write(NamedTuple):
    """Somebody creates or changes the object of that name, or deletes it if it `goes`."""

    name: str
    goes: bool


class History:
    """An API server whose objects change by a story; it takes a step at each request and whenever it has no news."""

    def __init__(self, story: Sequence[Write | Fault]) -> None:
        self.story = list(story)
        self.version = 100
        self.oldest = 0
        self.objects: dict[str, JSON] = {}
        self.log: list[tuple[int, JSON]] = []
        self.snapshots: dict[str, tuple[int, list[JSON]]] = {}

    def step(self) -> Fault | None:
        """Take the story's next step; a fault is for the caller to show."""
        step = self.story.pop(0) if self.story else None
        if isinstance(step, Write):
            self.write(step)
            return None
        if step in {"410", "410 in the stream"}:
            self.oldest = self.version
            self.snapshots.clear()
        return step

    def write(self, write: Write) -> None:
        known = self.objects.pop(f"uid-{write.name}", None)
        if write.goes and not known:
            return
        self.version += 1
        changed = rollout(write.name, self.version)
        if not write.goes:
            self.objects[f"uid-{write.name}"] = changed
        kind = "DELETED" if write.goes else "MODIFIED" if known else "ADDED"
        self.log.append((self.version, event(kind, changed)))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        fault = self.step()
        if fault == "503":
            return await status(503)(request)
        if fault == "cut" or fault == "silent":  # noqa: PLR1714 - a set would lose the types
            return await watching(end=fault)(request)
        return await (self.watch if "watch" in request.query else self.list)(request)

    async def list(self, request: web.Request) -> web.StreamResponse:
        token = request.query.get("continue")
        if token and token not in self.snapshots:
            return await status(410)(request)
        version, items = self.snapshots[token] if token else (self.version, list(self.objects.values()))
        metadata = {"resourceVersion": str(version), "continue": ""}
        if len(items) > PAGE:
            metadata["continue"] = f"{version}-{len(items)}"
            self.snapshots[metadata["continue"]] = (version, items[PAGE:])
        return web.Response(body=msgspec.json.encode({"metadata": metadata, "items": items[:PAGE]}))

    async def watch(self, request: web.Request) -> web.StreamResponse:
        place = int(request.query["resourceVersion"])
        if place < self.oldest:
            return await status(410)(request)
        response = web.StreamResponse()
        await response.prepare(request)
        fault: Fault | None = None
        while fault not in {"cut", "ended", "503", "410 in the stream"}:
            for line in [line for version, line in self.log if version > place]:
                await response.write(msgspec.json.encode(line) + b"\n")
            place = self.version
            if fault == "bookmark":
                await response.write(msgspec.json.encode(bookmark(place)) + b"\n")
            if fault == "silent" or not self.story:
                await asyncio.Event().wait()
            fault = self.step()
        if fault == "410 in the stream":
            await response.write(msgspec.json.encode(event("ERROR", {"kind": "Status", "code": 410})) + b"\n")
        if fault == "cut" and request.transport is not None:
            request.transport.close()
        return response


class Listener:
    """Somebody who believes the reflector every word, and that no object ever goes back in time."""

    def __init__(self) -> None:
        self.known: dict[str, JSON] = {}
        self.newest: dict[str, int] = {}
        self.heard = asyncio.Event()

    async def take(self, item: Seen | Complete) -> None:
        if isinstance(item, Complete):
            self.known = {uid: self.known[uid] for uid in item.uids}
        else:
            self.take_object(item)
        self.heard.set()

    def take_object(self, item: Seen) -> None:
        shown = msgspec.json.decode(item.raw)
        uid, version = shown["metadata"]["uid"], int(shown["metadata"]["resourceVersion"])
        assert version >= self.newest.get(uid, 0)
        self.newest[uid] = version
        self.known[uid] = shown
        if item.type == "DELETED":
            del self.known[uid]

    async def until(self, settled: Callable[[], bool]) -> None:
        while not settled():
            self.heard.clear()
            await self.heard.wait()


async def without_waiting(_: float) -> None:
    await asyncio.sleep(0)


async def listen(api: ApiServer, history: History, listener: Listener) -> None:
    """Until the story is told and believed; a reflector that ends by itself raises, one that never gets there too."""
    options = ReflectorOptions(page=PAGE, request_timeout=0.1, watch=(0, 0), watch_margin=0.05, sleep=without_waiting)
    async with (
        Transport.connect(Cluster(server=api.url)) as transport,
        asyncio.timeout(5),
        asyncio.TaskGroup() as group,
    ):
        work = reflect(transport, ROLLOUTS, Scope(), listener.take, WatchHealth(), options=options)
        watching_task = group.create_task(work)
        await listener.until(lambda: not history.story and listener.known == history.objects)
        watching_task.cancel()


writes = st.builds(Write, name=st.sampled_from("abcde"), goes=st.booleans())
faults = st.sampled_from(get_args(Fault))


@settings(max_examples=60)
@given(story=st.lists(writes | writes | faults, max_size=25))
async def test_after_any_history_and_any_faults_the_listener_knows_what_the_server_knows(
    story: list[Write | Fault],
) -> None:
    api, history, listener = ApiServer(), History([*story, Write("the end", goes=False)]), Listener()
    api.fallback = history.answer
    async with serving(api):
        await listen(api, history, listener)
    assert listener.known == history.objects
    assert len(api.asked) <= 60
