from notifier.delivery.retry import Again, Policy, decide
from notifier.errors import Permanent, Temporary
from notifier.outbox.protocol import LEASE_SECONDS, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import NOW, delivery, states
from tests.integration.delivery.deliverers import Answer, Deliverer, Receiver, delivering, execute, store
from tests.integration.delivery.virtual_time import passes

BUSY = Temporary("busy", status="503")


async def test_a_lane_goes_in_order_while_lanes_go_side_by_side(outbox: SqliteOutbox) -> None:
    slow = {key: [Answer(after=10)] for key in ("a1", "a2", "a3", "b1", "b2")}
    async with delivering(outbox, receiver := Receiver(**slow)) as deliverer:
        await deliverer.put(*(delivery(key, key[0]) for key in slow))
        await passes(40)
        assert sorted(receiver.begun) == [("a1", 0), ("a2", 10), ("a3", 20), ("b1", 0), ("b2", 10)]
        assert set((await states(outbox)).values()) == {State.DELIVERED}


async def test_a_lane_that_fails_waits_for_its_retry_while_the_others_go_on(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a1=[Answer(error=BUSY)])
    async with delivering(outbox, receiver, policy=Policy(base=100)) as deliverer:
        await deliverer.put(delivery("a1", "a"), delivery("a2", "a"), delivery("b1", "b"), delivery("b2", "b"))
        await passes(99)
        assert sorted(receiver.order) == ["a1", "b1", "b2"]
        await passes(2)
        assert receiver.at("a1") == [0, 100]
        assert receiver.at("a2") == [100]


async def test_attempts_are_as_far_apart_as_decide_says_and_end_with_the_horizon(outbox: SqliteOutbox) -> None:
    policy, age, expected = Policy(base=2, cap=20, horizon=60), 0.0, [0.0]
    while isinstance(outcome := decide(len(expected), BUSY, age, policy, 0.5), Again):
        age += outcome.at_delay
        expected.append(age)
    receiver = Receiver(a=[Answer(error=BUSY)] * 100)
    async with delivering(outbox, receiver, policy=policy, random=lambda: 0.5) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(200)
        row = await deliverer.row("a")
        assert receiver.at("a") == expected
        assert expected[-1] == 60
        assert (row.state, row.attempts, row.why, row.status) == (State.DEAD, len(expected), outcome.reason, "503")
        assert [letter.attempt for letter in receiver.letters] == list(range(1, len(expected) + 1))


async def test_what_a_receiver_never_takes_is_dead_told_and_holds_up_nothing(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a1=[Answer(error=Permanent("no such channel", status="404"))])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(delivery("a1"), delivery("a2"))
        await passes(1)
        row = await deliverer.row("a1")
        assert (row.state, row.why, row.status, row.attempts) == (State.DEAD, "no such channel", "404", 1)
        assert deliverer.heard.attempts == [("a1", State.DEAD), ("a2", State.DELIVERED)]
        assert deliverer.heard.settlements == deliverer.heard.attempts


async def test_what_has_expired_is_suppressed_unsent_and_the_lane_goes_on(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await deliverer.put(delivery("a1", expires=NOW), delivery("a2", expires=NOW + 1))
        await passes(1)
        row = await deliverer.row("a1")
        assert (row.state, row.why, row.attempts) == (State.SUPPRESSED, "expired", 0)
        assert receiver.order == ["a2"]
        assert deliverer.heard.attempts == [("a2", State.DELIVERED)]
        assert deliverer.heard.settlements == [("a1", State.SUPPRESSED), ("a2", State.DELIVERED)]


async def test_what_expires_before_its_retry_is_not_tried_again(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a=[Answer(error=BUSY)])
    async with delivering(outbox, receiver, policy=Policy(base=10)) as deliverer:
        await deliverer.put(delivery("a", expires=NOW + 5))
        await passes(20)
        assert receiver.at("a") == [0]
        assert (await deliverer.row("a")).state is State.SUPPRESSED


async def test_what_is_in_hand_is_not_started_twice(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[Answer(after=10)])) as deliverer:
        leased = await store(outbox, delivery("a"))
        deliverer.worker.hand(leased * 2)
        await passes(5)
        deliverer.worker.hand(leased)
        await passes(20)
        assert receiver.order == ["a"]


async def test_no_more_is_claimed_than_fits_in_hand(outbox: SqliteOutbox) -> None:
    keys = ("a", "b", "c", "d", "e")
    await store(outbox, *(delivery(key, key) for key in keys))
    await outbox.release(NOW)
    receiver = Receiver(**{key: [Answer(after=10)] for key in keys})
    async with delivering(outbox, receiver, in_hand=2):
        await passes(5)
        assert sorted((await states(outbox)).values()) == [State.LEASED] * 2 + [State.PENDING] * 3
        await passes(45)
        assert receiver.most_under_way == 2
        assert sorted(receiver.order) == sorted(keys)


async def test_leases_in_hand_are_held_as_long_as_a_receiver_takes_and_no_others(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(slow=[Answer(after=300)])) as deliverer:
        await store(outbox, delivery("lost", "lost"))
        await deliverer.put(delivery("slow", "slow"))
        await passes(59)
        assert receiver.order == ["slow"]
        assert (await deliverer.row("slow")).due == NOW + 40 + LEASE_SECONDS
        assert (await deliverer.row("lost")).due == NOW + LEASE_SECONDS
        await passes(6)
        assert receiver.order == ["slow", "lost"]
        await passes(300)
        assert receiver.order == ["slow", "lost"]
        assert set((await states(outbox)).values()) == {State.DELIVERED}


async def test_an_outcome_that_cannot_be_written_ends_nothing_and_is_sent_again_under_its_key(
    outbox: SqliteOutbox,
) -> None:
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await _refuse_outcomes_of(outbox, "a")
        await deliverer.put(delivery("a", "a"), delivery("b", "b"))
        await passes(50)
        assert await states(outbox) == {"a": State.LEASED, "b": State.DELIVERED}
        await execute(outbox, "DROP TRIGGER disk")
        await passes(15)
        await _all_is_well(deliverer)
        assert sorted(receiver.order) == ["a", "a", "b"]


async def _refuse_outcomes_of(outbox: SqliteOutbox, key: str) -> None:
    condition = f"OLD.key = '{key}' AND NEW.state = 'delivered'"
    trouble = "SELECT RAISE(ABORT, 'the disk is full')"
    await execute(outbox, f"CREATE TRIGGER disk BEFORE UPDATE ON deliveries WHEN {condition} BEGIN {trouble}; END")


async def _all_is_well(deliverer: Deliverer) -> None:
    assert set((await states(deliverer.outbox)).values()) == {State.DELIVERED}
    assert not deliverer.running.done()
