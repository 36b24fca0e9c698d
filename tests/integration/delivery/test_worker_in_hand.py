from collections import Counter

import pytest

from notifier.errors import Temporary
from notifier.model import Destination
from notifier.outbox.protocol import Delivery, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import NOW, delivery, states
from tests.integration.delivery.deliverers import WIDE, Answer, Deliverer, Receiver, delivering, execute, in_hand, store
from tests.integration.delivery.virtual_time import elapsed, passes

HUNG = Destination("slack", "hung")


class Rationed(Receiver):
    limits = WIDE._replace(rate=0.01, burst=2)


def lanes(number: int, to: Destination = HUNG) -> list[Delivery]:
    """Deliveries to one destination, each in a lane of its own."""
    names = [f"{to.recipient}_{count:03}" for count in range(number)]
    return [delivery(name, name, **to._asdict()) for name in names]


def receiver(after: float, *deliveries: Delivery) -> Receiver:
    """A receiver that takes its time over some."""
    return Receiver(**{one.key: [Answer(after=after)] for one in deliveries})


async def wait_in_store(outbox: SqliteOutbox, *deliveries: Delivery) -> None:
    """Put deliveries into the store for whoever claims them."""
    await store(outbox, *deliveries)
    await outbox.release(NOW + elapsed())


async def count(outbox: SqliteOutbox) -> Counter[State]:
    """How many deliveries are in which state."""
    return Counter((await states(outbox)).values())


@pytest.mark.parametrize("handed", [True, False])
async def test_of_a_destination_only_so_many_are_in_hand_and_the_others_stay_in_the_store(
    outbox: SqliteOutbox, *, handed: bool
) -> None:
    hung = lanes(40)
    if not handed:
        await wait_in_store(outbox, *hung)
    async with delivering(outbox, receiver(10, *hung), in_hand=6) as deliverer:
        if handed:
            await deliverer.put(*hung)
        await passes(5)
        for done in range(0, 36, 6):
            assert len(in_hand()) == 6
            assert await count(outbox) == +Counter({State.DELIVERED: done, State.LEASED: 6, State.PENDING: 34 - done})
            await passes(10)
        await passes(10)
        assert await count(outbox) == {State.DELIVERED: 40}
        assert in_hand() == []


async def test_what_there_is_no_room_for_goes_back_at_once(outbox: SqliteOutbox) -> None:
    hung = lanes(10)
    async with delivering(outbox, receiver(100, *hung), in_hand=4) as deliverer:
        await deliverer.put(*hung)
        await passes(0)
        given_back = [await deliverer.row(one.key) for one in hung[4:]]
        assert {(row.state, row.due, row.attempts) for row in given_back} == {(State.PENDING, NOW, 0)}


@pytest.mark.parametrize("other", [Destination("slack", "other"), Destination("pager", "other")])
@pytest.mark.parametrize("handed", [True, False])
async def test_who_hangs_holds_up_nobody_else(outbox: SqliteOutbox, other: Destination, *, handed: bool) -> None:
    hung, quick = lanes(60), lanes(60, other)
    if not handed:
        await wait_in_store(outbox, *hung, *quick)
    async with delivering(outbox, slow := receiver(1000, *hung), in_hand=4) as deliverer:
        deliverer.services.services["pager"] = pager = Receiver()
        if handed:
            await deliverer.put(*hung, *quick)
        await passes(1)
        assert sorted(slow.begun + pager.begun) == [(one.key, 0) for one in (*hung[:4], *quick)]
        assert await count(outbox) == {State.DELIVERED: 60, State.LEASED: 4, State.PENDING: 56}


async def test_many_destinations_each_have_their_own_room(outbox: SqliteOutbox) -> None:
    everybody = [one for number in range(100) for one in lanes(3, Destination("slack", f"r{number}"))]
    async with delivering(outbox, slow := receiver(10, *everybody), in_hand=2) as deliverer:
        await deliverer.put(*everybody)
        await passes(5)
        assert len(in_hand()) == 200
        await passes(20)
        assert Counter(at for _, at in slow.begun) == {0: 200, 10: 100}
        assert await count(outbox) == {State.DELIVERED: 300}


async def test_a_backlog_is_worked_off_the_longest_waiting_first(outbox: SqliteOutbox) -> None:
    waiting = lanes(24)
    await wait_in_store(outbox, *waiting)
    async with delivering(outbox, slow := receiver(10, *waiting), in_hand=4):
        await passes(100)
        assert [slow.at(one.key) for one in waiting] == [[at] for at in range(0, 60, 10) for _ in range(4)]


async def test_what_is_new_does_not_overtake_what_waits_for_room(outbox: SqliteOutbox) -> None:
    first, *others = waiting = lanes(9)
    slow = receiver(10, *others)
    slow.script[first.key].append(Answer(after=1))
    async with delivering(outbox, slow, in_hand=4) as deliverer:
        await deliverer.put(*waiting)
        await passes(2)
        await deliverer.put(delivery("new", "new", **HUNG._asdict()))
        await passes(50)
        assert slow.order[-1] == "new"


@pytest.mark.parametrize("meanwhile", [0, 5])
async def test_stopping_gives_back_what_there_is_no_room_for_too(outbox: SqliteOutbox, meanwhile: float) -> None:
    hung = lanes(20)
    async with delivering(outbox, slow := receiver(1000, *hung), in_hand=4) as deliverer:
        await deliverer.put(*hung)
        if meanwhile:
            await passes(meanwhile)
        await deliverer.stop(1)
        assert await count(outbox) == {State.PENDING: 20}
        assert len(slow.begun) == 4


async def test_leases_that_cannot_be_given_back_run_out(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, quick := Receiver(), in_hand=4) as deliverer:
        await _refuse_to_take_back(outbox)
        await deliverer.put(*lanes(10))
        await passes(50)
        assert await count(outbox) == {State.DELIVERED: 4, State.LEASED: 6}
        await execute(outbox, "DROP TRIGGER disk")
        await passes(20)
        assert await count(outbox) == {State.DELIVERED: 10}
        assert sorted(quick.order) == sorted(one.key for one in lanes(10))


async def test_a_destination_that_nobody_writes_to_any_more_is_forgotten(outbox: SqliteOutbox) -> None:
    everybody = [one for number in range(50) for one in lanes(5, Destination("slack", f"r{number}"))]
    async with delivering(outbox, receiver(1, *everybody), in_hand=2) as deliverer:
        await deliverer.put(*everybody)
        await passes(5)
        assert await count(outbox) == {State.DELIVERED: 250}
        await passes(40)
        assert _remembered(deliverer) == 0


async def test_a_destination_is_not_forgotten_while_it_holds_us_off(outbox: SqliteOutbox) -> None:
    come_back = Receiver(a=[Answer(error=Temporary("too many", retry_after=75))])
    async with delivering(outbox, come_back) as deliverer:
        await deliverer.put(delivery("a", "a"))
        await passes(65)
        assert _remembered(deliverer) > 0
        await deliverer.put(delivery("b", "b"))
        await passes(20)
        assert sorted(come_back.begun) == [("a", 0), ("a", 75), ("b", 75)]


async def test_a_destination_is_not_forgotten_while_its_burst_is_used_up(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, rationed := Rationed()) as deliverer:
        await deliverer.put(delivery("a", "a"), delivery("b", "b"))
        await passes(65)
        await deliverer.put(delivery("c", "c"))
        await passes(40)
        assert rationed.begun == [("a", 0), ("b", 0), ("c", 100)]
        await passes(250)
        assert _remembered(deliverer) == 0


def _remembered(deliverer: Deliverer) -> int:
    """Of how many destinations anything is kept in memory."""
    worker = deliverer.worker
    return len(worker._sender._gates) + len(worker._load) + len(worker._full) + len(in_hand())


async def _refuse_to_take_back(outbox: SqliteOutbox) -> None:
    condition = "OLD.state = 'leased' AND NEW.state = 'pending'"
    trouble = "SELECT RAISE(ABORT, 'the disk is full')"
    await execute(outbox, f"CREATE TRIGGER disk BEFORE UPDATE ON deliveries WHEN {condition} BEGIN {trouble}; END")
