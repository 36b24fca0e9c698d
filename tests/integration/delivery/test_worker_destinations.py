import pytest

from notifier.delivery.retry import Policy
from notifier.errors import Temporary
from notifier.outbox.protocol import State
from notifier.outbox.sqlite import SqliteOutbox
from notifier.services.service import Limits
from tests.contract.outbox.samples import NOW, delivery
from tests.integration.delivery.deliverers import WIDE, Answer, Receiver, delivering
from tests.integration.delivery.virtual_time import passes

KEYS = ("a", "b", "c", "d", "e", "f")
COME_BACK = Answer(error=Temporary("too many", status="429", retry_after=30))


class TwoAtATime(Receiver):
    limits = WIDE._replace(concurrency=2)


class TwoASecond(Receiver):
    limits = WIDE._replace(rate=2, burst=3)


class Whole(Receiver):
    limits = Limits(rate=2, burst=1, concurrency=10)
    counts_recipients = False


async def test_retry_after_holds_its_destination_and_no_other(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[COME_BACK])) as deliverer:
        await deliverer.put(delivery("a", "a"))
        await passes(1)
        await deliverer.put(delivery("same", "same"), delivery("other", "other", recipient="other"))
        await passes(40)
        assert receiver.at("a") == [0, 30]
        assert receiver.at("same") == [30]
        assert receiver.at("other") == [1]


async def test_retry_after_wins_over_backoff(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[COME_BACK]), policy=Policy(base=5)) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(40)
        assert receiver.at("a") == [0, 30]


async def test_no_more_attempts_are_under_way_than_a_destination_bears(outbox: SqliteOutbox) -> None:
    receiver = TwoAtATime(**{key: [Answer(after=10)] for key in KEYS})
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(*(delivery(key, key) for key in KEYS))
        await passes(60)
        assert receiver.begun == list(zip(KEYS, (0, 0, 10, 10, 20, 20), strict=True))


async def test_a_destination_at_its_cap_holds_up_no_other(outbox: SqliteOutbox) -> None:
    receiver = TwoAtATime(**{key: [Answer(after=10)] for key in KEYS})
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(*(delivery(key, key) for key in KEYS), delivery("other", "other", recipient="other"))
        await passes(60)
        assert receiver.at("other") == [0]


async def test_a_destination_is_told_no_faster_than_its_rate_after_a_burst(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := TwoASecond()) as deliverer:
        await deliverer.put(*(delivery(key, key) for key in KEYS))
        await passes(5)
        assert receiver.begun == list(zip(KEYS, (0, 0, 0, 0.5, 1, 1.5), strict=True))


@pytest.mark.parametrize(("service", "times"), [(TwoASecond, [0, 0, 0]), (Whole, [0, 0.5, 1])])
async def test_recipients_share_limits_only_where_the_service_says_so(
    outbox: SqliteOutbox, service: type[Receiver], times: list[float]
) -> None:
    async with delivering(outbox, receiver := service()) as deliverer:
        await deliverer.put(*(delivery(key, key, recipient=key) for key in KEYS[:3]))
        await passes(5)
        assert [at for _, at in receiver.begun] == times


async def test_what_expires_while_its_destination_is_held_is_suppressed_unsent(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[COME_BACK])) as deliverer:
        await deliverer.put(delivery("a", "a"))
        await passes(1)
        await deliverer.put(delivery("b", "b", expires=NOW + 10))
        await passes(40)
        assert receiver.at("b") == []
        assert (await deliverer.row("b")).state is State.SUPPRESSED


async def test_a_service_that_is_mended_applies_to_what_waits_for_its_destination(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, old := Receiver(a=[COME_BACK])) as deliverer:
        await deliverer.put(delivery("a", "a"))
        await passes(1)
        await deliverer.put(delivery("b", "b"))
        await passes(1)
        deliverer.services.services["slack"] = new = Receiver()
        await passes(40)
        assert old.order == ["a"]
        assert sorted(new.order) == ["a", "b"]


async def test_there_is_a_last_attempt_at_the_horizon_whatever_a_receiver_wished_for(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a=[Answer(error=Temporary("closed", retry_after=1e6))] * 2)
    async with delivering(outbox, receiver, policy=Policy(horizon=100)) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(200)
        assert receiver.at("a") == [0, 100]
        assert (await deliverer.row("a")).state is State.DEAD
