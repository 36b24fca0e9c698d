"""Processes that read stories into a store, and what they told."""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from hypothesis import Phase, settings, strategies as st

from notifier.config import entries
from notifier.config.schema import Condition, Config, GlobalSubscription, Trigger
from notifier.intake import Intake, Told
from notifier.model import Destination, Event, Kind, Scope
from notifier.outbox.protocol import Outbox
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.reasons import BY_TRIGGER
from notifier.replay import REPLAYED
from tests.laws.stories import Line, ended, version

T = TypeVar("T")

EVERYWHERE = Scope()
LAW = settings(max_examples=2, derandomize=True, database=None, phases=(Phase.generate,))
"""How often each law is tried on each recording. What is drawn are seeds: there is nothing to shrink."""
SEEDS = st.integers(0, 2**32)


def _trigger(name: str, text: str) -> Trigger:
    return entries.trigger(name, text, lambda *_: None)


_CONDITIONS = {
    "on-healthy": "[{when: rollout.status.phase == 'Healthy', oncePer: rollout.status.stableRS}]",
    "on-degraded": "[{when: rollout.status.phase == 'Degraded'}]",
    "on-step-two": "[{when: rollout.status.currentStepIndex == 2, oncePer: rollout.status.currentPodHash}]",
    "on-old": '[{when: "time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Seconds() > 20"}]',
    "on-stuck": "[{when: rollout.status.phase == 'Progressing', for: 4s}]",
    "on-measuring": "[{when: \"any(analysisRuns ?? [], {#.status?.phase == 'Running'})\"}]",
    "on-rollout-completed": "[{when: rollout.status.phase == 'Healthy'}]",
}
_ASKED_OF_ALL = ("on-old", "on-stuck", "on-measuring")

PLAIN = Config(triggers={name: Trigger(name, (Condition(name),), frozenset({r})) for name, r in BY_TRIGGER.items()})
"""Every reason's own trigger. Templates are left out: the laws are about who is told of what, not how it is worded."""

CONDITIONS = Config(
    triggers={**PLAIN.triggers, **{name: _trigger(name, text) for name, text in _CONDITIONS.items()}},
    subscriptions=(GlobalSubscription((Destination("sink", "all"),), _ASKED_OF_ALL, lambda _: True, "test"),),
)
"""Conditions beside, on state, time and analysis runs; one reason that waits for a condition."""


class Clock:
    """The greatest time that was seen."""

    def __init__(self) -> None:
        self.now = 0.0

    def see(self, at: float) -> float:
        self.now = max(self.now, at)
        return self.now


class Reader:
    """One process: it reads lines into a store and remembers what it told."""

    def __init__(self, store: Outbox, config: Config = PLAIN, clock: Clock | None = None) -> None:
        self.intake = Intake(store, Pipeline(config, withheld=REPLAYED))
        self.clock = clock or Clock()
        self.told = Told()

    async def read(self, *lines: Line) -> None:
        """Take in lines as one batch."""
        now = self.clock.see(max(line.at for line in lines))
        self.told.extend(await self.intake.absorb([line.change for line in lines], now))
        await self.tick(now)

    async def tick(self, now: float) -> None:
        """Let it be that time."""
        self.told.extend(await self.intake.tick(self.clock.see(now)))

    async def read_all(self, lines: Iterable[Line]) -> None:
        """Take in lines one by one."""
        for line in lines:
            await self.read(line)

    async def list(self, lines: Sequence[Line], resource_version: int | None = None) -> None:
        """Take in all that exists at this time, as complete lists of every kind."""
        for kind in Kind:
            await self.intake.begin(kind, EVERYWHERE)
        await self.read_all(line._replace(at=self.clock.now or line.at) for line in lines)
        now = version(lines) if resource_version is None else resource_version
        for kind in Kind:
            uids = [line.uid for line in lines if line.kind is kind]
            told = await self.intake.complete(kind, EVERYWHERE, now, uids, self.clock.now)
            assert told is not None, "the store is ahead of the cluster"
            self.told.extend(told)


class Heard(NamedTuple):
    """What is compared: events with their reasons, notifications with their recipients, and how often each came."""

    events: Counter[tuple[str, str]]
    notes: Counter[tuple[str, str, str]]

    def unlike(self, other: Heard) -> dict[str, list[tuple[str, ...]]]:
        """What only one of two heard, or one of them more often."""
        here = [*(self.events - other.events), *(self.notes - other.notes)]
        there = [*(other.events - self.events), *(other.notes - self.notes)]
        return {name: only for name, only in (("told", here), ("not told", there)) if only}


def heard(*told: Told, of: Callable[[Event], bool] = lambda _: True) -> Heard:
    """What processes told together, of some events only."""
    events = [event for one in told for event in one.events if of(event)]
    notes = [note.delivery for one in told for note in one.notes if of(note.event)]
    return Heard(Counter((e.id, e.reason) for e in events), Counter((n.key, n.service, n.recipient) for n in notes))


def stated(event: Event) -> bool:
    """Whether an event is told by state, not by a Kubernetes Event."""
    return event.source == "state"


def by_object(told: Told) -> dict[str, list[str]]:
    """What state told, in order, by the object that changed."""
    found: dict[str, list[str]] = {}
    for event in filter(stated, told.events):
        found.setdefault(event.subject.uid if event.subject else event.uid, []).append(event.id)
    return found


def on_a_store(work: Callable[[Outbox], Awaitable[T]], path: str = ":memory:") -> T:
    """What work on a store comes to."""

    async def whole() -> T:
        store = SqliteOutbox.open(path)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(whole())


def tell(lines: Sequence[Line], config: Config = PLAIN) -> Told:
    """What one process tells that was there from the start and sees every line."""

    async def work(store: Outbox) -> Told:
        reader = Reader(store, config)
        await reader.list([])
        await reader.read_all(lines)
        return reader.told

    return on_a_store(work)


@functools.cache
def whole(name: str) -> Told:
    """What is told of a recording and its end."""
    return tell(ended(name))


@functools.cache
def whole_with_conditions(name: str) -> Told:
    """What is told of a recording and its end where there are conditions."""
    return tell(ended(name), CONDITIONS)
