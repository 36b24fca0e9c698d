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
SERVICE = "demo"
"""What the receiver is called in annotations."""

_TOLD = (
    *("RolloutUpdated", "RolloutStepCompleted", "RolloutPaused", "RolloutCompleted", "RolloutAborted"),
    *("AnalysisRunRunning", "AnalysisRunFailed", "AnalysisRunError"),
)
"""Whatever Argo has a trigger for, but scaling: that would be every other message."""
_SUBSCRIPTIONS = {f"{ANNOTATION_PREFIX}subscribe.{trigger_name(reason)}.{SERVICE}": "" for reason in _TOLD}
_FOLDER = resources.files("notifier.demo") / "stories"


class Story(NamedTuple):
    """A recording and its cast: `renamed` are texts of the recording and what stands for them."""

    name: str
    title: str
    namespace: str
    rollout: str
    renamed: tuple[tuple[str, str], ...]

    def expected(self) -> list[str]:
        """The reasons that are to be told, in Argo's order and then what we tell beyond Argo."""
        known = _expectations()[self.name]
        return [*known["order"], *Counter(known.get("more", {})).elements()]

    def lines(self, start: float) -> Iterator[Line]:
        """What to play, as if it began at `start` (seconds since the epoch).

        Kubernetes Events are left out: the daemon does not need them, and the last come minutes after the rest.
        Times in objects keep their recorded distances and run ahead of the clock. So no timed pause is over before its
        message is sent, and pauses that begin in different seconds, which tells them apart, go on doing so.
        """
        with resources.as_file(_FOLDER / f"{self.name}.jsonl.gz") as path:
            states = [line for line in load(path) if line.object["kind"] != Kind.EVENT]
        named = (self._named(line) for line in states)
        cast = recast(named, namespace=self.namespace, annotate=_SUBSCRIPTIONS, drop_subscriptions=True)
        return brisk(retime(cast, start=start))

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
    ),
    Story(
        "s001-basic-canary-narrative",
        "One update completes, the next is aborted by hand and rolled back",
        "web",
        "storefront",
        (("argoproj/rollouts-demo", "web/storefront"), ("rollouts-demo", "storefront")),
    ),
)
