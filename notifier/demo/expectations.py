"""What stories are to tell: as Argo did where they are recorded, else what the scenarios are certain of. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SCALING = "ScalingReplicaSet"
IN_ORDER = (
    *("RolloutUpdated", "RolloutStepCompleted", "RolloutPaused", "RolloutCompleted", "RolloutAborted"),
    *("AnalysisRunRunning", "AnalysisRunFailed", "AnalysisRunError"),
)
"""Whatever Argo has a trigger for, but scaling: how many scalings there are, and when, is its own affair."""


class Expectation(NamedTuple):
    """The reasons that are told in `order`, and how often others are told whenever that is."""

    order: tuple[str, ...]
    others: Mapping[str, int]

    def of(self, reasons: Sequence[str]) -> Expectation:
        """What of it is told to who has asked for some reasons."""
        others = {reason: count for reason, count in self.others.items() if reason in reasons}
        return Expectation(tuple(reason for reason in self.order if reason in reasons), others)

    def all(self) -> list[str]:
        """All that is told: what has an order in it, then the others."""
        return [*self.order, *Counter(self.others).elements()]

    def compare(self, told: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
        """What is missing in what was told, and what is too much; what comes too late or too early is both."""
        ordered = [reason for reason in told if reason in IN_ORDER]
        kept = Counter(_common(self.order, ordered))
        loose = Counter(told) - kept
        others = Counter(self.others)
        return Counter(self.order) - kept + (others - loose), loose - others


def recorded(known: Mapping[str, Any]) -> Expectation:
    """What a recording tells, by its entry in expect.json: as Argo did, but `better`, and `more`, and `also`."""
    order = list(known["order"])
    for reason, count in known.get("better", {}).items():
        for _ in range(order.count(reason) - count):
            del order[len(order) - 1 - order[::-1].index(reason)]
    scaled = {SCALING: known["argo"].get(SCALING, 0)}
    return Expectation(tuple(order), Counter(known["also"]) + Counter(known.get("more", {})) + Counter(scaled))


def certain(reasons: Sequence[str], scaled: int) -> Expectation:
    """What a scenario is certain of, with so many scalings: it does not know into how many steps they fall."""
    return Expectation(tuple(reason for reason in reasons if reason != SCALING), {SCALING: scaled})


def _common(order: Sequence[str], told: Sequence[str]) -> list[str]:
    """What of an order was told in that order."""
    found, position = [], 0
    for reason in order:
        if reason in told[position:]:
            position = told.index(reason, position) + 1
            found.append(reason)
    return found
