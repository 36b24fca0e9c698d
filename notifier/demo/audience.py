"""The audience: hears what arrives at every receiver, and whether it is what the stories should have told."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from notifier.demo.arrivals import Arrival
from notifier.demo.stories import Story
from notifier.outbox.protocol import Delivery
from notifier.sandbox.waiting import Waiting


class Told(NamedTuple):
    """That a story told a reason to a receiver; what belongs to no story has "" for both."""

    service: str
    scenario: str
    reason: str


class Heard(NamedTuple):
    """A message that arrived, the story it belongs to, and what it is about; "" where nobody knows."""

    arrival: Arrival
    scenario: str = ""
    namespace: str = ""
    name: str = ""
    reason: str = ""

    @property
    def told(self) -> Told:
        """What it tells."""
        return Told(self.arrival.service, self.scenario, self.reason)


class Verdict(NamedTuple):
    """How what arrived compares to what was expected; a message that repeats a key is unexpected."""

    scenarios: list[str]
    expected: int
    delivered: int
    missing: list[Told]
    unexpected: list[Told]

    @property
    def good(self) -> bool:
        """Whether everything arrived, and nothing else."""
        return not self.missing and not self.unexpected


def judge(stories: Sequence[Story], heard: Sequence[Heard]) -> Verdict:
    """Compare what was heard with what was asked for; what Argo tells in an order is to come in it."""
    said = _said(heard)
    expected, missing, unexpected = 0, list[Told](), _repeated(heard)
    for story, service in [(one, service) for one in stories for service in one.subscriptions]:
        expects = story.expects(service)
        lacking, surplus = expects.compare(said.pop((service, story.name), ()))
        expected += len(expects.all())
        missing += _tell(service, story.name, lacking.elements())
        unexpected += _tell(service, story.name, surplus.elements())
    for (service, scenario), reasons in said.items():
        unexpected += _tell(service, scenario, reasons)
    return Verdict([story.name for story in stories], expected, len(heard), missing, unexpected)


def _said(heard: Iterable[Heard]) -> dict[tuple[str, str], Sequence[str]]:
    """The reasons that were told, in order, by service and scenario; what repeats a key is left out."""
    said: dict[tuple[str, str], list[str]] = {}
    for one in {one.arrival.key: one for one in heard}.values():
        said.setdefault((one.arrival.service, one.scenario), []).append(one.reason)
    return {**said}


def _repeated(heard: Sequence[Heard]) -> list[Told]:
    """What repeats a key."""
    first = Counter(one.told for one in {one.arrival.key: one for one in heard}.values())
    return list((Counter(one.told for one in heard) - first).elements())


def _tell(service: str, scenario: str, reasons: Iterable[str]) -> Iterator[Told]:
    return (Told(service, scenario, reason) for reason in reasons)


class Audience:
    """Follows receivers, hands on what arrives there, and remembers it in `heard`.

    `delivery` finds what a key stands for: people are shown a text, and a text has no reason in it.
    """

    def __init__(
        self,
        stories: Sequence[Story],
        delivery: Callable[[str], Awaitable[Delivery | None]],
        tell: Callable[[Heard], None],
    ) -> None:
        self._scenarios = {story.namespace: story.name for story in stories}
        self._delivery, self._tell = delivery, tell
        self._listening = Waiting()
        self.heard: list[Heard] = []

    async def follow(self, arrivals: AsyncIterator[Arrival]) -> None:
        """Take in messages as they come."""
        async for arrival in arrivals:
            heard = await self._hear(arrival)
            self.heard.append(heard)
            self._tell(heard)
            self._listening.notify()

    async def until(self, holds: Callable[[Sequence[Heard]], bool], within: float) -> bool:
        """Wait until something holds for what was heard; whether it came to hold within so many seconds."""
        try:
            await self._listening.until(lambda: holds(self.heard), within)
        except TimeoutError:
            return False
        return True

    async def _hear(self, arrival: Arrival) -> Heard:
        found = await self._delivery(arrival.key)
        if found is None:
            return Heard(arrival)
        scenario = self._scenarios.get(found.namespace, "")
        return Heard(arrival, scenario, found.namespace, found.name, found.reason or "")
