import msgspec

from notifier.errors import Temporary
from notifier.outbox.protocol import Delivery, State
from notifier.outbox.sqlite import SqliteOutbox
from notifier.secrets import placeholder
from tests.contract.outbox.samples import delivery, states
from tests.integration.delivery.deliverers import Answer, Receiver, delivering
from tests.integration.delivery.virtual_time import passes

PLANTED = "hunter2"


def secretive(key: str) -> Delivery:
    token = placeholder("token")
    return delivery(key, message=msgspec.json.encode({"message": f"by {token}", "body": {"headers": [token]}}))


async def test_a_fault_of_a_service_is_tried_again_and_its_text_is_in_no_row(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, Receiver(a=[Answer(error=ValueError(PLANTED))])) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(0.5)
        row = await deliverer.row("a")
        assert (row.state, row.why, row.attempts) == (State.PENDING, "internal error: ValueError", 1)
        assert PLANTED not in repr(row)
        await passes(1)
        assert await states(outbox) == {"a": State.DELIVERED}
        assert deliverer.heard.attempts == [("a", State.PENDING), ("a", State.DELIVERED)]
        assert deliverer.heard.settlements == [("a", State.DELIVERED)]


async def test_what_is_for_a_service_that_is_not_there_waits_until_it_is(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, Receiver()) as deliverer:
        await deliverer.put(delivery("a", service="pager"))
        await passes(0.5)
        row = await deliverer.row("a")
        assert (row.state, row.why) == (State.PENDING, "there is no service 'pager' any more")
        deliverer.services.services["pager"] = late = Receiver()
        await passes(1)
        assert late.order == ["a"]
        assert await states(outbox) == {"a": State.DELIVERED}


async def test_secrets_are_filled_in_at_each_attempt_so_that_rotated_ones_apply(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver(a=[Answer(error=Temporary("no"))])) as deliverer:
        deliverer.services.secrets["token"] = "old"
        await deliverer.put(secretive("a"))
        await passes(0.5)
        deliverer.services.secrets["token"] = PLANTED
        await passes(1)
        sent = [(letter.message.message, letter.message.body) for letter in receiver.letters]
        assert sent == [("by old", {"headers": ["old"]}), (f"by {PLANTED}", {"headers": [PLANTED]})]
        assert PLANTED not in repr(await deliverer.row("a"))


async def test_a_secret_that_is_not_there_is_named_and_waited_for(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await deliverer.put(secretive("a"))
        await passes(0.5)
        row = await deliverer.row("a")
        assert (row.state, row.why) == (State.PENDING, 'secret "token" is not there')
        assert receiver.order == []
        deliverer.services.secrets["token"] = PLANTED
        await passes(1)
        assert receiver.order == ["a"]


async def test_a_letter_says_whom_what_and_under_which_key(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await deliverer.put(sent := delivery("a", recipient="ops"))
        await passes(1)
        [letter] = receiver.letters
        assert letter.message.message == "Rollout cart updated"
        assert (letter.recipient, letter.key, letter.created, letter.attempt) == ("ops", "a", sent.created, 1)
        assert (await deliverer.row("a")).status == "200"


async def test_a_row_that_cannot_be_read_does_not_hold_up_its_lane(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await deliverer.put(delivery("a1", message=b'{"text": 1}'), delivery("a2"))
        await passes(1)
        assert (await deliverer.row("a1")).state is State.DEAD
        assert receiver.order == ["a2"]
