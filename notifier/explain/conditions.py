"""A trigger's conditions, judged now, each with the tree of its values."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from notifier import expr, times
from notifier.config.schema import Condition, Trigger, scope_of
from notifier.errors import ExpressionError
from notifier.explain.explanation import Judged, Part
from notifier.explain.subject import Situation
from notifier.model import Event
from notifier.spelling import nearest
from notifier.triggers import Judge
from notifier.validation import made

_PATH = re.compile(r"\w+(?:\??\.\w+)+", re.ASCII)
_LONGEST = 200
"""How many characters of a value are shown."""


class Occasioned(NamedTuple):
    """A trigger at an event, None where its conditions are watched."""

    trigger: Trigger
    event: Event | None


def judged(about: Occasioned, condition: Condition, now: Situation, at: float) -> Judged:
    """How one condition stands, and what is remembered of it."""
    variables = now.variables(about.event, scope_of(about.trigger.name))
    judge = Judge(lambda: variables, at, [], Counter())
    watching = now.memory.watching.get(condition.key)
    fired = bool(watching and watching.fired)
    return Judged(
        holds=judge.holds(about.trigger, condition),
        when=_explained(condition.when, variables, at),
        since=times.text(since) if (since := _since(about, condition, now)) else "",
        hold=condition.hold,
        fired=fired and about.event is None,
        once_per=_explained(condition.once_per, variables, at),
        used=_is_used(judge.once(condition), about.event, now.memory.once.get(condition.key, ())),
        send=condition.send,
    )


def _since(about: Occasioned, condition: Condition, now: Situation) -> float:
    """Since when a condition holds, in seconds since the epoch; 0 is unknown."""
    armed = now.armed(about.trigger.name)
    if armed:
        return armed.since.get(condition.key, 0.0)
    watching = now.memory.watching.get(condition.key)
    return watching.since if watching and watching.holds else 0.0


def _is_used(value: str, event: Event | None, used: tuple[str, ...]) -> bool:
    """Whether a value of `oncePer` was told already: of an event it is told once in each revision."""
    return bool(value) and (f"{value}/{event.revision}" if event else value) in used


def _explained(expression: expr.Expression | None, variables: Mapping[str, Any], at: float) -> Part | None:
    return _part(expression.explained(variables, at), variables) if expression else None


def _part(found: expr.Part, variables: Mapping[str, Any]) -> Part:
    parts = tuple(_part(part, variables) for part in found.parts)
    text = " ".join(found.text.split())
    if isinstance(found.outcome, ExpressionError):
        return Part(text, error=str(found.outcome) if found.reached else "", parts=parts)
    meant = _meant(text, variables) if found.outcome is None else ""
    return Part(text, _short(found.outcome), meant=meant, parts=parts)


def _short(value: Any) -> str:
    """A value as JSON, cut where it is long; what JSON does not have, such as a time, is written as it prints."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _meant(path: str, variables: Mapping[str, Any]) -> str:
    """The right name for the misspelt one in a path that leads to nothing, "" where none is."""
    value: Any = variables
    for key in re.split(r"\??\.", path) if _PATH.fullmatch(path) else ():
        if not isinstance(value, Mapping) or (key not in value and key in _FIELDS):
            return ""
        if key not in value:
            return nearest(key, [*value, *_FIELDS])
        value = value[key]
    return ""


def _names(value: Any) -> Iterator[str]:
    """The names of all fields in an object."""
    if isinstance(value, Mapping):
        yield from value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _names(inner)


_FIELDS = frozenset({*_names([made.SAMPLE.rollout, made.ANALYSIS_RUN]), *Event.__struct_fields__})
"""Fields that objects and events can have, though one does not have them now."""
