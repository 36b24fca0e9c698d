"""What the demo shows: blocks to read or lines of JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Protocol

import click
import msgspec

from notifier import times
from notifier.demo.arrivals import Arrival
from notifier.demo.audience import Heard, Told, Verdict
from notifier.demo.catalogue import RECORDED, plain
from notifier.demo.stage import SPARE_CHANNEL, Stage
from notifier.demo.stories import EMAIL, HOOK, SLACK, WEBHOOK, Story
from notifier.demo.visit import CHANNEL, Visit
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
        """A receiver got a message."""

    def verdict(self, verdict: Verdict) -> None:
        """The stories are over."""

    def invitation(self, stage: Stage, story: Story) -> None:
        """All stays up, with a story's Rollout to play with."""

    def visiting(self, visit: Visit) -> None:
        """The daemon watches somebody's own cluster."""


class Page:
    """Blocks and lines to read, on standard output; `verbose` shows requests and messages whole."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def opening(self, stage: Stage) -> None:
        """Say what is shown, and where to look meanwhile."""
        click.echo(
            "Each block is a webhook's request, each line a message in Slack or a mail. The Rollouts they are about:"
        )
        click.echo(f"{stage.kubectl} get rollouts -A\n{stage.daemon.page_url} shows them, and what was told of them.")

    def headline(self, number: int, of: int, story: Story) -> None:
        """Name a story, its Rollout and its recording."""
        click.secho(f"\n{number}/{of}  {story.title}", bold=True)
        click.echo(f"     {story.namespace}/{story.rollout}, {_origin(story)}")

    def heard(self, heard: Heard) -> None:
        """Show a request in a block, a message that people get in a line."""
        if heard.arrival.service == WEBHOOK:
            _block(heard)
        else:
            click.echo(f"{_clock(heard.arrival)}   {_line(heard.arrival)}")
        if self._verbose:
            click.echo(textwrap.indent(_pretty(heard.arrival.body), _INDENT))

    def verdict(self, verdict: Verdict) -> None:
        """Say what arrived, what did not, what should not have."""
        arrived = verdict.expected - len(verdict.missing)
        nothing = "nothing twice" if verdict.good else f"and {len(verdict.unexpected)} unexpected"
        click.secho(f"\n{arrived} of {verdict.expected} expected messages arrived, {nothing}.", bold=True)
        for name in ("missing", "unexpected"):
            for service, scenario, reason in getattr(verdict, name):
                click.echo(f"  {name}: {reason} of {scenario or 'no story'} by {service}")

    def invitation(self, stage: Stage, story: Story) -> None:
        """Say how to look around and what to try."""
        click.echo(_invitation(stage, story))

    def visiting(self, visit: Visit) -> None:
        """Say what to subscribe."""
        click.echo(_subscribing(visit))


class Lines:
    """A line of JSON per delivery and one for the verdict on standard output, the rest on standard error."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def opening(self, stage: Stage) -> None:
        """Say where to look."""
        click.echo(f"{stage.kubectl} get rollouts -A", err=True)

    def headline(self, number: int, of: int, story: Story) -> None:
        """Say only what is not recorded: every line names its story."""
        if story.origin != RECORDED:
            click.echo(f"{number}/{of}  {story.name}: {_origin(story)}", err=True)

    def heard(self, heard: Heard) -> None:
        """Print a delivery."""
        arrival = heard.arrival
        _print(
            {
                "ts": times.text(arrival.at),
                "service": arrival.service,
                "scenario": heard.scenario,
                "namespace": heard.namespace,
                "name": heard.name,
                "reason": heard.reason,
                **arrival.details,
                "message": arrival.text,
                "key": arrival.key,
                **({"body": arrival.body} if self._verbose else {}),
            }
        )

    def verdict(self, verdict: Verdict) -> None:
        """Print the summary."""
        _print(verdict._asdict() | {"missing": _objects(verdict.missing), "unexpected": _objects(verdict.unexpected)})

    def invitation(self, stage: Stage, story: Story) -> None:
        """Say how to look around and what to try."""
        click.echo(_invitation(stage, story), err=True)

    def visiting(self, visit: Visit) -> None:
        """Say what to subscribe."""
        click.echo(_subscribing(visit), err=True)


def _block(heard: Heard) -> None:
    """Show when, where, how grave and what, and the request in one line."""
    arrival, details = heard.arrival, heard.arrival.details
    mark, colour = _MARKS.get(details["severity"], (" ", "white"))
    click.echo(f"\n{_clock(arrival)} ", nl=False)
    click.secho(f"{mark} {heard.namespace}  {heard.reason}", fg=colour, bold=True)
    click.echo(textwrap.indent(arrival.text.strip(), _INDENT))
    click.secho(f"{_INDENT}{details['method']} {details['path']}  Idempotency-Key: {arrival.key}", dim=True)


def _line(arrival: Arrival) -> str:
    """Who got it and how it begins, in columns."""
    details = arrival.details
    if arrival.service == SLACK:
        place, words = f"{details['channel']:<10} {details['how']}", arrival.text.strip().partition("\n")[0]
    else:
        place, words = details["to"], details["subject"]
    return f"{arrival.service:<6}{place:<32}{words}"


def _clock(arrival: Arrival) -> str:
    return times.text(arrival.at)[11:19]


def _origin(story: Story) -> str:
    if story.origin == RECORDED:
        return f"recorded as {plain(story.name)}"
    return "written as a controller would: the recording is not at hand (--recordings DIR says where one is)"


def _invitation(stage: Stage, story: Story) -> str:
    here = f"{stage.kubectl} -n {story.namespace}"
    subscribe = f"{here} annotate rollout {story.rollout} {ANNOTATION_PREFIX}subscribe"
    return f"""
Cluster, daemon and receivers stay up until Ctrl-C.

  the Rollouts     {stage.kubectl} get rollouts -A
  one of them      {here} describe rollout {story.rollout}
  the page         {stage.daemon.page_url}
  is all well?     {stage.daemon.health.url}/readyz?verbose
  in numbers       {stage.daemon.health.url}/metrics
  what was sent    rollouts-notifier deliveries list --store {stage.store}

Subscribe the webhook and another Slack channel to one more thing, then make it happen; the messages appear here:
  {subscribe}.on-rollout-manually-paused.{HOOK}=
  {subscribe}.on-rollout-manually-paused.{SLACK}={SPARE_CHANNEL}
  {here} patch rollout {story.rollout} --type merge -p '{{"spec":{{"paused":true}}}}'

Misspell a trigger; `describe` says which one is meant:
  {subscribe}.on-rollout-pausd.{HOOK}="""


def _subscribing(visit: Visit) -> str:
    subscribe = f"{visit.kubectl} annotate rollout NAME -n NAMESPACE {ANNOTATION_PREFIX}subscribe"
    return f"""
The daemon watches this cluster until Ctrl-C; nothing is played. Its ConfigMap and Secret are in the namespace
{visit.namespace}, which goes with the demo. Subscribe a Rollout and do something with it; the messages appear here:

  the Rollouts     {visit.kubectl} get rollouts -A
  the webhook      {subscribe}.on-rollout-updated.{HOOK}=
  Slack            {subscribe}.on-rollout-paused.{SLACK}={CHANNEL}
  mail             {subscribe}.on-rollout-completed.{EMAIL}=release@example.com
  and others       on-rollout-step-completed, on-rollout-aborted, on-analysis-run-failed, on-rollout-manually-paused
  the page         {visit.daemon.page_url}
  is all well?     {visit.daemon.health.url}/readyz?verbose
  what was sent    rollouts-notifier deliveries list --store {visit.store}

What you have annotated stays annotated; {visit.kubectl} annotate … KEY- takes it away."""


def _pretty(body: Any) -> str:
    return body if isinstance(body, str) else msgspec.json.format(msgspec.json.encode(body)).decode()


def _objects(told: Sequence[Told]) -> list[dict[str, str]]:
    return [one._asdict() for one in told]


def _print(value: Any) -> None:
    click.echo(msgspec.json.encode(value))
