"""How many attempts at a destination are under way at once follows from how long it takes."""

from typing import Any

import pytest

from notifier.outbox.protocol import State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import delivery, states
from tests.integration.delivery.deliverers import WIDE, Answer, Receiver, delivering
from tests.integration.delivery.virtual_time import passes

LETTERS = [f"k{number:03}" for number in range(190)]


class Paced(Receiver):
    """A receiver that bears up to 32 at once, and counts at each letter how many are under way."""

    limits = WIDE._replace(concurrency=32)

    def __init__(self, after: float) -> None:
        super().__init__(**{key: [Answer(after=after)] for key in LETTERS})
        self.at_once: list[int] = []

    async def _answer(self, key: str) -> Any:
        self.at_once.append(self.under_way)
        return await super()._answer(key)


class Narrow(Paced):
    limits = WIDE._replace(concurrency=10)


async def all_sent(outbox: SqliteOutbox, receiver: Paced) -> Paced:
    async with delivering(outbox, receiver) as deliverer:
        await deliverer.put(*(delivery(key, key) for key in LETTERS))
        await passes(60)
        assert set((await states(outbox)).values()) == {State.DELIVERED}
    return receiver


async def test_who_takes_100_ms_gets_up_to_25_at_once_after_its_first_answers(outbox: SqliteOutbox) -> None:
    receiver = await all_sent(outbox, Paced(0.0999))
    assert max(receiver.at_once[:32]) == 8
    assert max(receiver.at_once) == 25


async def test_who_answers_at_once_never_gets_more_than_8(outbox: SqliteOutbox) -> None:
    receiver = await all_sent(outbox, Paced(0.0))
    assert max(receiver.at_once) == 8


@pytest.mark.parametrize(("receiver", "most"), [(Paced(2.0), 32), (Narrow(2.0), 10)])
async def test_however_long_it_takes_nobody_gets_more_than_he_bears(
    outbox: SqliteOutbox, receiver: Paced, most: int
) -> None:
    await all_sent(outbox, receiver)
    assert max(receiver.at_once) == most
