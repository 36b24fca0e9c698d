"""The one sentence that says how a subscription and a trigger stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notifier import times
from notifier.explain.explanation import Judged, Part, Verdict
from notifier.explain.occasions import Occurrence


def verdict(conditions: Sequence[Judged], *, so: bool) -> Verdict:
    """How a trigger stands that could be told; `so` tells that what arms it is so now."""
    if so and any(one.holds for one in conditions):
        return Verdict.MATCHES
    return Verdict.FAILS if any(error(one) for one in conditions) else Verdict.WAITS


def of_event(occurrence: Occurrence, conditions: Sequence[Judged], armed: str) -> str:
    """Of a trigger that is armed by events."""
    now = ("that is so now" if occurrence.now else "it is not so now") if occurrence.is_state else ""
    last = f"last at {occurrence.last.ts}" if occurrence.last else ""
    waits = f"one of {armed} waits for its condition" if armed else ""
    conditional = any(one.when for one in conditions)
    condition = "its condition " + _condition(conditions) if conditional else ""
    return "; ".join(filter(None, (f"fires {occurrence.clause}", now, last, waits, condition)))


def of_state(conditions: Sequence[Judged]) -> str:
    """Of a trigger whose conditions are watched."""
    return f"its condition {_condition(conditions)}"


def error(one: Judged) -> str:
    """Why a condition cannot be evaluated, "" where it can."""
    return one.when.error if one.when else ""


def _condition(conditions: Sequence[Judged]) -> str:
    """How a trigger's conditions stand together: the most telling one."""
    holding = [one for one in conditions if one.holds]
    if holding:
        return _holding(next((one for one in holding if not one.used and not one.fired), holding[0]))
    failing = next(filter(error, conditions), None)
    if failing and failing.when:
        return f"is false, because {error(failing)}{_misspelt(failing.when)}"
    return f"does not hold now{_culprits(conditions)}"


def _holding(one: Judged) -> str:
    since = f" since {one.since}" if one.since else " now"
    if one.used:
        return f"holds{since}, but this value of oncePer was told already"
    if one.fired:
        return f"holds{since}, and was told when it began to: it is told again only after it ceased to hold"
    return f"holds{since}{_until(one)}"


def _until(one: Judged) -> str:
    if not one.hold:
        return ""
    began = times.seconds(one.since)
    return f", and must for {one.hold:g} s" + (f", until {times.text(began + one.hold)}" if began else "")


def _misspelt(part: Part) -> str:
    """The first misspelt name in a condition, with the right one."""
    if part.meant:
        return f"; {part.text} is {value(part)}"
    return next(filter(None, map(_misspelt, part.parts)), "")


def _culprits(conditions: Iterable[Judged]) -> str:
    """What makes conditions false, in short: the innermost part that is, with what it is made of."""
    found = [text for one in conditions if one.when and (text := _culprit(one.when))]
    return f": {'; '.join(found)}" if found else ""


def _culprit(part: Part) -> str:
    false = next((inner for inner in part.parts if inner.value == "false" and inner.parts), None)
    if false:
        return _culprit(false)
    return ", ".join(f"{inner.text} is {value(inner)}" for inner in part.parts if inner.value)


def value(part: Part) -> str:
    """A part's value, with the name that was meant where a misspelt one has none; or why there is no value."""
    if part.meant:
        return f"{part.value} (did you mean {part.meant!r}?)"
    return part.value or (f"no value: {part.error}" if part.error else "not looked at")
