"""A demo inside the test, and who follows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from notifier.demo.audience import Heard, Verdict
from notifier.demo.catalogue import by_default
from notifier.demo.performance import Programme, perform
from notifier.demo.stage import Stage
from notifier.demo.stories import SLACK, Story
from notifier.demo.visit import Visit

STORY = by_default()[0]._replace(channel=("RolloutUpdated", "RolloutCompleted"))
"""A story that Slack's pace does not make long."""


class Onlooker:
    """A screen that remembers what was on it; `stop` is set once it has heard of a service, `invited` once asked in."""

    def __init__(self, stop_at: str = "") -> None:
        self.stop, self.invited = asyncio.Event(), asyncio.Event()
        self.heards: list[Heard] = []
        self._stop_at = stop_at

    def opening(self, stage: Stage) -> None:
        pass

    def headline(self, number: int, of: int, story: Story) -> None:
        pass

    def heard(self, heard: Heard) -> None:
        self.heards.append(heard)
        if heard.arrival.service == self._stop_at:
            self.stop.set()

    def verdict(self, verdict: Verdict) -> None:
        pass

    def invitation(self, stage: Stage, story: Story) -> None:
        pass

    def visiting(self, visit: Visit) -> None:  # noqa: ARG002  # the protocol's signature
        self.invited.set()


async def watched(look: Path | None, stop_at: str = "") -> tuple[Verdict, list[Heard]]:
    """What a demo of the story comes to, to its end or until something arrives at a service."""
    onlooker = Onlooker(stop_at)
    async with asyncio.timeout(30):
        verdict = await perform(Programme([STORY], 1000, ends=True, look=look), onlooker, onlooker.stop)
    return verdict, onlooker.heards


def in_slack(heards: list[Heard]) -> list[Heard]:
    return [heard for heard in heards if heard.arrival.service == SLACK]
