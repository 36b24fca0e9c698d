"""A lane is first in, first out, and its head is in one hand at a time."""

import pytest

from notifier.outbox.protocol import Outbox, Settlement, State, Unit
from tests.contract.outbox.samples import (
    DEAD,
    DELIVERED,
    DROPPED,
    LATER,
    NOW,
    delivery,
    enqueue,
    keys,
    lease,
    rows,
    states,
    unneeded,
)

AGAIN = Settlement(State.PENDING, "busy", "503", due=NOW + 30)


async def test_what_opens_a_lane_is_leased_to_who_put_it_there(outbox: Outbox) -> None:
    head = await lease(outbox, "first", "second")
    assert (head.key, head.state) == ("first", State.LEASED)
    assert head.due > NOW
    assert head.id > 0
    assert await states(outbox) == {"first": State.LEASED, "second": State.PENDING}


async def test_what_comes_to_a_busy_lane_waits(outbox: Outbox) -> None:
    await lease(outbox, "first")
    assert await enqueue(outbox, "second") == []
    assert await outbox.claim(NOW, 10) == []


async def test_lanes_do_not_wait_for_one_another(outbox: Outbox) -> None:
    [committed] = await outbox.commit([Unit((), (), [delivery("a", "one"), delivery("b", "two")])], NOW)
    assert committed is not None
    assert keys(committed.leased) == ["a", "b"]


async def test_a_lane_hands_out_what_came_first(outbox: Outbox) -> None:
    head = await lease(outbox, "1", "2")
    await enqueue(outbox, "3")
    sent = [head.key]
    while following := await outbox.settle(head, DELIVERED, NOW):
        assert following.state is State.LEASED
        assert following.due > NOW
        head = following
        sent.append(head.key)
    assert sent == ["1", "2", "3"]
    assert set((await states(outbox)).values()) == {State.DELIVERED}


@pytest.mark.parametrize("settlement", [DELIVERED, DEAD, DROPPED])
async def test_an_outcome_is_written_down(outbox: Outbox, settlement: Settlement) -> None:
    head = await lease(outbox, "k")
    assert await outbox.settle(head, settlement, NOW + 5) is None
    stored = await outbox.delivery(head.id)
    assert stored is not None
    assert (stored.state, stored.why, stored.status) == (settlement.state, settlement.why, settlement.status)
    assert (stored.settled, stored.attempts) == (NOW + 5, int(settlement.attempted))
    assert await outbox.claim(LATER, 10) == []


async def test_what_is_settled_stays_settled(outbox: Outbox) -> None:
    head = await lease(outbox, "first", "second")
    await outbox.settle(head, DELIVERED, NOW)
    before = await rows(outbox)
    for late in (DEAD, AGAIN, DROPPED, DELIVERED):
        assert await outbox.settle(head, late, NOW + 9) is None
    assert await rows(outbox) == before


async def test_a_postponed_head_blocks_its_lane_until_it_is_due(outbox: Outbox) -> None:
    head = await lease(outbox, "first", "second")
    assert await outbox.settle(head, AGAIN, NOW) is None
    assert await enqueue(outbox, "third") == []
    assert await outbox.claim(NOW + 29.9, 10) == []
    [claimed] = await outbox.claim(NOW + 30, 10)
    assert (claimed.key, claimed.attempts, claimed.why, claimed.status) == ("first", 1, "busy", "503")


async def test_only_heads_that_are_due_are_claimed_the_longest_waiting_first(outbox: Outbox) -> None:
    for wait in (30, 10, 20, 40):
        head = await lease(outbox, f"after {wait}", f"behind {wait}", lane=f"lane {wait}")
        await outbox.settle(head, AGAIN._replace(due=NOW + wait), NOW)
    claimed = [keys(await outbox.claim(NOW + 30, 2)) for _ in range(3)]
    assert [sorted(some) for some in claimed] == [["after 10", "after 20"], ["after 30"], []]


async def test_a_claim_leases(outbox: Outbox) -> None:
    head = await lease(outbox, "k")
    await outbox.release(NOW)
    [claimed] = await outbox.claim(NOW, 10)
    assert (claimed.id, claimed.state) == (head.id, State.LEASED)
    assert claimed.due > NOW
    assert await outbox.claim(claimed.due - 0.1, 10) == []


async def test_what_is_suppressed_from_the_start_is_stored_and_never_sent(outbox: Outbox) -> None:
    [committed] = await outbox.commit([Unit((), (), [unneeded("never"), delivery("sent")])], NOW)
    assert committed is not None
    assert committed.keys == {"never", "sent"}
    assert keys(committed.leased) == ["sent"]
    await outbox.settle(committed.leased[0], DELIVERED, NOW)
    assert await outbox.claim(LATER, 10) == []
    stored = (await rows(outbox))["never"]
    assert (stored.state, stored.why, stored.settled) == (State.SUPPRESSED, "unknown service", NOW)


async def test_a_released_lease_is_due_at_once(outbox: Outbox) -> None:
    await lease(outbox, "k", "behind")
    await outbox.release(NOW + 1)
    assert await states(outbox) == {"k": State.PENDING, "behind": State.PENDING}
    assert await outbox.next_due() == NOW + 1
    assert keys(await outbox.claim(NOW + 1, 10)) == ["k"]


async def test_a_renewed_lease_lasts_longer(outbox: Outbox) -> None:
    head = await lease(outbox, "k", "behind")
    await outbox.renew([head.id], head.due - 1)
    assert await outbox.claim(head.due, 10) == []
    renewed = await outbox.delivery(head.id)
    assert renewed is not None
    assert renewed.due - (head.due - 1) == head.due - NOW
    assert keys(await outbox.claim(renewed.due, 10)) == ["k"]


async def test_next_due_is_the_earliest_head_that_is_not_in_our_hands(outbox: Outbox) -> None:
    assert await outbox.next_due() is None
    for wait in (40, 20):
        head = await lease(outbox, f"after {wait}", f"behind {wait}", lane=f"lane {wait}")
        await outbox.settle(head, AGAIN._replace(due=NOW + wait), NOW)
    await lease(outbox, "held")
    assert await outbox.next_due() == NOW + 20
    await outbox.claim(NOW + 20, 10)
    assert await outbox.next_due() == NOW + 40
    await outbox.claim(NOW + 40, 10)
    assert await outbox.next_due() is None


@pytest.mark.parametrize("settlement", [DEAD, DROPPED])
async def test_what_was_given_up_is_sent_again_as_if_new(outbox: Outbox, settlement: Settlement) -> None:
    head = await lease(outbox, "k")
    await outbox.settle(head, settlement, NOW)
    again = await outbox.retry(head.id, NOW + 100)
    assert again is not None
    assert (again.state, again.due, again.attempts, again.settled) == (State.PENDING, NOW + 100, 0, None)
    assert keys(await outbox.claim(NOW + 100, 10)) == ["k"]


async def test_what_has_expired_is_sent_again_all_the_same(outbox: Outbox) -> None:
    [committed] = await outbox.commit([Unit((), (), [delivery("k", expires=NOW + 1)])], NOW)
    assert committed is not None
    [head] = committed.leased
    await outbox.settle(head, Settlement(State.SUPPRESSED, "expired", attempted=False), NOW + 2)
    again = await outbox.retry(head.id, NOW + 3)
    assert again is not None
    assert again.expires is None


async def test_a_retry_goes_back_to_its_place_in_the_lane(outbox: Outbox) -> None:
    head = await lease(outbox, "dead", "second", "third")
    second = await outbox.settle(head, DEAD, NOW)
    assert second is not None
    assert await outbox.retry(head.id, NOW + 1) is not None
    assert await outbox.claim(NOW + 1, 10) == []
    order, following = [], await outbox.settle(second, DELIVERED, NOW + 2)
    while following:
        order.append(following.key)
        following = await outbox.settle(following, DELIVERED, NOW + 2)
    assert order == ["dead", "third"]


async def test_only_what_is_dead_or_suppressed_is_retried(outbox: Outbox) -> None:
    head = await lease(outbox, "k", "behind")
    before = await rows(outbox)
    for row in before.values():
        assert await outbox.retry(row.id, NOW) is None
    assert await rows(outbox) == before
    await outbox.settle(head, DELIVERED, NOW)
    assert await outbox.retry(head.id, NOW) is None
    assert await outbox.retry(4711, NOW) is None


async def test_a_dead_letter_can_be_dropped(outbox: Outbox) -> None:
    head = await lease(outbox, "k", "behind")
    following = await outbox.settle(head, DEAD, NOW)
    assert await outbox.drop(head.id, NOW + 5)
    assert not await outbox.drop(head.id, NOW + 6)
    stored = await rows(outbox)
    assert (stored["k"].state, stored["k"].why) == (State.SUPPRESSED, "dropped by hand")
    assert stored["behind"] == following


async def test_what_waits_can_be_dropped_out_of_the_middle_of_a_lane(outbox: Outbox) -> None:
    head = await lease(outbox, "first", "dropped", "last")
    assert await outbox.settle((await rows(outbox))["dropped"], DROPPED, NOW) is None
    assert (await states(outbox))["dropped"] is State.PENDING
    assert await outbox.drop((await rows(outbox))["dropped"].id, NOW)
    assert await states(outbox) == {
        "first": State.LEASED,
        "dropped": State.SUPPRESSED,
        "last": State.PENDING,
    }
    following = await outbox.settle(head, DELIVERED, NOW)
    assert following is not None
    assert following.key == "last"


@pytest.mark.parametrize("by_hand", [True, False])
async def test_what_leaves_a_lane_behind_its_head_brings_nobody_forward(outbox: Outbox, *, by_hand: bool) -> None:
    dead = await lease(outbox, "dead", "head", "leaves")
    head = await outbox.settle(dead, DEAD, NOW)
    leaves = (await rows(outbox))["leaves"]
    await outbox.retry(dead.id, NOW)
    if by_hand:
        assert await outbox.drop(leaves.id, NOW)
    else:
        assert await outbox.settle(leaves, DROPPED, NOW) is None
    assert await outbox.claim(NOW, 10) == []
    assert head is not None
    following = await outbox.settle(head, DELIVERED, NOW)
    assert following is not None
    assert following.key == "dead"


async def test_when_a_head_is_dropped_the_next_is_for_whoever_claims_it(outbox: Outbox) -> None:
    head = await lease(outbox, "dropped", "next", "last")
    assert await outbox.drop(head.id, NOW + 5)
    assert await states(outbox) == {
        "dropped": State.SUPPRESSED,
        "next": State.PENDING,
        "last": State.PENDING,
    }
    assert await outbox.settle(head, DELIVERED, NOW + 5) is None
    assert keys(await outbox.claim(NOW + 5, 10)) == ["next"]


async def test_what_is_delivered_or_unknown_cannot_be_dropped(outbox: Outbox) -> None:
    head = await lease(outbox, "k")
    await outbox.settle(head, DELIVERED, NOW)
    assert not await outbox.drop(head.id, NOW)
    assert not await outbox.drop(4711, NOW)
    assert await states(outbox) == {"k": State.DELIVERED}
