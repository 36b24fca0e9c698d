"""`rollouts-notifier demo`."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from notifier import logs
from notifier.demo.catalogue import by_default, plain, stories
from notifier.demo.performance import Programme, follow, perform
from notifier.demo.screen import Lines, Page, Screen
from notifier.demo.stories import SLOWEST, Story
from notifier.errors import NotifierError
from notifier.kube.transport import Cluster
from notifier.spelling import hint

_Result = TypeVar("_Result")

_ALL = "all"
_SANDBOX = ("scenario", "ends", "port", "recordings", "speed")
"""Options that mean nothing where a cluster is somebody's own."""
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--scenario", metavar="NAME|all", help="Play one story, or all that --list shows, with everything they tell."
)
@click.option("--list", "lists", is_flag=True, help="List the stories: where they come from, what they show.")
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
    type=_FOLDER,
    help="In the end, write there how Slack and a mail program show what arrived: slack.html, mail.html.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where the cluster is served; 0 takes a free one."
)
@click.option(
    "--recordings",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where recordings are, if not in a checkout's tests/recordings.",
)
@click.option(
    "--kubeconfig",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Play nothing: follow what people do in this cluster.",
)
@click.option("--context", default="", help="A context of the kubeconfig; empty: its current one.")
@click.pass_context
def command(
    ctx: click.Context, /, *, as_json: bool, verbose: bool, kubeconfig: str | None, context: str, **given: Any
) -> None:
    """Play three Rollouts to a daemon and show every message as its receiver got it. Needs no cluster.

    A cluster, the daemon, and receivers like a webhook's, Slack and a mail server run in this process, on loopback;
    what happens was recorded from a real Argo Rollouts controller. Unless --exit is given all stays up until Ctrl-C, to
    be looked at with kubectl. With --kubeconfig the cluster is your own.
    """
    screen = Lines(verbose=verbose) if as_json else Page(verbose=verbose)
    logs.configure("console", "warning", tuple)
    try:
        if kubeconfig or context:
            cluster = _own_cluster(ctx, Cluster(kubeconfig=kubeconfig or "", context=context))
            asyncio.run(_until_stopped(lambda stop: follow(cluster, screen, stop, given["look"])))
        else:
            _play(screen, as_json=as_json, **given)
    except NotifierError as error:
        raise click.ClickException(str(error)) from error


def _play(
    screen: Screen, *, scenario: str | None, lists: bool, recordings: Path | None, as_json: bool, **given: Any
) -> None:
    """Play what was asked for, or list what could be."""
    known = stories(recordings)
    if lists:
        _list(known.values(), as_json=as_json)
        return
    programme = Programme(_chosen(scenario, known), **given)
    verdict = asyncio.run(_until_stopped(lambda stop: perform(programme, screen, stop)))
    if programme.ends and not verdict.good:
        raise click.exceptions.Exit(1)


def _chosen(scenario: str | None, known: Mapping[str, Story]) -> tuple[Story, ...]:
    """The stories of a name, which may have dashes for dots. Raises click.UsageError if there is none."""
    if scenario is None:
        return by_default()
    if scenario == _ALL:
        return tuple(known.values())
    found = [story for name, story in known.items() if plain(name) == plain(scenario)]
    if not found:
        raise click.UsageError(f"there is no scenario {scenario!r} (--list shows all){hint(scenario, [_ALL, *known])}")
    return tuple(found)


def _list(known: Iterable[Story], *, as_json: bool) -> None:
    for story in known:
        shows = {reason: count for reason, count in Counter(story.expectation.all()).items() if count}
        if as_json:
            line = {"name": story.name, "title": story.title, "origin": story.origin, "shows": shows}
            click.echo(msgspec.json.encode(line))
            continue
        told = ", ".join(f"{count} {reason}" if count > 1 else reason for reason, count in shows.items())
        click.echo(f"{story.name:<42}{story.origin:<11}{story.title}")
        click.secho(f"{'':<53}{told}", dim=True)


def _own_cluster(ctx: click.Context, cluster: Cluster) -> Cluster:
    """Somebody's own cluster. Raises click.UsageError where it is not said which, or an option needs the sandbox."""
    if not cluster.kubeconfig:
        raise click.UsageError("--context is of a kubeconfig: say which with --kubeconfig.")
    for parameter in ctx.command.params:
        given = parameter.name and ctx.get_parameter_source(parameter.name)
        if parameter.name in _SANDBOX and given is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} is about stories, and with --kubeconfig none is played.")
    return cluster


async def _until_stopped(work: Callable[[asyncio.Event], Coroutine[Any, Any, _Result]]) -> _Result:
    """Work, with an event that SIGTERM or Ctrl-C sets."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await work(stop)
