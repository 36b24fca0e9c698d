"""Where a thread began at a receiver is remembered, for as long as the thread goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from notifier.model import Destination
from notifier.outbox.protocol import Outbox, Settlement, State
from notifier.outbox.sqlite import SqliteOutbox
from tests.contract.outbox.samples import DEAD, DELIVERED, LATER, NOW, TEAM, lease
from tests.contract.outbox.stores import Store

THREADS = [(thread, Destination(service, "x")) for thread in "ab" for service in ("slack", "email")]


class Step(NamedTuple):
    """Something that happens `after` seconds: a message is delivered in a thread, or old threads are forgotten."""

    after: float
    thread: tuple[str, Destination] | None
    root: str = ""


deliveries = st.builds(Step, st.integers(0, 9), st.sampled_from(THREADS), st.sampled_from(["", "1", "2"]))
cleanings = st.builds(Step, st.integers(0, 9), st.none())


async def deliver(outbox: Outbox, thread: str, root: str, now: float = NOW, to: Destination = TEAM) -> None:
    """Deliver a message of a thread; the receiver names its root."""
    head = await lease(outbox, f"{now} {thread} {to}", lane=f"{now} {thread} {to}", to=to)
    await outbox.settle(head, DELIVERED._replace(thread=thread, root=root), now)


async def test_a_thread_that_nobody_spoke_of_has_no_root(outbox: Outbox) -> None:
    assert await outbox.root("t", TEAM) == ""


async def test_the_root_is_remembered_and_a_later_one_replaces_it(outbox: Outbox) -> None:
    await deliver(outbox, "t", "first")
    assert await outbox.root("t", TEAM) == "first"
    await deliver(outbox, "t", "second", NOW + 1)
    assert await outbox.root("t", TEAM) == "second"


async def test_an_answer_without_a_root_leaves_it_where_it_is(outbox: Outbox) -> None:
    await deliver(outbox, "t", "first")
    await deliver(outbox, "t", "", NOW + 1)
    assert await outbox.root("t", TEAM) == "first"


@pytest.mark.parametrize("other", [Destination("slack", "ops"), Destination("email", "team")])
async def test_each_recipient_of_each_service_has_a_thread_of_its_own(outbox: Outbox, other: Destination) -> None:
    await deliver(outbox, "t", "here")
    assert await outbox.root("t", other) == ""
    await deliver(outbox, "t", "there", NOW + 1, other)
    await deliver(outbox, "u", "beside", NOW + 2)
    assert [await outbox.root(*which) for which in (("t", TEAM), ("t", other), ("u", TEAM))] == [
        "here",
        "there",
        "beside",
    ]


async def test_a_thread_outlives_the_process_that_began_it(store: Store) -> None:
    async with store.open() as outbox:
        await deliver(outbox, "t", "r")
    async with store.open() as outbox:
        assert await outbox.root("t", TEAM) == "r"


async def test_threads_that_were_not_used_since_are_forgotten(outbox: Outbox) -> None:
    await deliver(outbox, "old", "r", NOW)
    await deliver(outbox, "new", "r", NOW + 1)
    await outbox.forget({"deliveries": LATER, "events": LATER, "tombstones": LATER})
    await outbox.forget({"threads": NOW + 1})
    assert (await outbox.root("old", TEAM), await outbox.root("new", TEAM)) == ("", "r")


async def test_a_thread_that_goes_on_is_not_forgotten_in_the_middle(outbox: Outbox) -> None:
    for day in range(10):
        await deliver(outbox, "t", "r", NOW + day)
        await outbox.forget({"threads": NOW + day})
    assert await outbox.root("t", TEAM) == "r"


async def test_what_was_sent_after_its_lease_was_lost_begins_its_thread_all_the_same(store: Store) -> None:
    async with store.open() as one, store.open() as other:
        head = await lease(one, "k")
        assert await other.claim(head.due, 10)
        await one.settle(head, DELIVERED._replace(thread="t", root="r"), head.due)
        assert await other.root("t", TEAM) == "r"


@pytest.mark.parametrize("late", [DELIVERED, DEAD, Settlement(State.PENDING, due=LATER)])
async def test_who_comes_when_all_is_settled_does_not_move_a_thread(store: Store, late: Settlement) -> None:
    async with store.open() as one, store.open() as other:
        head = await lease(one, "k")
        [taken] = await other.claim(head.due, 10)
        await other.settle(taken, DELIVERED._replace(thread="t", root="theirs"), head.due)
        await one.settle(head, late._replace(thread="t", root="mine"), head.due + 1)
        assert await other.root("t", TEAM) == "theirs"


@settings(max_examples=40)
@given(st.lists(deliveries | cleanings, max_size=12), st.integers(1, 20))
def test_a_root_is_the_latest_that_was_answered_unless_that_is_too_long_ago(steps: list[Step], keep: int) -> None:
    asyncio.run(_remembers(steps, keep))


async def _remembers(steps: Sequence[Step], keep: float) -> None:
    """Do the steps to a store and to a dictionary."""
    now, expected = NOW, dict[tuple[str, Destination], tuple[str, float]]()
    outbox = SqliteOutbox.open(":memory:")
    try:
        for number, step in enumerate(steps):
            now += step.after
            if step.thread is None:
                await outbox.forget({"threads": now - keep})
                expected = {which: (root, used) for which, (root, used) in expected.items() if used >= now - keep}
                continue
            head = await lease(outbox, f"{number}", lane=f"{number}", to=step.thread[1])
            await outbox.settle(head, DELIVERED._replace(thread=step.thread[0], root=step.root), now)
            if step.root:
                expected[step.thread] = (step.root, now)
            for which in THREADS:
                assert await outbox.root(*which) == expected.get(which, ("", 0.0))[0]
    finally:
        await outbox.close()
