"""What lists, deletions and owners that come late mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from notifier.intake import ORPHAN_SECONDS, Told
from notifier.model import Kind
from notifier.outbox.protocol import Outbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay
from tests.laws.readers import EVERYWHERE, PLAIN, Reader, heard, on_a_store, tell
from tests.laws.stories import STORIES, Line, chance, deletion, ended, exist, story, version
from tests.laws.truths import is_silent, reasons

NAME = "x-bluegreen-pre-post-analysis"
BOOKMARK = b'{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "1"}}}'


def _written(lines: Iterable[Line]) -> list[bytes]:
    """Lines as they stand in a file."""
    return [b'{"type": "%s", "object": %s}' % (line.type.encode(), line.change.raw) for line in lines]


async def _replay(store: Outbox, lines: Iterable[bytes], *, baseline: bool = False) -> Told:
    told = Told()
    async for one in Replay(store, Pipeline(PLAIN, withheld=REPLAYED), baseline=baseline).run(lines):
        told.extend(one)
    return told


def _first(lines: Sequence[Line], kind: Kind) -> Line:
    return next(line for line in lines if line.kind is kind)


def _scaled(lines: Sequence[Line]) -> Line:
    """The first sight of a ReplicaSet that wants pods."""
    return next(line for line in lines if line.kind is Kind.REPLICA_SET and line.object["spec"]["replicas"])


@pytest.mark.parametrize("name", STORIES)
def test_with_a_baseline_only_what_follows_the_bookmark_is_told(name: str) -> None:
    lines = story(name)
    half = len(lines) // 2
    listed = _written(exist(lines[:half], chance(name)))

    async def work(store: Outbox) -> tuple[Told, Told]:
        silent = await _replay(store, [*listed, BOOKMARK], baseline=True)
        return silent, await _replay(store, _written(lines[half:]))

    silent, after = on_a_store(work)
    assert is_silent(silent)
    assert heard(after).events


def test_what_was_deleted_while_nobody_looked_is_told_when_the_next_list_is_complete() -> None:
    lines = story(NAME)
    rollout = _first(lines, Kind.ROLLOUT)
    others = [line for line in exist(lines, chance(NAME)) if line.kind is Kind.EVENT]

    async def work(store: Outbox) -> tuple[Told, Told, Told]:
        await _replay(store, _written(lines))
        before = await _replay(store, _written(others))
        told = await _replay(store, [*_written(others), BOOKMARK])
        return before, told, await _replay(store, [BOOKMARK])

    before, told, again = on_a_store(work)
    assert is_silent(before)
    assert [(event.reason, event.name, event.uid) for event in told.events] == [
        ("RolloutDeleted", rollout.object["metadata"]["name"], rollout.uid)
    ]
    assert is_silent(again)


def test_a_list_of_one_kind_says_nothing_of_the_others() -> None:
    only = b'{"type": "BOOKMARK", "object": {"kind": "AnalysisRun", "metadata": {"resourceVersion": "1"}}}'

    async def work(store: Outbox) -> Told:
        await _replay(store, _written(story(NAME)))
        return await _replay(store, [only])

    assert is_silent(on_a_store(work))


def test_a_child_waits_for_its_owner_and_is_then_told_after_it() -> None:
    lines = story(NAME)
    rollout, child = _first(lines, Kind.ROLLOUT), _scaled(lines)

    async def work(store: Outbox) -> tuple[Told, Told]:
        reader = Reader(store)
        await reader.list([])
        await reader.read(child)
        alone, reader.told = reader.told, Told()
        await reader.read(rollout)
        return alone, reader.told

    alone, both = on_a_store(work)
    assert is_silent(alone)
    assert [event.reason for event in both.events] == ["RolloutCreated", "ScalingReplicaSet"]
    assert {event.uid for event in both.events} == {rollout.uid}


def test_a_child_whose_owner_does_not_come_is_told_after_a_minute_with_what_is_known() -> None:
    child = _scaled(story(NAME))

    async def work(store: Outbox) -> list[Told]:
        reader, told = Reader(store), []
        await reader.list([])
        await reader.read(child)
        for seconds in (ORPHAN_SECONDS - 0.1, ORPHAN_SECONDS, ORPHAN_SECONDS + 1):
            reader.told = Told()
            await reader.tick(child.at + seconds)
            told.append(reader.told)
        return told

    early, due, later = on_a_store(work)
    assert is_silent(early)
    assert [(event.reason, event.kind, event.uid) for event in due.events] == [
        ("ScalingReplicaSet", "Rollout", child.owner)
    ]
    assert is_silent(later)


def test_a_child_that_waits_is_told_at_the_end_of_the_input() -> None:
    child = _scaled(story(NAME))
    told = on_a_store(lambda store: _replay(store, _written([child])))
    assert [event.reason for event in told.events] == ["ScalingReplicaSet"]


def test_a_child_of_the_first_list_whose_owner_does_not_come_stays_silent() -> None:
    children = [line for line in exist(story(NAME), chance(NAME)) if line.kind is not Kind.ROLLOUT]

    async def work(store: Outbox) -> Told:
        reader = Reader(store)
        reader.clock.see(children[0].at)
        await reader.list(children)
        await reader.tick(reader.clock.now + ORPHAN_SECONDS)
        return reader.told

    assert is_silent(on_a_store(work))


def test_a_child_that_waits_is_told_before_its_next_state_though_another_reader_saw_the_owner() -> None:
    lines = story(NAME)
    rollout = _first(lines, Kind.ROLLOUT)
    runs = [line for line in lines if line.uid == _first(lines, Kind.ANALYSIS_RUN).uid]

    async def work(store: Outbox) -> Told:
        reader, other = Reader(store), Reader(store)
        await reader.list([])
        await reader.intake.absorb([line.change for line in runs[:-1]], runs[0].at)
        await other.read(rollout)
        await reader.read(runs[-1])
        return reader.told

    alone = tell([rollout, *runs])
    assert reasons(on_a_store(work)) == reasons(alone) - reasons(tell([rollout]))


def test_after_its_owner_is_deleted_a_child_is_silent() -> None:
    lines = ended(NAME)
    rollout, child = _first(lines, Kind.ROLLOUT), _scaled(lines)
    told = tell([rollout, deletion(rollout, version(lines), child.at), child])
    assert [event.reason for event in told.events] == ["RolloutCreated", "RolloutDeleted"]


def test_what_was_never_known_vanishes_in_silence() -> None:
    rollout = _first(story(NAME), Kind.ROLLOUT)
    assert is_silent(tell([deletion(rollout, rollout.version + 1, rollout.at)]))


def test_a_cluster_set_back_asks_for_its_list_once_more_and_is_believed() -> None:
    lines = [line for line in story(NAME) if line.kind is Kind.ROLLOUT]
    back = version(lines[:5])

    async def work(store: Outbox) -> tuple[list[bool], Told]:
        reader = Reader(store)
        await reader.list([])
        await reader.read_all(lines)
        known = [lines[0].uid]
        lists = [await reader.intake.complete(Kind.ROLLOUT, EVERYWHERE, back, known, reader.clock.now) for _ in "12"]
        reader.told = Told()
        await reader.read(deletion(lines[4], back + 1, reader.clock.now))
        return [told is None for told in lists], reader.told

    again, told = on_a_store(work)
    assert again == [True, False]
    assert [event.reason for event in told.events] == ["RolloutDeleted"]
