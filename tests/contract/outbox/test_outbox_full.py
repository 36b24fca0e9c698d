"""Destinations without room: what is for them is left alone, and what was taken too early is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from notifier.model import Destination
from notifier.outbox.protocol import WHOLE, Outbox, Settlement, State
from tests.contract.outbox.samples import DELIVERED, LATER, NOW, TEAM, enqueue, keys, lease, rows, states
from tests.contract.outbox.stores import Store

OPS, MAIL = Destination("slack", "ops"), Destination("email", "team")
EVERYBODY = (TEAM, OPS, MAIL)
SLACK = Destination("slack", WHOLE)
"""The whole service."""


async def wait(outbox: Outbox, to: Destination, *dues: float) -> None:
    """Put one delivery a time into the store, each in a lane of its own, named after whom it is for and when."""
    for due in dues:
        name = f"{to.recipient}@{to.service} {due:g}"
        head = await lease(outbox, name, f"behind {name}", lane=name, to=to)
        await outbox.settle(head, Settlement(State.PENDING, due=NOW + due, attempted=False), NOW)


async def claimed(outbox: Outbox, limit: int, full: Collection[Destination] = ()) -> list[str]:
    """What is claimed when everything is due, sorted."""
    return sorted(keys(await outbox.claim(LATER, limit, full)))


@pytest.fixture
async def waiting(outbox: Outbox) -> Outbox:
    """A store with three destinations of two services, three lanes each."""
    await wait(outbox, TEAM, 4, 1, 7)
    await wait(outbox, OPS, 2, 8, 5)
    await wait(outbox, MAIL, 6, 9, 3)
    return outbox


async def test_a_service_without_room_is_left_alone_and_the_others_are_not(waiting: Outbox) -> None:
    assert await claimed(waiting, 9, [SLACK]) == ["team@email 3", "team@email 6", "team@email 9"]
    assert len(await claimed(waiting, 9)) == 6


async def test_a_recipient_without_room_is_left_alone_and_the_others_of_its_service_are_not(waiting: Outbox) -> None:
    assert await claimed(waiting, 9, [TEAM, MAIL]) == ["ops@slack 2", "ops@slack 5", "ops@slack 8"]
    assert len(await claimed(waiting, 9)) == 6


async def test_of_each_service_so_many_are_claimed_the_longest_waiting_first(waiting: Outbox) -> None:
    assert await claimed(waiting, 2) == ["ops@slack 2", "team@email 3", "team@email 6", "team@slack 1"]
    assert await claimed(waiting, 2) == ["ops@slack 5", "team@email 9", "team@slack 4"]
    assert await claimed(waiting, 2) == ["ops@slack 8", "team@slack 7"]
    assert await claimed(waiting, 2) == []


async def test_what_is_passed_over_counts_in_no_limit(waiting: Outbox) -> None:
    assert await claimed(waiting, 2, [TEAM]) == ["ops@slack 2", "ops@slack 5", "team@email 3", "team@email 6"]


@pytest.mark.parametrize(
    ("full", "due"),
    [
        ([], 1),
        ([TEAM], 2),
        ([TEAM, OPS], 3),
        ([SLACK], 3),
        ([MAIL], 1),
        ([MAIL, TEAM], 2),
        ([SLACK, MAIL], None),
        (EVERYBODY, None),
        ([Destination("email", WHOLE), Destination("pager", WHOLE)], 1),
        ([Destination("email", "ops"), Destination("pager", "team")], 1),
    ],
)
async def test_what_has_no_room_is_not_waited_for(
    waiting: Outbox, full: Collection[Destination], due: float | None
) -> None:
    assert await waiting.next_due(full) == (None if due is None else NOW + due)


async def test_what_we_hold_is_not_waited_for_but_what_others_hold_is(store: Store) -> None:
    async with store.open() as one, store.open() as other:
        await wait(one, TEAM, 1)
        await wait(one, MAIL, 2)
        mine = await one.claim(NOW + 1, 9)
        assert (await one.next_due(), await one.next_due([MAIL])) == (NOW + 2, None)
        assert (await other.next_due(), await other.next_due([MAIL])) == (NOW + 2, mine[0].due)


async def test_what_has_no_room_is_what_had_none_when_it_was_asked(waiting: Outbox) -> None:
    """Who asks goes on changing his set while the store's thread reads it."""
    full = {SLACK}
    asked = [asyncio.create_task(call) for call in (waiting.next_due(full), claimed(waiting, 9, full))]
    await asyncio.sleep(0)  # they are asked; none is answered
    full.clear()
    assert await asyncio.gather(*asked) == [NOW + 3, ["team@email 3", "team@email 6", "team@email 9"]]


async def test_what_is_given_back_is_due_at_once_and_in_its_old_place(outbox: Outbox) -> None:
    head = await lease(outbox, "first", "second")
    kept = await lease(outbox, "kept", lane="other")
    await outbox.give_back([head.id], NOW + 5)
    stored = await rows(outbox)
    assert (stored["first"].state, stored["first"].due, stored["first"].attempts) == (State.PENDING, NOW + 5, 0)
    assert stored["kept"] == kept
    assert await enqueue(outbox, "third") == []
    assert await outbox.next_due() == NOW + 5
    [following] = await outbox.claim(NOW + 5, 10)
    sent = [following.key]
    while found := await outbox.settle(following, DELIVERED, NOW + 5):
        sent.append((following := found).key)
    assert sent == ["first", "second", "third"]


async def test_nobody_gives_back_what_another_holds(store: Store) -> None:
    async with store.open() as one, store.open() as other:
        mine, yours = await lease(one, "mine", lane="one"), await lease(other, "yours", lane="two")
        await one.give_back([mine.id, yours.id, 4711], NOW)
        assert await states(one) == {"mine": State.PENDING, "yours": State.LEASED}
        [taken] = await other.claim(NOW, 10)
        await one.give_back([taken.id], NOW)
        assert await states(one) == {"mine": State.LEASED, "yours": State.LEASED}


async def test_what_is_not_leased_cannot_be_given_back(outbox: Outbox) -> None:
    head = await lease(outbox, "sent", "waits")
    await outbox.settle(head, DELIVERED, NOW)
    await outbox.settle(await lease(outbox, "later", lane="x"), Settlement(State.PENDING, due=NOW + 50), NOW)
    await outbox.release(NOW)
    before = await rows(outbox)
    await outbox.give_back([row.id for row in before.values()], NOW + 9)
    assert await rows(outbox) == before
