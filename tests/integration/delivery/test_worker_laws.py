"""Whatever the receivers do and however little room there is: all is delivered, in order, once, within the room."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given, settings, strategies as st

from notifier.errors import Temporary
from notifier.model import Destination, Receipt
from notifier.outbox.protocol import WHOLE, Delivery, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import delivery, rows
from tests.integration.delivery.deliverers import Answer, Deliverer, Receiver, delivering, in_hand, store
from tests.integration.delivery.virtual_time import VirtualLoop, passes

SERVICES = ("slack", "whole")
DESTINATIONS = [Destination(service, recipient) for service in SERVICES for recipient in "xy"]
TRIES = st.lists(st.sampled_from([0.0, 0.5, 30.0]), min_size=1, max_size=3)
"""How long each attempt at a message takes; all but the last fail."""
TIMES = {0.0: 0.0, 0.7: 0.7, 40.0: 39.3}
"""When lanes are handed to the worker, and how long after those before."""


class Lane(NamedTuple):
    """Messages to one destination, in order; they come from the store, or are handed to the worker `at` a time."""

    to: Destination
    messages: Sequence[Sequence[float]]
    at: float | None

    def deliveries(self, name: str) -> list[Delivery]:
        """What is put into the store."""
        return [delivery(f"{name}.{place}", name, **self.to._asdict()) for place in range(len(self.messages))]


LANES = st.builds(
    Lane,
    st.sampled_from(DESTINATIONS),
    st.lists(TRIES, min_size=1, max_size=3),
    st.none() | st.sampled_from(sorted(TIMES)),
)


class Watched(Receiver):
    """A receiver that looks how much is in the worker's hands at each letter; `whose` says what belongs together."""

    def __init__(self, lanes: Sequence[Lane], whose: dict[int, Destination]) -> None:
        script = {
            f"{name}.{place}": [*(Answer(after, Temporary("busy")) for after in tries[:-1]), Answer(tries[-1])]
            for name, lane in enumerate(lanes)
            for place, tries in enumerate(lane.messages)
        }
        super().__init__(**script)
        self.whose, self.most_in_hand = whose, 0

    async def _answer(self, key: str) -> Receipt:
        loads = Counter(self.whose[number] for number in in_hand())
        self.most_in_hand = max(self.most_in_hand, *loads.values())
        return await super()._answer(key)


class Whole(Watched):
    counts_recipients = False


@settings(max_examples=25)
@given(st.lists(LANES, min_size=1, max_size=10), st.integers(1, 3))
def test_all_is_delivered_once_and_in_order_with_so_much_in_hand(lanes: list[Lane], room: int) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_delivers(lanes, room))


async def _delivers(lanes: Sequence[Lane], room: int) -> None:
    outbox = SqliteOutbox.open(":memory:")
    whose: dict[int, Destination] = {}
    slack, whole = Watched(lanes, whose), Whole(lanes, whose)
    try:
        leased = [await store(outbox, *lane.deliveries(f"{name}")) for name, lane in enumerate(lanes)]
        for row in (await rows(outbox)).values():
            whose[row.id] = Destination(row.service, row.recipient if row.service == "slack" else WHOLE)
        async with delivering(outbox, slack, in_hand=room) as deliverer:
            deliverer.services.services["whole"] = whole
            await _bring(deliverer, lanes, leased)
            await _until_all_is_delivered(outbox)
            settled = deliverer.heard.settlements
    finally:
        await outbox.close()
    assert max(slack.most_in_hand, whole.most_in_hand) <= room
    assert Counter(settled) == Counter((f"{n}.{m}", State.DELIVERED) for n, m in _places(lanes))
    _once_and_in_order([*slack.order, *whole.order], lanes)


async def _bring(deliverer: Deliverer, lanes: Sequence[Lane], leased: Sequence[Sequence[Delivery]]) -> None:
    """Give the lanes to the worker, each in its way and at its time."""
    waiting = [head.id for lane, [head] in zip(lanes, leased, strict=True) if lane.at is None]
    await deliverer.outbox.give_back(waiting, 0)
    for at, pause in TIMES.items():
        await passes(pause)
        deliverer.worker.hand(head for lane, [head] in zip(lanes, leased, strict=True) if lane.at == at)


async def _until_all_is_delivered(outbox: SqliteOutbox) -> None:
    async with asyncio.timeout(3_000):
        while any(row.state is not State.DELIVERED for row in (await rows(outbox)).values()):
            await passes(10)


def _places(lanes: Sequence[Lane]) -> list[tuple[int, int]]:
    return [(name, place) for name, lane in enumerate(lanes) for place in range(len(lane.messages))]


def _once_and_in_order(order: Sequence[str], lanes: Sequence[Lane]) -> None:
    """A message is tried as often as it fails and once more, and nothing of its lane comes in between."""
    for name, lane in enumerate(lanes):
        expected = [f"{name}.{place}" for place, tries in enumerate(lane.messages) for _ in tries]
        assert [key for key in order if key.split(".")[0] == f"{name}"] == expected
