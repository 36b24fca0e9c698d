"""Two users of one store: every row is in one hand, whoever dies gives back, whoever comes finds all."""

import asyncio

from notifier.model import Kind, Scope
from notifier.outbox.protocol import Outbox, Settlement, State, Unit
from tests.contract.outbox.samples import (
    DEAD,
    DELIVERED,
    LATER,
    NOW,
    delivery,
    digest,
    enqueue,
    event,
    keys,
    lease,
    rows,
    states,
)
from tests.contract.outbox.stores import Store

Pair = tuple[Outbox, Outbox]


async def test_no_two_claimers_get_one_row(pair: Pair) -> None:
    deliveries = [delivery(f"{lane} {place}", f"lane {lane}") for lane in range(60) for place in (1, 2)]
    await pair[0].commit([Unit((), (), deliveries)], NOW)
    await pair[0].release(NOW)
    claims = await asyncio.gather(*(pair[turn % 2].claim(NOW, 4) for turn in range(40)))
    assert sorted(key for some in claims for key in keys(some)) == sorted(f"{lane} 1" for lane in range(60))


async def test_of_two_who_write_a_digest_one_wins(pair: Pair) -> None:
    for writes in range(20):
        units = [Unit([digest("a", writes=writes)], [event(f"{me} {writes}")]) for me in range(2)]
        results = await asyncio.gather(*(user.commit([unit], NOW) for user, unit in zip(pair, units, strict=True)))
        assert sorted(result is None for [result] in results) == [False, True]
    assert len(await pair[0].story("shop", "cart")) == 20


async def test_of_two_who_tell_the_same_one_does(pair: Pair) -> None:
    units = [Unit((), [event(f"e{n}")], [delivery(f"k{n}", f"lane {n}")]) for n in range(20)]
    results = await asyncio.gather(*(user.commit([unit], NOW) for unit in units for user in pair))
    told = [result for [result] in results if result]
    assert len(told) == 40
    assert sorted(name for result in told for name in result.events) == sorted(f"e{n}" for n in range(20))
    assert sorted(key for result in told for key in result.keys) == sorted(f"k{n}" for n in range(20))
    assert sorted(key for result in told for key in keys(result.leased)) == sorted(f"k{n}" for n in range(20))


async def test_of_two_who_settle_a_row_one_gets_what_follows(pair: Pair) -> None:
    for lane in range(20):
        head = await lease(pair[0], f"{lane} first", f"{lane} second", lane=f"lane {lane}")
        following = await asyncio.gather(*(user.settle(head, DELIVERED, NOW) for user in pair))
        assert [found.key for found in following if found] == [f"{lane} second"]


async def test_a_lease_is_respected_until_it_ends_and_then_taken_over(pair: Pair) -> None:
    one, other = pair
    head = await lease(one, "k", "behind")
    assert await other.claim(head.due - 0.1, 10) == []
    assert await other.next_due() == head.due
    [taken] = await other.claim(head.due, 10)
    assert taken.id == head.id
    assert await one.next_due() == taken.due


async def test_who_lost_a_lease_cannot_postpone_but_what_he_sent_is_sent(pair: Pair) -> None:
    one, other = pair
    head = await lease(one, "k", "behind")
    [taken] = await other.claim(head.due, 10)
    await one.settle(head, Settlement(State.PENDING, "busy", due=LATER), taken.due)
    assert await other.delivery(head.id) == taken
    following = await one.settle(head, DELIVERED, NOW)
    assert following is not None
    assert following.key == "behind"
    assert await other.settle(taken, DEAD, NOW) is None
    assert await states(other) == {"k": State.DELIVERED, "behind": State.LEASED}


async def test_who_renews_or_releases_does_so_for_himself(pair: Pair) -> None:
    one, other = pair
    mine, yours = await lease(one, "mine", lane="one"), await lease(other, "yours", lane="two")
    await one.renew([mine.id, yours.id], NOW + 5)
    assert (await rows(one))["yours"] == yours
    assert (await rows(one))["mine"].due == mine.due + 5
    await one.release(NOW + 6)
    assert await states(one) == {"mine": State.PENDING, "yours": State.LEASED}


async def test_the_leases_of_everybody_can_be_given_back(pair: Pair) -> None:
    one, other = pair
    await lease(one, "mine", lane="one")
    await lease(other, "yours", lane="two")
    await one.release(NOW, everybody=True)
    assert sorted(keys(await one.claim(NOW, 10))) == ["mine", "yours"]


async def test_what_one_adds_waits_behind_what_the_other_holds(pair: Pair) -> None:
    one, other = pair
    head = await lease(one, "first")
    assert await enqueue(other, "second") == []
    following = await one.settle(head, DELIVERED, NOW)
    assert following is not None
    assert following.key == "second"


async def test_a_reopened_store_holds_all_it_held(store: Store) -> None:
    async with store.open() as outbox:
        unit = Unit([digest("a", body=b"\x00\xff")], [event("e")], [delivery("sent"), delivery("open")])
        [committed] = await outbox.commit([unit], NOW)
        assert committed is not None
        await outbox.settle(committed.leased[0], DELIVERED, NOW)
        await outbox.learn(Kind.ROLLOUT, Scope(), NOW)
        before = await rows(outbox)
    async with store.open() as outbox:
        assert await outbox.recall(["a"]) == [digest("a", writes=1, body=b"\x00\xff")]
        assert await outbox.story("shop", "cart") == [event("e")]
        assert await rows(outbox) == before
        assert await outbox.is_learned(Kind.ROLLOUT, Scope())
        assert keys(await outbox.claim(LATER, 10)) == ["open"]


async def test_a_closed_store_has_written_what_was_asked_of_it(store: Store) -> None:
    async with store.open() as outbox:
        asked = [outbox.commit([Unit((), (), [delivery(f"k{n}")])], NOW) for n in range(50)]
        waiting = asyncio.gather(*asked)
        await asyncio.sleep(0)  # they are asked for; none is answered
        assert not waiting.done()
    assert len(await waiting) == 50
    async with store.open() as outbox:
        assert set(await rows(outbox)) == {f"k{n}" for n in range(50)}
