"""The laws of beginning again: a restart, a first install, what happened while nobody looked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from notifier.config.schema import Config
from notifier.intake import Told
from notifier.model import Kind
from notifier.outbox.protocol import Outbox
from tests.laws.readers import (
    CONDITIONS,
    LAW,
    PLAIN,
    SEEDS,
    Reader,
    heard,
    on_a_store,
    stated,
    tell,
    whole,
    whole_with_conditions,
)
from tests.laws.stories import STORIES, Line, chance, ended, exist, story, version
from tests.laws.truths import counted, is_complete, is_silent, lasting, reasons


async def _first(store: Outbox, lines: Sequence[Line], config: Config = PLAIN) -> Reader:
    """A process that was there from the start."""
    reader = Reader(store, config)
    await reader.list([])
    await reader.read_all(lines)
    return reader


async def _later(store: Outbox, lines: Sequence[Line], choice: Random, config: Config = PLAIN) -> Reader:
    """A process that begins with a list of what exists after these lines, in any order."""
    reader = Reader(store, config)
    reader.clock.see(lines[-1].at)
    await reader.list(exist(lines, choice), version(lines))
    return reader


def _restarted(lines: Sequence[Line], cut: int, choice: Random, config: Config) -> tuple[Told, Told]:
    """What two processes tell, one after the other."""

    async def work(store: Outbox) -> tuple[Told, Told]:
        first = await _first(store, lines[:cut], config)
        second = await _later(store, lines[:cut], choice, config)
        await second.read_all(lines[cut:])
        return first.told, second.told

    return on_a_store(work)


@pytest.mark.parametrize("name", STORIES)
@LAW
@given(seed=SEEDS)
def test_a_restart_anywhere_changes_nothing(name: str, seed: int) -> None:
    choice = chance(name, seed)
    cut = choice.randrange(1, len(ended(name)))
    assert not heard(*_restarted(ended(name), cut, choice, CONDITIONS)).unlike(heard(whole_with_conditions(name)))


def test_each_of_the_conditions_tells_something() -> None:
    fired = {note.delivery.trigger for name in STORIES for note in whole_with_conditions(name).notes}
    assert {"on-healthy", "on-degraded", "on-step-two", "on-old", "on-stuck", "on-measuring"} < fired


def test_a_restart_with_the_same_file_is_silent(tmp_path: Path) -> None:
    lines, file = story("s001-basic-canary-narrative"), str(tmp_path / "store.db")
    before = on_a_store(lambda store: _first(store, lines, CONDITIONS), file)
    after = on_a_store(lambda store: _later(store, lines, chance("restarts"), CONDITIONS), file)
    assert before.told.notes
    assert is_silent(after.told)


@pytest.mark.parametrize("name", STORIES)
@settings(LAW, max_examples=1)
@given(seed=SEEDS)
def test_the_first_list_is_silent_and_what_follows_is_told(name: str, seed: int) -> None:
    choice = chance(name, seed)
    cut = choice.randrange(1, len(story(name)))
    lines = ended(name)

    async def installed(store: Outbox) -> tuple[Told, Told]:
        reader = await _later(store, lines[:cut], choice)
        listed, reader.told = reader.told, Told()
        await reader.read_all(lines[cut:])
        return listed, reader.told

    listed, after = on_a_store(installed)
    followed = reasons(whole(name)) - reasons(tell(lines[:cut]))
    assert is_silent(listed)
    assert not followed - reasons(after)
    assert not (reasons(after) - followed).keys() - _unknowable(lines[:cut])


def _unknowable(lines: Sequence[Line]) -> set[str]:
    """One state does not say whether what runs its stable version, but not well, has ever been healthy with it."""
    last = {line.uid: line for line in lines if line.kind is Kind.ROLLOUT}
    ailing = (line for line in last.values() if is_complete(line) and line.object["status"].get("phase") != "Healthy")
    return {"RolloutHealthy"} if any(ailing) else set()


@pytest.mark.parametrize("name", STORIES)
@settings(LAW, max_examples=1)
@given(seed=SEEDS)
def test_what_happened_while_nobody_looked_is_told_and_nothing_is_invented(name: str, seed: int) -> None:
    choice = chance(name, seed)
    lines = ended(name)
    left, came = sorted(choice.sample(range(1, len(lines) + 1), 2))

    async def away(store: Outbox) -> Told:
        reader = await _first(store, lines[:left])
        later = await _later(store, lines[:came], choice)
        reader.told.extend(later.told)
        return reader.told

    told = on_a_store(away)
    assert not counted(told) - counted(whole(name)), "told more than happened"
    seen = {line.uid for line in lines[:left]} | {line.uid for line in lines[:came] if line.type != "DELETED"}
    shown = lasting(line for line in lines[:came] if line.uid in seen)
    assert not {one for one in shown if not one & reasons(told).keys()}, "true and never told"


def test_a_kubernetes_event_written_again_while_nobody_looked_is_told_once() -> None:
    lines = story("s002-2-2-4-istio-vs")
    again = next(i for i, line in enumerate(lines) if line.kind is Kind.EVENT and line.type == "MODIFIED")
    first, second = _restarted(lines, again, chance("restarts"), PLAIN)
    assert not heard(first, second).unlike(heard(tell(lines)))
    assert not all(stated(event) for event in second.events)
