"""What a replay tells of written lines."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from notifier.config.schema import Config
from notifier.model import Event, Kind
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import REPLAYED, Replay
from notifier.sandbox.player import Line
from notifier.sandbox.stories.scripts import SCRIPTS, Written

START = 1_800_000_000.0
_BOOKMARK = b'{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "1"}}}'


@functools.cache
def written(name: str) -> Written:
    """A story."""
    return SCRIPTS[name].written(START)


async def told(story: Written) -> list[Event]:
    """What is told of a Rollout by `replay --events`, with `--baseline` where there was something before."""
    outbox = SqliteOutbox.open(":memory:")
    replay = Replay(outbox, Pipeline(Config(), withheld=REPLAYED), baseline=bool(story.before))
    try:
        events = [event async for told in replay.run(_stream(story)) for event in told.events]
    finally:
        await outbox.close()
    return [event for event in events if event.kind == Kind.ROLLOUT]


def _stream(story: Written) -> Iterator[bytes]:
    yield from map(_encoded, story.before)
    if story.before:
        yield _BOOKMARK
    yield from map(_encoded, story.lines)


def _encoded(line: Line) -> bytes:
    return msgspec.json.encode({"ts": line.ts, "type": line.type, "object": line.object})
