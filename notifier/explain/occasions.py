"""What arms an event trigger, and whether that is so now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from notifier.config.schema import Config, Trigger
from notifier.explain.explanation import Occasion
from notifier.explain.subject import Situation
from notifier.model import Event
from notifier.reasons import PHASES, trigger_name
from notifier.rollouts.digests import RolloutDigest
from notifier.validation import made

_STATES = {
    "RolloutUpdated": "an update is under way",
    "RolloutPromotedFully": "its update is promoted fully",
    "RolloutCompleted": "its revision is the stable one",
    "RolloutAborted": "its update is aborted",
    "ProgressDeadlineExceeded": "its update makes no progress in time",
    "InvalidSpec": "its spec is refused",
    "RolloutDegraded": "the Rollout is Degraded",
    "RolloutPaused": "its update waits",
    "RolloutManuallyPaused": "a person has paused it",
    "RolloutHealthy": "the Rollout is Healthy",
    **{f"AnalysisRun{phase}": f"an AnalysisRun of its revision is {phase}" for phase in PHASES},
    **{f"Experiment{phase}": f"an Experiment of its revision is {phase}" for phase in PHASES},
}
"""The reasons that name a state which lasts, and how a Rollout then is. The others name moments."""


class Occurrence(NamedTuple):
    """What arms a trigger: `clause` says it, `is_state` whether that lasts, `now` whether it is so.

    `last` is the last time it happened, as far as the store knows, `event` what shows best what the trigger says.
    """

    clause: str
    is_state: bool
    now: bool
    last: Event | None
    event: Event | None
    occasion: Occasion


def is_armed_by_events(trigger: Trigger, config: Config) -> bool:
    """Whether nothing but an event makes it fire; else its conditions are watched."""
    return trigger.name not in config.watched


def occurrence(trigger: Trigger, config: Config, now: Situation) -> Occurrence:
    """How a trigger that is armed by events stands."""
    reasons = sorted(trigger.on)
    last = now.last(lambda reason: reason in trigger.on or (not reasons and trigger_name(reason) == trigger.name))
    so = [reason for reason in reasons if _is_so(reason, now)]
    event, occasion = example(so or reasons, now)
    # What happened to an older revision shows less than what is so now.
    if last and (not so or (last.reason in so and last.revision == (now.digest.revision or None))):
        event, occasion = last, "happened"
    return Occurrence(_clause(trigger, config), set(reasons) <= _STATES.keys(), bool(so), last, event, occasion)


def _is_so(reason: str, now: Situation) -> bool:
    """Whether the present state is what a reason names."""
    return reason in _STATES and reason in now.present and (reason != "RolloutUpdated" or _is_updating(now.digest))


def _is_updating(digest: RolloutDigest) -> bool:
    """Whether an update is under way; the new revision is written before the status speaks of it."""
    return digest.under_way or not digest.stable or digest.hash_revision != digest.revision


def example(reasons: Sequence[str], now: Situation) -> tuple[Event | None, Occasion]:
    """An event of one of some reasons: what is so now before what the present only tells of, else a made-up one.

    None stands for what cannot happen to such a Rollout.
    """
    told = [reason for reason in reasons if reason in now.present]
    if told:
        return now.present[next((reason for reason in told if _is_so(reason, now)), told[0])], "present"
    examples = (made.event(now.digest, reason, "") for reason in reasons)
    return next(filter(None, examples), None), "made-up"


def _clause(trigger: Trigger, config: Config) -> str:
    if not trigger.on:
        return f"when a Kubernetes Event is written whose reason in kebab case is {trigger.name.removeprefix('on-')}"
    return " or ".join(_told(reason, config) for reason in sorted(trigger.on))


def _told(reason: str, config: Config) -> str:
    """When a reason is told, in words."""
    if reason in _STATES:
        return f"when {_STATES[reason]}"
    namesake = config.triggers.get(trigger_name(reason))
    return f"on {reason}{f' ({namesake.description})' if namesake and namesake.description else ''}"
