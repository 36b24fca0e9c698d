"""What the demo shows: blocks to read or lines of JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Protocol

import click
import msgspec

from notifier import times
from notifier.demo.audience import Heard, Told, Verdict
from notifier.demo.stage import Stage
from notifier.demo.stories import SERVICE, Story
from notifier.model import ANNOTATION_PREFIX, Severity

_MARKS: dict[str, tuple[str, str]] = {
    Severity.INFO: ("•", "green"),
    Severity.ACTION_REQUIRED: ("▶", "cyan"),
    Severity.WARNING: ("▲", "yellow"),
    Severity.CRITICAL: ("✖", "red"),
}
_INDENT = " " * 9


class Screen(Protocol):
    """Where the demo is followed."""

    def opening(self, stage: Stage) -> None:
        """All is up."""

    def headline(self, number: int, of: int, story: Story) -> None:
        """A story begins."""

    def heard(self, heard: Heard) -> None:
        """The receiver got a message."""

    def verdict(self, verdict: Verdict) -> None:
        """The stories are over."""

    def invitation(self, stage: Stage, story: Story) -> None:
        """All stays up, with a story's Rollout to play with."""


class Page:
    """Blocks to read, on standard output; `verbose` shows requests' bodies too."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def opening(self, stage: Stage) -> None:
        """Say what is shown, and where to look meanwhile."""
        click.echo("Each block is a request as the receiver got it. The Rollouts it is about:")
        click.echo(f"{_kubectl(stage)} get rollouts -A")

    def headline(self, number: int, of: int, story: Story) -> None:
        """Name a story, its Rollout and its recording."""
        click.secho(f"\n{number}/{of}  {story.title}", bold=True)
        click.echo(f"     {story.namespace}/{story.rollout}, recorded as {story.name}")

    def heard(self, heard: Heard) -> None:
        """Show when, where, how grave and what, and the request in one line."""
        content, request = heard.content, heard.request
        mark, colour = _MARKS.get(content.severity, (" ", "white"))
        click.echo(f"\n{times.text(request.at)[11:19]} ", nl=False)
        click.secho(f"{mark} {content.rollout.namespace}  {content.reason}", fg=colour, bold=True)
        click.echo(textwrap.indent(content.message.strip(), _INDENT))
        click.secho(f"{_INDENT}{request.method} {request.path}  Idempotency-Key: {heard.key}", dim=True)
        if self._verbose:
            click.echo(textwrap.indent(_pretty(heard.body()), _INDENT))

    def verdict(self, verdict: Verdict) -> None:
        """Say what arrived, what did not, what should not have."""
        arrived = verdict.expected - len(verdict.missing)
        nothing = "nothing twice" if verdict.good else f"and {len(verdict.unexpected)} unexpected"
        click.secho(f"\n{arrived} of {verdict.expected} expected messages arrived, {nothing}.", bold=True)
        for name in ("missing", "unexpected"):
            for scenario, reason in getattr(verdict, name):
                click.echo(f"  {name}: {reason} of {scenario or 'no story'}")

    def invitation(self, stage: Stage, story: Story) -> None:
        """Say how to look around and what to try."""
        click.echo(_invitation(stage, story))


class Lines:
    """A line of JSON per delivery and one for the verdict on standard output, the rest on standard error."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def opening(self, stage: Stage) -> None:
        """Say where to look."""
        click.echo(f"{_kubectl(stage)} get rollouts -A", err=True)

    def headline(self, number: int, of: int, story: Story) -> None:
        """Say nothing: every line names its story."""

    def heard(self, heard: Heard) -> None:
        """Print a delivery."""
        content, request = heard.content, heard.request
        _print(
            {
                "ts": times.text(request.at),
                "scenario": heard.scenario,
                "namespace": content.rollout.namespace,
                "name": content.rollout.name,
                "reason": content.reason,
                "severity": content.severity,
                "message": content.message,
                "method": request.method,
                "path": request.path,
                "key": heard.key,
                **({"body": heard.body()} if self._verbose else {}),
            }
        )

    def verdict(self, verdict: Verdict) -> None:
        """Print the summary."""
        _print(verdict._asdict() | {"missing": _objects(verdict.missing), "unexpected": _objects(verdict.unexpected)})

    def invitation(self, stage: Stage, story: Story) -> None:
        """Say how to look around and what to try."""
        click.echo(_invitation(stage, story), err=True)


def _kubectl(stage: Stage) -> str:
    return f"kubectl --server={stage.cluster.url}"


def _invitation(stage: Stage, story: Story) -> str:
    here = f"{_kubectl(stage)} -n {story.namespace}"
    subscribe = f"{here} annotate rollout {story.rollout} {ANNOTATION_PREFIX}subscribe"
    return f"""
Cluster, daemon and receiver stay up until Ctrl-C.

  the Rollouts     {_kubectl(stage)} get rollouts -A
  one of them      {here} describe rollout {story.rollout}
  is all well?     {stage.daemon.health.url}/readyz?verbose
  in numbers       {stage.daemon.health.url}/metrics
  what was sent    rollouts-notifier deliveries list --store {stage.store}

Subscribe to one more thing, then make it happen; the message appears here:
  {subscribe}.on-rollout-manually-paused.{SERVICE}=
  {here} patch rollout {story.rollout} --type merge -p '{{"spec":{{"paused":true}}}}'

Misspell a trigger; `describe` says which one is meant:
  {subscribe}.on-rollout-pausd.{SERVICE}="""


def _pretty(body: Any) -> str:
    return body if isinstance(body, str) else msgspec.json.format(msgspec.json.encode(body)).decode()


def _objects(told: Sequence[Told]) -> list[dict[str, str]]:
    return [one._asdict() for one in told]


def _print(value: Any) -> None:
    click.echo(msgspec.json.encode(value))
