"""Judging every condition once, on the made-up Rollout: what an expression is wrong about shows only then. Pure.

What may be there on another Rollout is no mistake: a condition that meets nil is false, as in Argo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from notifier import expr
from notifier.config.schema import Config, Trigger
from notifier.errors import ExpressionError
from notifier.model import Problem
from notifier.secrets import SecretNames
from notifier.spelling import hint
from notifier.validation import made, places

_SEEN = frozenset({"rollout", "analysisRuns", "event", "context", "secrets", "time", "$env"})
_OF_THE_DATA = re.compile(r"\bnil\b(?!: it is no function)|out of range")


def problems(config: Config, texts: Mapping[str, str], written_in: str) -> Iterator[Problem]:
    """The conditions in a ConfigMap's texts that cannot be judged, whatever the Rollout."""
    for trigger in config.triggers.values():
        text = texts.get(key := f"trigger.{trigger.name}")
        for index, name, line, said in _faults(trigger, config) if text is not None else ():
            yield Problem(written_in, key, said, places.in_condition(str(text), index, name, line))


def _faults(trigger: Trigger, config: Config) -> Iterator[tuple[int, str, int, str]]:
    """Of each expression at fault: its condition, its key, the line in it, and what is said."""
    variables = _variables(trigger, config)
    for index, condition in enumerate(trigger.conditions):
        for name, expression in (("when", condition.when), ("oncePer", condition.once_per)):
            if expression and (why := _fault(expression, variables)):
                yield index, name, why.line, f"`{name}` cannot be evaluated: {why.message} (column {why.column})"
            elif expression and (strangers := expression.names - _SEEN):
                unknown = min(strangers)
                yield index, name, 1, f"`{name}` asks for {unknown!r}, which is always nil{hint(unknown, _SEEN)}"


def _fault(expression: expr.Expression, variables: Mapping[str, Any]) -> ExpressionError | None:
    """What is wrong with an expression, and not only with the Rollout made up for it."""
    try:
        expression.evaluate(variables, made.NOW)
    except ExpressionError as error:
        return None if _OF_THE_DATA.search(error.message) else error
    return None


def _variables(trigger: Trigger, config: Config) -> dict[str, Any]:
    """What a trigger's conditions see, of the first of its reasons."""
    event = made.event(made.SAMPLE.digest, min(trigger.on, default=""), "")
    return {
        "rollout": made.plain(made.SAMPLE.rollout),
        "analysisRuns": [made.plain(made.ANALYSIS_RUN)],
        "event": msgspec.to_builtins(event) if trigger.on else None,
        "context": config.context,
        "secrets": SecretNames(config.secrets),
    }
