"""`rollouts-notifier replay`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from contextlib import aclosing

import click
import msgspec

from notifier.cli import files
from notifier.errors import StoreError
from notifier.intake import Told
from notifier.model import Problem
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay, events, notification, printed

_encode = msgspec.json.Encoder().encode


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--events", "as_events", is_flag=True, help="Print what happened, subscribed or not, a line per event.")
@click.option("--kubernetes-events", is_flag=True, help="With --events: also what only Kubernetes Events tell.")
@click.option(
    "--baseline", is_flag=True, help="What comes before the first BOOKMARK was there before: say nothing of it."
)
@click.option("--store", default=":memory:", help="Go on where an earlier run with this file ended.")
@click.option("--config-map", metavar="FILE", help="The ConfigMap to use; without it any service is taken as it comes.")
@click.option("--secret", metavar="FILE", help="The Secret beside it.")
def command(  # click passes options by name
    file: Iterable[bytes],
    store: str,
    config_map: str | None,
    secret: str | None,
    **flags: bool,
) -> None:
    """Read recorded watch events, print the notifications they cause as JSON lines. Sends nothing.

    FILE holds one JSON object a line: {"type": "ADDED|MODIFIED|DELETED|BOOKMARK", "object": {…}, "ts": "…"}; - is
    standard input.
    """
    try:
        outbox = SqliteOutbox.open(store)
    except StoreError as error:
        raise click.UsageError(str(error)) from error
    pipeline = Pipeline(files.config(config_map, secret), withheld=REPLAYED)
    printer = _Printer(as_events=flags["as_events"], kubernetes=flags["kubernetes_events"])
    printer.problems(pipeline.config.problems)
    asyncio.run(_run(outbox, Replay(outbox, pipeline, baseline=flags["baseline"]), file, printer))


async def _run(outbox: SqliteOutbox, replay: Replay, lines: Iterable[bytes], printer: _Printer) -> None:
    try:
        async with aclosing(replay.run(lines)) as told:
            async for one in told:
                printer.print(one)
    finally:
        await outbox.close()


class _Printer:
    """Results to standard output, problems to standard error, each once."""

    def __init__(self, *, as_events: bool, kubernetes: bool) -> None:
        self._as_events, self._kubernetes = as_events, kubernetes
        self._said: set[Problem] = set()

    def print(self, told: Told) -> None:
        lines = (
            [printed(event) for event in events(told, kubernetes=self._kubernetes)]
            if self._as_events
            else [notification(note) for note in told.notes]
        )
        for line in lines:
            sys.stdout.buffer.write(_encode(line) + b"\n")
        self.problems(told.problems)

    def problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if problem not in self._said:
                self._said.add(problem)
                click.echo(str(problem), err=True)
