"""What the daemon talks to, each in a process of its own: a cluster, and a receiver of messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeAlias

import msgspec

from notifier.model import REVISION_ANNOTATION
from notifier.sandbox.kinds import CONFIG_MAPS
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.sandbox.store import Store
from tests.bench.subjects import Mould, config_map, family, wishes

Pipe: TypeAlias = "Connection[Any, Any]"


class Population(NamedTuple):
    """A cluster's contents: so many families, all subscribed to `triggers` by so many sinks below `url`."""

    families: int
    url: str
    sinks: int
    triggers: tuple[str, ...]


class Pace(NamedTuple):
    """So many changes, evenly in time, of one Rollout after the other: to the revision `first`, the next, and so on."""

    first: int
    changes: int
    per_second: float


@contextmanager
def running(serve: Callable[..., None], *args: Any) -> Iterator[Pipe]:
    """A server in a process of its own, and the pipe to it; it ends when the pipe is closed."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, *args))
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()
        process.close()


def cluster(pipe: Pipe, population: Population) -> None:
    """Send the API server's URL; answer each Pace with the moments at which (namespace, revision) were written."""
    asyncio.run(_cluster(pipe, population))


def receiver(pipe: Pipe) -> None:
    """Send the URL; answer each number with as many requests: idempotency key and moment of arrival."""
    asyncio.run(_receiver(pipe))


async def _cluster(pipe: Pipe, population: Population) -> None:
    async with ApiServer() as api:
        _fill(api.store, population)
        pipe.send(api.url)
        async for pace in asked(pipe):
            pipe.send(await _played(api.store, population, pace))


async def _receiver(pipe: Pipe) -> None:
    async with WebhookSink() as sink:
        pipe.send(sink.url)
        async for number in asked(pipe):
            found = await sink.wait_for(number, within=60)
            pipe.send([(request.headers["Idempotency-Key"], request.at) for request in found])


async def asked(pipe: Pipe) -> AsyncIterator[Any]:
    """What is asked through the pipe until it is closed."""
    while True:
        try:
            yield await asyncio.to_thread(pipe.recv)
        except EOFError:
            return


def _fill(store: Store, population: Population) -> None:
    metadata = {"name": "rollouts-notifier-config", "namespace": "argo-rollouts"}
    store.create(CONFIG_MAPS, {"metadata": metadata, "data": config_map(population.url, population.sinks)})
    moulds = [Mould.of(obj) for obj in family(wishes(population.triggers, population.sinks))]
    for number in range(population.families):
        for mould in moulds:
            store.put(msgspec.json.decode(mould.copy(number)))


async def _played(store: Store, population: Population, pace: Pace) -> dict[tuple[str, str], float]:
    """Write changes; when each (namespace, revision) was written, in epoch seconds."""
    rollout = Mould.of(family(wishes(population.triggers, population.sinks))[0])
    written, began = {}, time.monotonic()
    for number in range(pace.changes):
        obj = msgspec.json.decode(rollout.copy(number % population.families))
        revision = obj["metadata"]["annotations"][REVISION_ANNOTATION] = str(pace.first + number)
        await asyncio.sleep(max(0.0, began + number / pace.per_second - time.monotonic()))
        written[obj["metadata"]["namespace"], revision] = time.time()
        store.put(obj)
    return written
