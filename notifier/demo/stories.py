"""The stories the demo plays: what a controller wrote, subscribed by the demo, moved to now and made brisk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from notifier import times
from notifier.demo.expectations import IN_ORDER, SCALING, Expectation
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.reasons import trigger_name
from notifier.sandbox.player import Line, recast
from notifier.sandbox.stories.scripts import Written

FASTER = 8.0
"""How many times faster than it happened a story is played."""
LONGEST = 1.0
"""Seconds for which nothing may happen."""
SLOWEST = 1 / FASTER
"""The pace at which a story takes as long as it took; any slower, and pauses would be over before they are told."""
WEBHOOK, SLACK, EMAIL = "webhook", "slack", "email"
"""Types of services."""
HOOK = "demo"
"""What the webhook is called in annotations; of the other types there is one service each, called like the type."""

TEAM = (
    *("RolloutUpdated", "RolloutPaused", "RolloutCompleted", "RolloutAborted"),
    "RolloutRolledBack",
    "AnalysisRunFailed",
)
"""What a team reads in its channel."""
_MACHINES = (*IN_ORDER, "RolloutRolledBack")
"""All but scaling, which would be every other message; and how a rollback ends."""
_MAILBOX = ("RolloutCompleted", "RolloutAborted", "RolloutRolledBack")


class Subscription(NamedTuple):
    """What is told at a service, there to whom, and of which reasons."""

    service: str
    recipient: str
    reasons: tuple[str, ...]

    def annotations(self) -> dict[str, str]:
        """How a Rollout asks for it."""
        keys = (f"subscribe.{trigger_name(reason)}.{self.service}" for reason in self.reasons)
        return {f"{ANNOTATION_PREFIX}{key}": self.recipient for key in keys}


class Source(Protocol):
    """Where a story's lines come from."""

    def written(self, start: float) -> Written:
        """What was there before the story, and the story, as if it began at `start` (seconds since the epoch)."""


class Story(NamedTuple):
    """What happens to a Rollout, and its cast: `renamed` are texts of the source and what stands for them.

    `channel` says what the team wants to read in Slack; machines are told all that is expected of a `whole` story.
    """

    name: str
    title: str
    namespace: str
    rollout: str
    source: Source
    expectation: Expectation
    renamed: tuple[tuple[str, str], ...] = ()
    channel: tuple[str, ...] = TEAM
    whole: bool = False
    origin: str = ""

    @property
    def subscriptions(self) -> dict[str, Subscription]:
        """Who is told, by the type of service: a machine, the team's channel, the team's mailbox."""
        others = (reason for reason in self.expectation.others if reason not in IN_ORDER)
        machines = tuple(dict.fromkeys((*IN_ORDER, SCALING, *others))) if self.whole else _MACHINES
        return {
            WEBHOOK: Subscription(HOOK, "", machines),
            SLACK: Subscription(SLACK, self.namespace, self.channel),
            EMAIL: Subscription(EMAIL, f"release@{self.namespace}.example", _MAILBOX),
        }

    def expects(self, service: str) -> Expectation:
        """What a type of service is to be told."""
        return self.expectation.of(self.subscriptions[service].reasons)

    def expected(self, service: str) -> list[str]:
        """The reasons a type of service is to be told: what has an order in it, then the others."""
        return self.expects(service).all()

    def lines(self, start: float) -> Iterator[Line]:
        """What to play, as if it began at `start` (seconds since the epoch), at a brisk pace.

        Times in objects keep their recorded distances and run ahead of the clock. So no timed pause is over before its
        message is sent, and pauses that begin in different seconds, which tells them apart, go on doing so.
        """
        return brisk(self.recorded(start))

    def recorded(self, start: float) -> Iterator[Line]:
        """What to play at the pace at which it happened.

        The Rollout is subscribed when the story begins: what was there before is nobody's business.
        """
        before, story = self.source.written(start)
        asked = {key: to for one in self.subscriptions.values() for key, to in one.annotations().items()}
        yield from self._cast(before, {})
        yield from self._cast(story, asked)

    def _cast(self, lines: Iterable[Line], annotations: dict[str, str]) -> Iterator[Line]:
        for line in recast(map(self._named, lines), namespace=self.namespace, drop_subscriptions=True):
            yield _subscribed(line, annotations) if line.object["kind"] == Kind.ROLLOUT else line

    def _named(self, line: Line) -> Line:
        raw = msgspec.json.encode(line.object)
        for recorded, name in self.renamed:
            raw = raw.replace(recorded.encode(), name.encode())
        return line._replace(object=msgspec.json.decode(raw))


def brisk(lines: Iterable[Line]) -> Iterator[Line]:
    """Bring lines closer together, `FASTER` and `LONGEST`; what is in their objects stays."""
    at = before = 0.0
    for line in lines:
        seen = times.seconds(line.ts) or before
        at += min((seen - before) / FASTER, LONGEST) if before else seen
        before = seen
        yield line._replace(ts=times.text(at))


def _subscribed(line: Line, annotations: dict[str, str]) -> Line:
    metadata = line.object["metadata"]
    asked = (metadata.get("annotations") or {}) | annotations
    return line._replace(object={**line.object, "metadata": {**metadata, "annotations": asked}})
