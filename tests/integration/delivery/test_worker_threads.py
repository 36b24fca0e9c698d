"""What an attempt is told of those before it: where its thread began, who has the message already."""

import msgspec

from notifier.errors import Permanent, Temporary
from notifier.outbox.protocol import Delivery, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import NOW, delivery, states
from tests.integration.delivery.deliverers import Answer, Receiver, delivering
from tests.integration.delivery.virtual_time import elapsed, passes


def part(key: str, thread: str = "t", **fields: str) -> Delivery:
    """A message of a thread."""
    return delivery(key, message=msgspec.json.encode({"message": key, "thread": thread}), **fields)


def roots(receiver: Receiver) -> list[tuple[str, str, str]]:
    """Of every attempt the key, the thread and the root it was told."""
    return [(letter.key, letter.message.thread, letter.root) for letter in receiver.letters]


def said(*errors: Exception) -> Receiver:
    """A receiver that fails so often, at message `a`, before it takes it."""
    return Receiver(a=[*(Answer(error=error) for error in errors), Answer()])


async def test_what_follows_in_a_thread_is_told_where_it_began(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a=[Answer(error=Temporary("busy")), Answer(root="r")], b=[Answer(root="r")])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(part("a"), part("b"), part("c"))
        await passes(2)
        assert roots(receiver) == [("a", "t", ""), ("a", "t", ""), ("b", "t", "r"), ("c", "t", "r")]


async def test_a_thread_goes_on_after_a_restart(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, Receiver(a=[Answer(root="r")])) as deliverer:
        await deliverer.put(part("a"))
        await passes(1)
    async with delivering(outbox, receiver := Receiver()) as deliverer:
        await deliverer.put(part("b"))
        await passes(1)
        assert roots(receiver) == [("b", "t", "r")]


async def test_a_thread_that_began_anew_goes_on_there(outbox: SqliteOutbox) -> None:
    receiver = Receiver(a=[Answer(root="old")], b=[Answer(root="new")])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(part("a"), part("b"), part("c"), part("d"))
        await passes(1)
        assert [root for _, _, root in roots(receiver)] == ["", "old", "new", "new"]


async def test_threads_recipients_and_messages_without_a_thread_know_nothing_of_each_other(
    outbox: SqliteOutbox,
) -> None:
    receiver = Receiver(a=[Answer(root="r")], none=[Answer(root="stray")])
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(part("a"), part("none", ""), part("none again", ""), part("other thread", "u"))
        await deliverer.put(part("elsewhere", lane="ops", recipient="ops"))
        await passes(1)
        assert [root for _, _, root in roots(receiver)] == [""] * 5


async def test_who_has_a_message_is_told_to_each_attempt_after(outbox: SqliteOutbox) -> None:
    receiver = said(Temporary("some", taken=("bob",)), Temporary("some"), Temporary("some", taken=("ann",)))
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(delivery("a"), delivery("b"))
        await passes(20)
        assert [letter.taken for letter in receiver.letters] == [(), ("bob",), ("bob",), ("ann", "bob"), ()]
        assert (await deliverer.row("a")).taken == ("ann", "bob")
        assert set((await states(outbox)).values()) == {State.DELIVERED}


async def test_who_has_a_message_is_known_after_a_restart(outbox: SqliteOutbox) -> None:
    async with delivering(outbox, said(Temporary("some", taken=("bob",), retry_after=5))) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(1)
    async with delivering(outbox, receiver := Receiver()):
        await passes(10)
        assert [(letter.attempt, letter.taken) for letter in receiver.letters] == [(2, ("bob",))]


async def test_who_has_a_dead_letter_is_not_sent_it_again_by_hand(outbox: SqliteOutbox) -> None:
    receiver = said(Temporary("some", taken=("bob",)), Permanent("no such address", taken=("ann",)))
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(delivery("a"))
        await passes(2)
        row = await deliverer.row("a")
        assert (row.state, row.taken) == (State.DEAD, ("ann", "bob"))
        assert await outbox.retry(row.id, NOW + elapsed())
        await passes(6)
        assert [letter.taken for letter in receiver.letters] == [(), ("bob",), ("ann", "bob")]
