"""What differs in when triggers fire: Argo has two paths with opposite meanings of an empty condition. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from notifier.config.schema import Config, Trigger
from notifier.migration.expressions import Step
from notifier.migration.report import Verdict
from notifier.reasons import EVENT_REASONS, OURS

Remark = tuple[Verdict, str]

_STEP_COMPLETED = "RolloutStepCompleted"
_ON = "on-"
_TRUER = {
    "ScalingReplicaSet": "told once for each change of size, with the true numbers",
    "RolloutAborted": "told once, where Argo tells a passed deadline twice",
    _STEP_COMPLETED: "told for every step, also for those that Argo forgets",
}
"""Where Argo's own telling of a reason is at fault."""


def reasons(template: str, config: Config) -> frozenset[str]:
    """What a template is sent for, "" is a condition that holds."""
    sending = (t for t in config.triggers.values() if any(template in c.send for c in t.conditions))
    return frozenset(reason for t in sending for reason in {*t.on, *([""] if t.is_watched else [])})


def step(template: str, config: Config) -> Step:
    """Which step index Argo's templates see where a template is sent."""
    found = reasons(template, config)
    if _STEP_COMPLETED not in found:
        return Step.CURRENT if found else Step.EITHER
    return Step.COMPLETED if found == {_STEP_COMPLETED} else Step.EITHER


def remarks(trigger: Trigger) -> Iterator[Remark]:
    """What is to be said of a trigger that is kept."""
    conditional = [condition for condition in trigger.conditions if condition.when]
    if trigger.on:
        yield from _of_reason(trigger, conditional=bool(conditional))
    else:
        yield from _of_state(trigger, conditional=len(conditional))
    if any(not condition.send for condition in trigger.conditions):
        yield Verdict.CHANGED, "it names no template: Argo sends an empty message, here it says what happened"


def _of_reason(trigger: Trigger, *, conditional: bool) -> Iterator[Remark]:
    (reason, *_) = trigger.on
    if reason in OURS:
        there = "when its condition becomes true" if conditional else "never"
        yield Verdict.CHANGED, f"Argo has no event {reason}, there it fires {there}; here it waits for that to happen"
        return
    if trigger.also_watched:
        yield (
            Verdict.KEPT,
            "fires when its condition becomes true, event or no event; what holds already is learned silently",
        )
    elif conditional:
        why = "Argo judges `when` by the status of before, and may send twice; here once, as soon as it holds"
        yield Verdict.CHANGED, f"{why} after {reason}, for the same revision"
    if any(condition.once_per for condition in trigger.conditions) and not trigger.also_watched:
        yield Verdict.CHANGED, "Argo ignores `oncePer` of an event; here it counts, per revision"
    if reason in _TRUER and not trigger.also_watched:
        yield Verdict.CHANGED, _TRUER[reason]
    if reason in EVENT_REASONS:
        yield Verdict.KEPT, f"{reason} leaves no trace but a Kubernetes Event, which may be missed"


def _of_state(trigger: Trigger, *, conditional: int) -> Iterator[Remark]:
    if conditional:
        yield Verdict.KEPT, "fires when its condition becomes true; what holds already is learned silently"
        if conditional < len(trigger.conditions):
            yield Verdict.BROKEN, "a condition without `when` never fires beside one that has it: no event is named so"
    elif trigger.name.startswith(_ON):
        yield Verdict.KEPT, "fires for a Kubernetes Event whose reason gives this name; no reason is known that does"
    else:
        yield Verdict.BROKEN, "it can never fire, nor could it in Argo: it has no `when`, and no event is named so"
