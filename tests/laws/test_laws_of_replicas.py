"""The law of many readers: two processes on one store tell together what one tells alone."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings

from notifier.config.schema import Config
from notifier.model import Kind
from notifier.outbox.protocol import Committed, Outbox, Record, Unit
from notifier.outbox.sqlite import SqliteOutbox
from notifier.rollouts.digests import VERSION
from tests.laws.readers import (
    CONDITIONS,
    LAW,
    PLAIN,
    SEEDS,
    Clock,
    Heard,
    Reader,
    heard,
    on_a_store,
    tell,
    whole,
    whole_with_conditions,
)
from tests.laws.stories import STORIES, Line, chance, deletion, ended, story, version
from tests.laws.truths import is_silent


def _portions(lines: Sequence[Line], choice: Random, sizes: Sequence[int]) -> deque[Sequence[Line]]:
    cuts = [0]
    while cuts[-1] < len(lines):
        cuts.append(cuts[-1] + choice.choice(sizes))
    return deque(lines[start:end] for start, end in itertools.pairwise(cuts))


def _read_by_two(lines: Sequence[Line], choice: Random, config: Config, sizes: Sequence[int]) -> Heard:
    """What two readers tell who take turns or read at the same moment; the second lags more and more."""

    async def work(store: Outbox) -> Heard:
        clock = Clock()
        ahead, behind = Reader(store, config, clock), Reader(store, config, clock)
        left = {reader: _portions(lines, choice, sizes) for reader in (ahead, behind)}
        await ahead.list([])
        while left[ahead] or left[behind]:
            turn = [reader for reader, pace in ((ahead, 0.9), (behind, 0.6)) if left[reader] and choice.random() < pace]
            await asyncio.gather(*(reader.read(*left[reader].popleft()) for reader in turn))
        return heard(ahead.told, behind.told)

    return on_a_store(work)


@pytest.mark.parametrize("name", STORIES)
@LAW
@given(seed=SEEDS)
def test_two_readers_tell_what_one_tells(name: str, seed: int) -> None:
    choice = chance(name, seed)
    assert not _read_by_two(ended(name), choice, CONDITIONS, (1,)).unlike(heard(whole_with_conditions(name)))


@pytest.mark.parametrize("name", STORIES)
@settings(LAW, max_examples=1)
@given(seed=SEEDS)
def test_two_readers_of_many_lines_at_a_time_tell_what_one_tells(name: str, seed: int) -> None:
    choice = chance(name, seed)
    assert not _read_by_two(ended(name), choice, PLAIN, (1, 2, 5, 30)).unlike(heard(whole(name)))


def test_what_builds_on_a_lost_unit_is_lost_with_it() -> None:
    def unit(writes: int, version: int) -> Unit:
        return Unit([Record("u", "Rollout", "ns", "u", version, 1, writes, b"{}")])

    async def work(store: Outbox) -> list[bool]:
        await store.commit([unit(0, 1)], 0.0)
        await store.commit([unit(1, 1)], 0.0)  # another reader
        return [result is not None for result in await store.commit([unit(1, 2), unit(2, 3)], 0.0)]

    assert on_a_store(work) == [False, False]


class _Interrupted(SqliteOutbox):
    """A store where somebody else is quicker, once."""

    quicker: Callable[[], Awaitable[None]] | None = None

    async def commit(self, units: Sequence[Unit], now: float) -> list[Committed | None]:
        quicker, self.quicker = self.quicker, None
        if quicker:
            await quicker()
        return await super().commit(units, now)


def test_an_owners_end_does_not_silence_what_lost_before_it() -> None:
    lines = story("s000-rolling-update")
    rollout = next(line for line in lines if line.kind is Kind.ROLLOUT)
    uid = next(line.uid for line in lines if line.kind is Kind.REPLICA_SET)
    sizes = [line for line in lines if line.uid == uid]
    end = deletion(rollout, version(lines), sizes[-1].at)

    async def work() -> Heard:
        store = _Interrupted.open(":memory:")
        assert isinstance(store, _Interrupted)
        reader, other = Reader(store), Reader(store)
        await reader.read(rollout, sizes[0])
        store.quicker = functools.partial(other.read, sizes[1])
        await reader.read(*sizes[1:], end)
        await store.close()
        return heard(reader.told, other.told)

    assert not asyncio.run(work()).unlike(heard(tell([rollout, *sizes, end])))


def test_what_a_newer_version_of_this_program_remembers_is_left_alone_and_known() -> None:
    rollout = next(line for line in story(STORIES[0]) if line.kind is Kind.ROLLOUT)
    newer = Record(rollout.uid, "Rollout", "ns", rollout.uid, 1, VERSION + 1, 0, b"of another shape")

    async def work(store: Outbox) -> tuple[Reader, list[Record]]:
        await store.commit([Unit([newer])], 0.0)
        reader = Reader(store)
        await reader.read(rollout)
        return reader, await store.recall([rollout.uid])

    reader, records = on_a_store(work)
    assert is_silent(reader.told)
    assert reader.intake.foreign == {rollout.uid}
    assert [record.body for record in records] == [newer.body]
