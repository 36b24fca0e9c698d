import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

import msgspec
import pytest

from notifier.config.schema import Config
from notifier.feed import Feed, ReadAgainError
from notifier.intake import Intake, Told
from notifier.kube.reflector import Complete, Seen
from notifier.kube.resources import ROLLOUTS
from notifier.model import Kind, Scope, Uid
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from tests.integration.delivery.deliverers import held_up
from tests.integration.delivery.virtual_time import passes


def seen(name: str, version: int) -> Seen:
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": str(version)}
    found = {"apiVersion": ROLLOUTS.api_version, "kind": ROLLOUTS.kind, "metadata": metadata}
    return Seen(ROLLOUTS, "ADDED", msgspec.json.encode(found))


def complete(version: int, uids: Iterable[str] = ()) -> Complete:
    return Complete(ROLLOUTS, Scope(), str(version), frozenset(map(Uid, uids)))


async def alive(outbox: SqliteOutbox) -> list[str]:
    return [record.uid for record in await outbox.absent(Kind.ROLLOUT, "", ())]


class Fed(Feed):
    """A feed that remembers what it told, by the number of changes each time."""

    def __init__(self, outbox: SqliteOutbox) -> None:
        self.taken = 0
        super().__init__(Intake(outbox, Pipeline(Config())), self._count)

    def _count(self, told: Told) -> None:
        self.taken += told.changes.total()


@pytest.fixture
async def feed(outbox: SqliteOutbox) -> Fed:
    return Fed(outbox)


@pytest.fixture
async def consumer(feed: Fed) -> AsyncIterator[asyncio.Task[None]]:
    consumer = asyncio.create_task(feed.run())
    await passes(1)
    yield consumer
    consumer.cancel()
    with suppress(asyncio.CancelledError):
        await consumer


async def test_a_complete_list_comes_after_what_was_shown_before_it(outbox: SqliteOutbox, feed: Fed) -> None:
    for number in range(500):
        await feed.put(seen(f"gone-{number}", 5))
    await feed.put(seen("here", 5))
    await feed.put(complete(6, ["here"]))
    assert feed.taken == 501
    assert await alive(outbox) == ["here"]


@pytest.mark.usefixtures("consumer")
async def test_a_complete_list_comes_after_what_is_just_taken_in(outbox: SqliteOutbox, feed: Fed) -> None:
    with held_up(outbox):
        await feed.put(seen("first", 5))
        for _ in range(10):
            await asyncio.sleep(0)
        assert feed._working.locked()
        await feed.put(seen("second", 5))
        completing = asyncio.create_task(feed.put(complete(6)))
        await asyncio.sleep(0)
    await completing
    await passes(1)
    assert feed.taken == 2
    assert await alive(outbox) == []


@pytest.mark.usefixtures("consumer")
async def test_what_is_shown_is_taken_in_without_a_complete_list(outbox: SqliteOutbox, feed: Fed) -> None:
    await feed.put(seen("here", 5))
    await passes(1)
    assert await alive(outbox) == ["here"]


@pytest.mark.usefixtures("consumer")
async def test_a_list_is_read_again_where_the_cluster_was_set_back(outbox: SqliteOutbox, feed: Fed) -> None:
    await feed.put(seen("here", 50))
    await feed.put(complete(50, ["here"]))
    with pytest.raises(ReadAgainError):
        await feed.put(complete(10))
    await feed.put(seen("here", 8))
    await feed.put(complete(10, ["here"]))
    assert await alive(outbox) == ["here"]
