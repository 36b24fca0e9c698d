"""The performance: stories one after another, what they tell, and what is left of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from notifier.demo import gallery
from notifier.demo.arrivals import followed
from notifier.demo.audience import Audience, Heard, Verdict, judge
from notifier.demo.receivers import finder
from notifier.demo.screen import Screen
from notifier.demo.stage import Stage, stage
from notifier.demo.stories import Story
from notifier.demo.visit import Visit, visit
from notifier.demo.waiting import until_first
from notifier.kube.transport import Cluster
from notifier.sandbox.player import Clock, play

_BREATH = 2.0
"""Seconds, at speed 1, that receivers get after a story before the next begins; Slack may be a little behind."""
_PATIENCE = 30.0
"""Seconds after the last story in which the last message arrives, or is missing: Slack takes one a second a channel."""
_AFTERMATH = 0.3
"""Seconds in which a message too many would show."""
_STEP = 0.005
"""Seconds between two writes at least: watches of several kinds keep the order of what is not written at once."""
_CLOCK = Clock(sleep=lambda seconds: asyncio.sleep(max(seconds, _STEP)))


class Programme(NamedTuple):
    """What is played how fast (1 is the pace of the demo), and whether it `ends` or all stays up.

    `look` is a folder to leave what arrived in, as Slack and a mail program show it.
    """

    stories: Sequence[Story]
    speed: float = 1.0
    ends: bool = False
    port: int = 0
    look: Path | None = None


async def perform(programme: Programme, screen: Screen, stop: asyncio.Event) -> Verdict:
    """Run the demo until it ends or `stop` is set; how what arrived compares to what was expected.

    Raises what the daemon fails with, ConfigError where the port is taken or `look` cannot be written, NotifierError
    where nothing gets watched.
    """
    if programme.look:
        gallery.prepare(programme.look)
    async with stage(programme.port, [story.namespace for story in programme.stories]) as on:
        audience = Audience(programme.stories, finder(on.daemon.outbox), screen.heard)
        hearing = map(audience.follow, followed(on.receivers))
        await until_first(stop.wait(), on.daemon.wait(), *hearing, _play(programme, on, audience, screen))
    if programme.look:
        gallery.write(programme.look, on.receivers.slack, on.receivers.mail)
    return judge(programme.stories, audience.heard)


async def follow(cluster: Cluster, screen: Screen, stop: asyncio.Event, look: Path | None = None) -> None:
    """Show what people do in a cluster of their own, until `stop` is set. Raises as `perform`, and as `visit`."""
    if look:
        gallery.prepare(look)
    async with visit(cluster) as on:
        audience = Audience((), finder(on.daemon.outbox), screen.heard)
        hearing = map(audience.follow, followed(on.receivers))
        await until_first(stop.wait(), on.daemon.wait(), *hearing, _invite(on, screen))
    if look:
        gallery.write(look, on.receivers.slack, on.receivers.mail)


async def _invite(on: Visit, screen: Screen) -> None:
    await on.ready()
    screen.visiting(on)
    await asyncio.Event().wait()


async def _play(programme: Programme, on: Stage, audience: Audience, screen: Screen) -> None:
    stories = programme.stories
    await on.ready()
    screen.opening(on)
    for number, story in enumerate(stories, 1):
        screen.headline(number, len(stories), story)
        await play(on.cluster.store, story.lines(time.time()), speed=programme.speed, clock=_CLOCK)
        await audience.until(_complete(stories[:number]), _BREATH / programme.speed)
    await audience.until(_complete(stories), _PATIENCE)
    await audience.until(_overfull(stories), _AFTERMATH)
    screen.verdict(judge(stories, audience.heard))
    if not programme.ends:
        screen.invitation(on, stories[0])
        await asyncio.Event().wait()


def _complete(stories: Sequence[Story]) -> Callable[[Sequence[Heard]], bool]:
    """Whether all that stories tell is heard; to compare is worth while only once so much was heard."""
    expected = judge(stories, []).expected
    return lambda heard: len(heard) >= expected and not judge(stories, heard).missing


def _overfull(stories: Sequence[Story]) -> Callable[[Sequence[Heard]], bool]:
    return lambda heard: bool(judge(stories, heard).unexpected)
