"""Judging every condition once, on the made-up Rollout: what an expression is wrong about shows only then. Pure.

What may be there on another Rollout is no mistake: a condition that meets nil is false, as in Argo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from notifier import expr
from notifier.config.schema import Config, Trigger, bare, scope_of
from notifier.errors import ExpressionError
from notifier.model import Problem
from notifier.secrets import SecretNames
from notifier.validation import made, places

_OF_THE_DATA = re.compile(r"\bnil\b(?!: it is no function)|out of range")


def problems(config: Config, texts: Mapping[str, str], written_in: str) -> Iterator[Problem]:
    """The conditions in a ConfigMap's texts that cannot be judged, whatever the Rollout."""
    for trigger in config.triggers.values():
        text = texts.get(key := f"trigger.{bare(trigger.name)}")
        for index, name, why in _faults(trigger, config) if text is not None else ():
            said = f"`{name}` cannot be evaluated: {why.message} (column {why.column})"
            yield Problem(written_in, key, said, places.in_condition(str(text), index, name, why.line))


def _faults(trigger: Trigger, config: Config) -> Iterator[tuple[int, str, ExpressionError]]:
    variables = _variables(trigger, config)
    for index, condition in enumerate(trigger.conditions):
        for name, expression in (("when", condition.when), ("oncePer", condition.once_per)):
            why = _fault(expression, variables) if expression else None
            if why and not _OF_THE_DATA.search(why.message):
                yield index, name, why


def _fault(expression: expr.Expression, variables: Mapping[str, Any]) -> ExpressionError | None:
    try:
        expression.evaluate(variables, made.NOW)
    except ExpressionError as error:
        return error
    return None


def _variables(trigger: Trigger, config: Config) -> dict[str, Any]:
    """What a trigger's conditions see, of the first of its reasons."""
    event = made.event(made.SAMPLE.digest, min(trigger.on, default=""), "")
    return {
        "rollout": made.plain(made.SAMPLE.rollout),
        "analysisRuns": [made.plain(made.ANALYSIS_RUN)],
        "event": msgspec.to_builtins(event) if trigger.on else None,
        "context": config.context,
        "secrets": SecretNames(config.secrets_of(scope_of(trigger.name)), scope_of(trigger.name)),
    }
