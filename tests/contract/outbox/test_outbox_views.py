"""Looking into the outbox, and letting go of what is old."""

import pytest

from notifier.outbox.protocol import Census, Filter, Outbox, Settlement, State, Unit
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
    unneeded,
)


async def test_census_counts_what_is_open_or_dead(outbox: Outbox) -> None:
    assert await outbox.census() == []
    deliveries = [
        delivery("s1", "one", created=NOW - 5),
        delivery("s2", "one", created=NOW - 3),
        delivery("s3", "one", created=NOW - 4),
        delivery("m1", "two", service="email", created=NOW - 9),
        delivery("m2", "three", service="email"),
        unneeded("never"),
    ]
    [committed] = await outbox.commit([Unit((), (), deliveries)], NOW)
    assert committed is not None
    leased = {row.key: row for row in committed.leased}
    await outbox.settle(leased["m1"], DEAD, NOW)
    await outbox.settle(leased["m2"], DELIVERED, NOW)
    assert sorted(await outbox.census()) == [
        Census("email", "dead", 1, NOW - 9),
        Census("slack", "leased", 1, NOW - 5),
        Census("slack", "pending", 2, NOW - 4),
    ]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (Filter(), ["5", "4", "3", "2", "1"]),
        (Filter(limit=2), ["5", "4"]),
        (Filter(state="pending"), ["2"]),
        (Filter(state="dead"), []),
        (Filter(service="email"), ["3"]),
        (Filter(namespace="bank"), ["5", "4"]),
        (Filter(namespace="bank", name="cart"), ["4"]),
        (Filter(name="cart", service="slack", state="leased"), ["4", "1"]),
        (Filter(service="' OR 1 = 1 --"), []),
    ],
)
async def test_deliveries_are_listed_newest_first_by_what_is_asked(
    outbox: Outbox, which: Filter, found: list[str]
) -> None:
    deliveries = [
        delivery("1"),
        delivery("2"),
        delivery("3", "b", service="email"),
        delivery("4", "c", namespace="bank"),
        delivery("5", "d", namespace="bank", name="till"),
    ]
    await outbox.commit([Unit((), (), deliveries)], NOW)
    assert keys(await outbox.deliveries(which)) == found


async def test_a_delivery_is_shown_as_it_was_stored(outbox: Outbox) -> None:
    given = delivery("k", event=None, reason=None, revision=None, expires=LATER, message=b'{"message":"\xc3\xa4"}')
    await lease(outbox, "first")
    await outbox.commit([Unit((), (), [given])], NOW)
    [shown] = await outbox.deliveries(Filter(state="pending"))
    assert await outbox.delivery(shown.id) == shown
    assert delivery("k", id=shown.id, event=None, reason=None, revision=None, expires=LATER, message=given.message) == (
        shown
    )
    assert await outbox.delivery(shown.id + 1) is None


async def test_a_story_is_told_in_the_order_it_was_seen(outbox: Outbox) -> None:
    await outbox.commit([Unit((), [event("z"), event("a")])], NOW + 1)
    await outbox.commit([Unit((), [event("late")])], NOW + 2)
    await outbox.commit([Unit((), [event("early"), event("other", name="till"), event("far", namespace="x")])], NOW)
    assert [told.id for told in await outbox.story("shop", "cart")] == ["early", "z", "a", "late"]
    assert await outbox.story("shop", "nobody") == []


async def test_settled_deliveries_are_forgotten_but_never_dead_letters(outbox: Outbox) -> None:
    for key, settlement, settled in [
        ("old", DELIVERED, NOW - 1),
        ("old and unneeded", Settlement(State.SUPPRESSED, "expired"), NOW - 1),
        ("dead", DEAD, NOW - 1),
        ("recent", DELIVERED, NOW),
    ]:
        await outbox.settle(await lease(outbox, key), settlement, settled)
    await enqueue(outbox, "open", "waiting")
    await outbox.forget({"deliveries": NOW})
    assert set(await rows(outbox)) == {"dead", "recent", "open", "waiting"}


async def test_each_sort_of_history_is_forgotten_by_its_own_time(outbox: Outbox) -> None:
    await outbox.commit([Unit([digest("gone", deleted=NOW - 1), digest("alive")], [event("old")])], NOW - 1)
    await outbox.commit([Unit([digest("just gone", deleted=NOW)], [event("recent")])], NOW)
    await outbox.settle(await lease(outbox, "k"), DELIVERED, NOW - 1)
    everything = ["gone", "alive", "just gone"]
    await outbox.forget({"events": NOW})
    assert [told.id for told in await outbox.story("shop", "cart")] == ["recent"]
    assert {found.uid for found in await outbox.recall(everything)} == set(everything)
    await outbox.forget({"tombstones": NOW})
    assert {found.uid for found in await outbox.recall(everything)} == {"alive", "just gone"}
    assert set(await rows(outbox)) == {"k"}
    await outbox.forget({"deliveries": NOW, "events": LATER})
    assert await rows(outbox) == {}
    assert await outbox.story("shop", "cart") == []
