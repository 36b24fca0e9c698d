"""`rollouts-notifier eval`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import click
import msgspec

from notifier import expr
from notifier.cli import files, jsonlines, objects
from notifier.errors import ExpressionError
from notifier.explain.subject import situation
from notifier.expr.exported import exported
from notifier.rollouts.interpret import UnreadableError


@click.command()
@click.argument("expression", default="")
@click.option("-f", "--file", default="", metavar="FILE", help="The Rollout, and what it owns; - is standard input.")
@click.option("--config-map", default="", metavar="FILE", help="The ConfigMap whose `context` is seen.")
@click.option("--secret", default="", metavar="FILE", help="The Secret beside it; of it names are used only.")
@click.option("--jsonl", is_flag=True, help="Answer lines of standard input instead.")
def command(expression: str, file: str, config_map: str, secret: str, *, jsonl: bool) -> None:
    """Evaluate a condition about one Rollout and print its value as JSON.

    EXPRESSION sees what a trigger's `when` sees. With --jsonl, each line {"expr": TEXT, "env": {…}} of standard input
    is answered with a line {"result": VALUE} or {"error": TEXT}. Exit code 1 if there is no value.
    """
    if jsonl:
        if expression or file:
            raise click.UsageError("--jsonl takes neither EXPRESSION nor --file")
        jsonlines.answer(_Asked, _reply, '{"expr": TEXT, "env": {…}}')
        return
    if not expression or not file:
        raise click.UsageError("give an EXPRESSION and --file, or --jsonl")
    try:
        condition = expr.compile(expression)
        value = exported(condition.evaluate(_variables(file, config_map, secret), time.time()))
    except ExpressionError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _variables(file: str, config_map: str, secret: str) -> Mapping[str, Any]:
    """What a condition sees of the one Rollout in a file. Raises UsageError."""
    subject = objects.subject(file)
    try:
        return situation(subject, files.config(config_map or None, secret or None), time.time()).variables(None)
    except UnreadableError as error:
        raise click.UsageError(f"{file}: {error}") from error


class _Asked(msgspec.Struct, rename={"expression": "expr"}):
    """A line of --jsonl; what it does not see is nil."""

    expression: str
    env: dict[str, Any] = {}


def _reply(asked: _Asked) -> dict[str, Any]:
    return {"result": exported(expr.compile(asked.expression).evaluate(asked.env, time.time()))}
