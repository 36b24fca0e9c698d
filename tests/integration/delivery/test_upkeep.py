import asyncio
from contextlib import suppress

from notifier.outbox.protocol import State, Unit
from notifier.outbox.sqlite import SqliteOutbox
from notifier.settings import StoreSettings
from notifier.upkeep import Upkeep
from tests.contract.outbox.samples import DEAD, DELIVERED, NOW, TEAM, delivery, digest, event, lease, states
from tests.integration.delivery.deliverers import execute
from tests.integration.delivery.virtual_time import passes

DAY = 86_400.0


def upkeep(outbox: SqliteOutbox) -> Upkeep:
    settings = StoreSettings(keep_deliveries=2 * DAY, keep_events=DAY)
    return Upkeep(outbox, settings, lambda: NOW + 10 * DAY)


async def test_cleaning_forgets_what_the_settings_say_and_keeps_dead_letters(outbox: SqliteOutbox) -> None:
    for key, age, outcome in (("old", 2.1, DELIVERED), ("new", 1.9, DELIVERED), ("dead", 9, DEAD)):
        await outbox.settle(await lease(outbox, key, lane=key), outcome, NOW + (10 - age) * DAY)
    await lease(outbox, "open", lane="open")
    await upkeep(outbox).clean()
    left = {"new": State.DELIVERED, "dead": State.DEAD, "open": State.LEASED}
    assert await states(outbox) == left


async def test_cleaning_forgets_events_and_tombstones_each_by_its_own_age(outbox: SqliteOutbox) -> None:
    for name, age in (("old", 1.1), ("new", 0.9)):
        await outbox.commit([Unit([], [event(name)])], NOW + (10 - age) * DAY)
    buried = [digest(name, deleted=NOW + (10 - age) * DAY) for name, age in (("week", 7.1), ("days", 6.9))]
    await outbox.commit([Unit([*buried, digest("alive")])], NOW)
    await upkeep(outbox).clean()
    assert [found.id for found in await outbox.story("shop", "cart")] == ["new"]
    assert [found.uid for found in await outbox.recall(["week", "days", "alive"])] == ["alive", "days"]


async def test_trouble_with_the_store_is_told_and_goes_away(outbox: SqliteOutbox) -> None:
    keeper = upkeep(outbox)
    await outbox.commit([Unit([], [], [delivery("a")])], NOW)
    running = asyncio.create_task(keeper.run())
    await passes(1)
    assert (keeper.trouble, [one.number for one in keeper.census]) == ("", [1])
    await execute(outbox, "ALTER TABLE deliveries RENAME TO elsewhere")
    await passes(10)
    assert "deliveries" in keeper.trouble
    await execute(outbox, "ALTER TABLE elsewhere RENAME TO deliveries")
    await passes(10)
    assert keeper.trouble == ""
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_cleaning_forgets_threads_that_ended_long_ago(outbox: SqliteOutbox) -> None:
    for thread, age in (("ended", 370), ("goes on", 4)):
        head = await lease(outbox, thread, lane=thread)
        await outbox.settle(head, DELIVERED._replace(thread=thread, root="r"), NOW + (10 - age) * DAY)
    await upkeep(outbox).clean()
    assert [await outbox.root(thread, TEAM) for thread in ("ended", "goes on")] == ["", "r"]
