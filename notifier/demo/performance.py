"""The performance: stories one after another, what they tell, and what is left of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from notifier.demo import gallery
from notifier.demo.arrivals import mails, posts, requests
from notifier.demo.audience import Audience, Heard, Verdict, judge
from notifier.demo.screen import Screen
from notifier.demo.stage import Stage, stage
from notifier.demo.stories import Story
from notifier.sandbox.player import play

_BREATH = 2.0
"""Seconds that receivers get after a story, before the next begins; Slack may be a little behind."""
_PATIENCE = 30.0
"""Seconds after the last story in which the last message arrives, or is missing: Slack takes one a second a channel."""
_AFTERMATH = 0.3
"""Seconds in which a message too many would show."""


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
    async with stage(programme.port) as on:
        audience = Audience(programme.stories, on.delivery, screen.heard)
        webhook, slack, mail = on.receivers
        followed = map(audience.follow, (requests(webhook), posts(slack), mails(mail)))
        await _until_first(stop.wait(), on.daemon.wait(), *followed, _play(programme, on, audience, screen))
    if programme.look:
        gallery.write(programme.look, slack, mail)
    return judge(programme.stories, audience.heard)


async def _play(programme: Programme, on: Stage, audience: Audience, screen: Screen) -> None:
    stories = programme.stories
    await on.ready()
    screen.opening(on)
    for number, story in enumerate(stories, 1):
        screen.headline(number, len(stories), story)
        await play(on.cluster.store, story.lines(time.time()), speed=programme.speed)
        await audience.until(_complete(stories[:number]), _BREATH)
    await audience.until(_complete(stories), _PATIENCE)
    await audience.until(_overfull(stories), _AFTERMATH)
    screen.verdict(judge(stories, audience.heard))
    if not programme.ends:
        screen.invitation(on, stories[0])
        await asyncio.Event().wait()


def _complete(stories: Sequence[Story]) -> Callable[[Sequence[Heard]], bool]:
    return lambda heard: not judge(stories, heard).missing


def _overfull(stories: Sequence[Story]) -> Callable[[Sequence[Heard]], bool]:
    return lambda heard: bool(judge(stories, heard).unexpected)


async def _until_first(*works: Coroutine[Any, Any, Any]) -> None:
    """Run until one of some works ends, then stop the others; raises what it ended with."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
