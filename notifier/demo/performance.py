"""The performance: stories one after another, each heard to its end before the next begins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from notifier.demo.audience import Audience, Heard, Verdict, judge
from notifier.demo.screen import Screen
from notifier.demo.stage import Stage, stage
from notifier.demo.stories import Story
from notifier.sandbox.player import play

_PATIENCE = 10.0
"""Seconds after a story's last state in which its last message arrives, or is missing."""
_AFTERMATH = 0.3
"""Seconds in which a message too many would show."""


class Programme(NamedTuple):
    """What is played how fast (1 is the pace of the demo), and whether it `ends` or all stays up."""

    stories: Sequence[Story]
    speed: float = 1.0
    ends: bool = False
    port: int = 0


async def perform(programme: Programme, screen: Screen, stop: asyncio.Event) -> Verdict:
    """Run the demo until it ends or `stop` is set; how what arrived compares to what was expected.

    Raises what the daemon fails with, ConfigError where the port is taken, NotifierError where nothing gets watched.
    """
    async with stage(programme.port) as on:
        audience = Audience(on.receiver, programme.stories, screen.heard)
        await _until_first(stop.wait(), on.daemon.wait(), audience.listen(), _play(programme, on, audience, screen))
    return judge(programme.stories, audience.heard)


async def _play(programme: Programme, on: Stage, audience: Audience, screen: Screen) -> None:
    stories = programme.stories
    await on.ready()
    screen.opening(on)
    for number, story in enumerate(stories, 1):
        screen.headline(number, len(stories), story)
        await play(on.cluster.store, story.lines(time.time()), speed=programme.speed)
        await audience.until(_complete(stories[:number]), _PATIENCE)
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
