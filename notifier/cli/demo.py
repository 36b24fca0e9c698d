"""`rollouts-notifier demo`."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import click

from notifier import logs
from notifier.demo.audience import Verdict
from notifier.demo.performance import Programme, perform
from notifier.demo.screen import Lines, Page, Screen
from notifier.demo.stories import SLOWEST, STORIES
from notifier.errors import NotifierError

_ALL = "all"


@click.command()
@click.option(
    "--scenario",
    type=click.Choice([_ALL, *(story.name for story in STORIES)]),
    default=_ALL,
    show_default=True,
    help="Which story to play.",
)
@click.option(
    "--speed", type=click.FloatRange(min=SLOWEST), default=1.0, help="How many times faster than in half a minute."
)
@click.option(
    "--exit", "ends", is_flag=True, help="End after the last story; exit code 1 if messages are missing or too many."
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON per delivery, and a summary.")
@click.option("--verbose", is_flag=True, help="Show requests and messages whole.")
@click.option(
    "--look",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="In the end, write there how Slack and a mail program show what arrived: slack.html, mail.html.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where the cluster is served; 0 takes a free one."
)
def command(*, scenario: str, as_json: bool, verbose: bool, **given: Any) -> None:
    """Play three Rollouts to a daemon and show every message as its receiver got it. Needs no cluster.

    A cluster, the daemon, and receivers like a webhook's, Slack and a mail server run in this process, on loopback;
    what happens was recorded from a real Argo Rollouts controller. Unless --exit is given all stays up until Ctrl-C, to
    be looked at with kubectl.
    """
    stories = [story for story in STORIES if scenario in {_ALL, story.name}]
    screen = Lines(verbose=verbose) if as_json else Page(verbose=verbose)
    logs.configure("console", "warning", tuple)
    try:
        programme = Programme(stories, **given)
        verdict = asyncio.run(_run(programme, screen))
    except NotifierError as error:
        raise click.ClickException(str(error)) from error
    if programme.ends and not verdict.good:
        raise click.exceptions.Exit(1)


async def _run(programme: Programme, screen: Screen) -> Verdict:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await perform(programme, screen, stop)
