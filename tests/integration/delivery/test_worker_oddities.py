"""Threads of several objects, receivers that were replaced, messages that cannot be read."""

import msgspec

from notifier.errors import Temporary
from notifier.outbox.protocol import State
from notifier.outbox.sqlite import SqliteOutbox
from notifier.services.service import Limits
from tests.contract.outbox.samples import delivery
from tests.integration.delivery.deliverers import Answer, Receiver, delivering
from tests.integration.delivery.test_worker_threads import part
from tests.integration.delivery.virtual_time import passes


class LikeSlack(Receiver):
    """One message a second."""

    limits = Limits(rate=1, burst=1, concurrency=1)


async def test_two_objects_of_one_thread_have_one_root_however_slow_the_receiver_is(outbox: SqliteOutbox) -> None:
    receiver = LikeSlack(a=[Answer(2, root="r")], b=[Answer(2, root="r")])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(part("a", lane="web"), part("b", lane="cart"))
        await passes(6)
        assert [letter.root for letter in receiver.letters] == ["", "r"]
        assert not deliverer.worker._sender._roots


async def test_what_a_receiver_asked_for_ends_with_its_service(outbox: SqliteOutbox) -> None:
    angry = Receiver(a=[Answer(error=Temporary("closed for today", retry_after=80_000))])
    async with delivering(outbox, angry) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(1)
        await deliverer.put(delivery("b", lane="cart"))
        await passes(1)
        deliverer.services.services["slack"] = mended = Receiver()
        await deliverer.put(delivery("c", lane="shop"))
        await passes(60)
        assert {"b", "c"} <= set(mended.order)


async def test_a_message_too_deep_to_be_filled_in_is_given_up(outbox: SqliteOutbox) -> None:
    deep: list[object] = []
    for _ in range(600):
        deep = [deep]
    async with delivering(outbox, Receiver()) as deliverer:
        await deliverer.put(delivery("a", message=msgspec.json.encode({"message": "", "body": {"x": deep}})))
        await passes(200)
        assert (await deliverer.row("a")).state is State.DEAD
