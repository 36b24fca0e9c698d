import asyncio

import pytest

from notifier.errors import Permanent, Temporary
from notifier.outbox.protocol import State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import delivery, states
from tests.integration.delivery.deliverers import WIDE, Answer, Receiver, delivering, held_up, store
from tests.integration.delivery.virtual_time import comes, elapsed, passes


class OneAtATime(Receiver):
    limits = WIDE._replace(concurrency=1)


async def test_attempts_under_way_end_within_grace_and_no_others_are_started(outbox: SqliteOutbox) -> None:
    receiver = OneAtATime(a1=[Answer(after=5)])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(delivery("a1", "a"), delivery("a2", "a"), delivery("waiting", "b"))
        await passes(1)
        await deliverer.stop(10)
        assert elapsed() == pytest.approx(5)
        assert receiver.order == ["a1"]
        assert await states(outbox) == {"a1": State.DELIVERED, "a2": State.PENDING, "waiting": State.PENDING}


async def test_an_attempt_that_is_cut_off_is_sent_again_under_its_key(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[Answer(after=100)])) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(1)
        await deliverer.stop(10)
        row = await deliverer.row("a")
        assert elapsed() == pytest.approx(11)
        assert (row.state, row.attempts, row.why) == (State.PENDING, 0, None)
        assert deliverer.heard.attempts == []
    async with delivering(outbox, receiver):
        await passes(1)
        assert receiver.order == ["a", "a"]
        assert await states(outbox) == {"a": State.DELIVERED}


async def test_stopping_waits_no_longer_than_there_is_something_under_way(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a=[Answer(error=Temporary("busy", retry_after=50))])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(delivery("a", "a"))
        await passes(1)
        await deliverer.put(delivery("held", "held"))
        await deliverer.stop(10)
        assert elapsed() == pytest.approx(1)
        assert await states(outbox) == {"a": State.PENDING, "held": State.PENDING}


async def test_what_is_handed_over_while_stopping_is_given_back(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(slow=[Answer(after=5)])) as deliverer:
        await deliverer.put(delivery("slow", "slow"))
        await passes(1)
        stopping = asyncio.create_task(deliverer.stop(10))
        await passes(1)
        deliverer.worker.hand(await store(outbox, delivery("late", "late")))
        await stopping
        assert receiver.order == ["slow"]
        assert await states(outbox) == {"slow": State.DELIVERED, "late": State.PENDING}


@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [(None, State.DELIVERED, 1), (Permanent("gone"), State.DEAD, 1), (Temporary("busy"), State.PENDING, 1)],
)
@pytest.mark.parametrize("grace", [0, 10])
async def test_an_outcome_is_written_down_though_the_worker_is_stopped_meanwhile(
    outbox: SqliteOutbox, error: Exception | None, state: State, attempts: int, grace: float
) -> None:
    async with delivering(outbox, receiver := Receiver(a=[Answer(error=error)])) as deliverer:
        leased = await store(outbox, delivery("a"))
        with held_up(outbox):
            deliverer.worker.hand(leased)
            await comes(lambda: receiver.order and not deliverer.worker._sender.busy)
            stopping = asyncio.create_task(deliverer.stop(grace))
            await comes(lambda: not deliverer.worker._carriers)
        await stopping
        row = await deliverer.row("a")
        assert (row.state, row.attempts) == (state, attempts)
        assert deliverer.heard.attempts == [("a", state)]
