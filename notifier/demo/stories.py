"""The stories the demo plays: what a real controller wrote, with names to follow, moved to now and made brisk."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from notifier import times
from notifier.model import ANNOTATION_PREFIX, Kind
from notifier.reasons import trigger_name
from notifier.sandbox.player import Line, load, recast, retime

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

_MACHINES = (
    *("RolloutUpdated", "RolloutStepCompleted", "RolloutPaused", "RolloutCompleted", "RolloutAborted"),
    *("AnalysisRunRunning", "AnalysisRunFailed", "AnalysisRunError", "RolloutRolledBack"),
)
"""Whatever Argo has a trigger for, but scaling: that would be every other message; and how a rollback ends."""
_TEAM = (
    *("RolloutUpdated", "RolloutPaused", "RolloutCompleted", "RolloutAborted"),
    "RolloutRolledBack",
    "AnalysisRunFailed",
)
"""What a team reads in its channel, some with `_STEPS`."""
_STEPS = ("RolloutStepCompleted",)
_MAILBOX = ("RolloutCompleted", "RolloutAborted", "RolloutRolledBack")
_FOLDER = resources.files("notifier.demo") / "stories"


class Subscription(NamedTuple):
    """What is told at a service, there to whom, and of which reasons."""

    service: str
    recipient: str
    reasons: tuple[str, ...]

    def annotations(self) -> dict[str, str]:
        """How a Rollout asks for it."""
        keys = (f"subscribe.{trigger_name(reason)}.{self.service}" for reason in self.reasons)
        return {f"{ANNOTATION_PREFIX}{key}": self.recipient for key in keys}


class Story(NamedTuple):
    """A recording and its cast: `renamed` are texts of the recording and what stands for them.

    `channel` says what the team wants to read in Slack.
    """

    name: str
    title: str
    namespace: str
    rollout: str
    renamed: tuple[tuple[str, str], ...]
    channel: tuple[str, ...] = _TEAM

    @property
    def subscriptions(self) -> dict[str, Subscription]:
        """Who is told, by the type of service: a machine, the team's channel, the team's mailbox."""
        return {
            WEBHOOK: Subscription(HOOK, "", _MACHINES),
            SLACK: Subscription(SLACK, self.namespace, self.channel),
            EMAIL: Subscription(EMAIL, f"release@{self.namespace}.example", _MAILBOX),
        }

    def expected(self, service: str) -> list[str]:
        """The reasons a type of service is to be told, in Argo's order and then what Argo never tells."""
        known = _expectations()[self.name]
        told = [*known["order"], *Counter(known["also"]).elements()]
        return [reason for reason in told if reason in self.subscriptions[service].reasons]

    def lines(self, start: float) -> Iterator[Line]:
        """What to play, as if it began at `start` (seconds since the epoch), at a brisk pace.

        Times in objects keep their recorded distances and run ahead of the clock. So no timed pause is over before its
        message is sent, and pauses that begin in different seconds, which tells them apart, go on doing so.
        """
        return brisk(self.recorded(start))

    def recorded(self, start: float) -> Iterator[Line]:
        """What to play at the pace at which it happened.

        Kubernetes Events are left out: the daemon does not need them, and the last come minutes after the rest.
        """
        with resources.as_file(_FOLDER / f"{self.name}.jsonl.gz") as path:
            states = [line for line in load(path) if line.object["kind"] != Kind.EVENT]
        named = (self._named(line) for line in states)
        asked = {key: to for one in self.subscriptions.values() for key, to in one.annotations().items()}
        cast = recast(named, namespace=self.namespace, annotate=asked, drop_subscriptions=True)
        return retime(cast, start=start)

    def _named(self, line: Line) -> Line:
        raw = msgspec.json.encode(line.object)
        for recorded, name in self.renamed:
            raw = raw.replace(recorded.encode(), name.encode())
        return line._replace(object=msgspec.json.decode(raw))


@functools.cache
def _expectations() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((_FOLDER / "expect.json").read_bytes())
    return found


def brisk(lines: Iterable[Line]) -> Iterator[Line]:
    """Bring lines closer together, `FASTER` and `LONGEST`; what is in their objects stays."""
    at = before = 0.0
    for line in lines:
        seen = times.seconds(line.ts) or before
        at += min((seen - before) / FASTER, LONGEST) if before else seen
        before = seen
        yield line._replace(ts=times.text(at))


STORIES = (
    Story(
        "s002-2-2-4-istio-vs",
        "A canary waits for a person twice, is promoted twice, completes",
        "shop",
        "checkout",
        (("ghcr.io/ssup2/mock-go-server", "shop/checkout"), ("mock-server", "checkout")),
    ),
    Story(
        "s002-2-2-8-istio-dr-analysis",
        "An update fails its analysis and is aborted; tried again, it completes",
        "payments",
        "ledger",
        (("ghcr.io/ssup2/mock-go-server", "payments/ledger"), ("mock-server", "ledger")),
        channel=_TEAM + _STEPS,
    ),
    Story(
        "s001-basic-canary-narrative",
        "One update completes, the next is aborted by hand and rolled back",
        "web",
        "storefront",
        (("argoproj/rollouts-demo", "web/storefront"), ("rollouts-demo", "storefront")),
    ),
)
