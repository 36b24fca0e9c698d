"""A recipient that is several: those who have a message do not get it again, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from notifier.outbox.protocol import Delivery, Outbox, Settlement, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import DEAD, DELIVERED, LATER, NOW, lease, states

people = st.lists(st.sampled_from(["ann", "bob", 'cy "x"', "dörte", "[]"]), max_size=3).map(tuple)
endings = st.sampled_from([State.PENDING, State.DEAD, State.SUPPRESSED])


def partly(*taken: str, state: State = State.PENDING) -> Settlement:
    """An attempt after which some have the message."""
    return Settlement(state, "some refused", "207", due=NOW, taken=taken)


async def found(outbox: Outbox, delivery_id: int) -> Delivery:
    stored = await outbox.delivery(delivery_id)
    assert stored is not None
    return stored


async def test_at_first_nobody_has_it(outbox: Outbox) -> None:
    assert (await lease(outbox, "k")).taken == ()


async def test_who_has_it_adds_up_over_attempts(outbox: Outbox) -> None:
    head = await lease(outbox, "k", "behind")
    for taken, together in [(("bob",), ("bob",)), (("ann", "bob"), ("ann", "bob")), ((), ("ann", "bob"))]:
        await outbox.settle(head, partly(*taken), NOW)
        [head] = await outbox.claim(NOW, 10)
        assert head.taken == together
    following = await outbox.settle(head, DELIVERED, NOW)
    assert following is not None
    assert following.taken == ()


@pytest.mark.parametrize("last", [DELIVERED, DEAD])
async def test_what_is_settled_still_says_who_has_it(outbox: Outbox, last: Settlement) -> None:
    head = await lease(outbox, "k")
    await outbox.settle(head, partly("bob"), NOW)
    [head] = await outbox.claim(NOW, 10)
    await outbox.settle(head, last._replace(taken=("ann",)), NOW)
    stored = await found(outbox, head.id)
    assert (stored.state, stored.taken) == (last.state, ("ann", "bob"))


async def test_a_dead_letter_sent_again_by_hand_is_not_for_those_who_have_it(outbox: Outbox) -> None:
    head = await lease(outbox, "k")
    await outbox.settle(head, partly("ann", state=State.DEAD), NOW)
    again = await outbox.retry(head.id, NOW)
    assert again is not None
    assert again.taken == ("ann",)
    [claimed] = await outbox.claim(NOW, 10)
    assert (claimed.taken, claimed.attempts) == (("ann",), 0)


async def test_who_gives_back_releases_or_drops_takes_nobody_away(outbox: Outbox) -> None:
    head = await lease(outbox, "k")
    await outbox.settle(head, partly("ann"), NOW)
    await outbox.claim(NOW, 10)
    await outbox.give_back([head.id], NOW)
    await outbox.claim(NOW, 10)
    await outbox.release(NOW)
    await outbox.drop(head.id, NOW)
    assert (await found(outbox, head.id)).taken == ("ann",)


@settings(max_examples=40)
@given(st.lists(st.tuples(people, endings), max_size=6))
def test_nobody_who_has_it_is_ever_lost(attempts: list[tuple[tuple[str, ...], State]]) -> None:
    asyncio.run(_adds_up(attempts))


async def _adds_up(attempts: Sequence[tuple[tuple[str, ...], State]]) -> None:
    outbox = SqliteOutbox.open(":memory:")
    try:
        head, everybody = await lease(outbox, "k"), set[str]()
        for taken, state in attempts:
            await outbox.settle(head, partly(*taken, state=state), NOW)
            everybody |= set(taken)
            if state is not State.PENDING:
                await outbox.retry(head.id, NOW)
            [head] = await outbox.claim(LATER, 10)
            assert head.taken == tuple(sorted(everybody))
        assert await states(outbox) == {"k": State.LEASED}
    finally:
        await outbox.close()
