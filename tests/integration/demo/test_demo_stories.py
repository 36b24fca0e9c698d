"""What is played, and how what arrives is judged."""

from __future__ import annotations

import asyncio
import itertools

import aiohttp
import pytest
from hypothesis import given, strategies as st

from notifier import times
from notifier.demo.audience import Audience, Content, Heard, Told, judge
from notifier.demo.stories import FASTER, LONGEST, SLOWEST, STORIES, Story, brisk
from notifier.model import ANNOTATION_PREFIX
from notifier.sandbox.player import Line
from notifier.sandbox.receivers import Received, WebhookSink

START = 2_000_000_000.0
GAPS = st.lists(st.integers(0, 200_000).map(lambda milliseconds: milliseconds / 1000), max_size=30)


def _at(line: Line) -> float:
    return times.seconds(line.ts) or 0.0


def _heard(story: Story, reason: str, key: str) -> Heard:
    request = Received("POST", "/hook", {}, {"Idempotency-Key": key}, b"", START, 1)
    return Heard(request, Content("", reason), story.name)


def _all_heard(story: Story) -> list[Heard]:
    return [_heard(story, reason, f"{story.name} {number}") for number, reason in enumerate(story.expected())]


@given(GAPS)
def test_a_brisk_pace_keeps_the_order_never_stands_still_and_is_never_behind_the_recording(gaps: list[float]) -> None:
    recorded = [START + sum(gaps[:number]) for number in range(len(gaps) + 1)]
    played = [_at(line) for line in brisk(Line("ADDED", {}, times.text(at)) for at in recorded)]
    rounding = 0.002
    assert played == sorted(played)
    assert all(b - a <= LONGEST + rounding for a, b in itertools.pairwise(played))
    assert all(at - START <= (seen - START) / FASTER + rounding for at, seen in zip(played, recorded, strict=True))


def test_no_pause_is_shown_later_than_it_begins_even_at_the_slowest_pace() -> None:
    for story in STORIES:
        shown: dict[float, float] = {}
        for line in story.lines(START):
            for pause in line.object.get("status", {}).get("pauseConditions", ()):
                shown.setdefault(times.seconds(pause["startTime"]) or 0.0, START + (_at(line) - START) / SLOWEST)
        cut = 2.0  # seconds at most: once by the controller, once when moved
        assert shown
        assert all(at < began + cut for began, at in shown.items())


def test_a_story_is_about_its_own_rollout_and_subscribed_by_nobody_but_the_demo() -> None:
    for story in STORIES:
        rollouts = [line.object["metadata"] for line in story.lines(START) if line.object["kind"] == "Rollout"]
        subscriptions = {name for one in rollouts for name in one["annotations"] if name.startswith(ANNOTATION_PREFIX)}
        assert {(one["namespace"], one["name"]) for one in rollouts} == {(story.namespace, story.rollout)}
        assert all(name.endswith(".demo") for name in subscriptions)
        assert not any("scaling" in name for name in subscriptions)


def test_everything_once_is_good() -> None:
    verdict = judge(STORIES, [heard for story in STORIES for heard in _all_heard(story)])
    assert verdict.good
    assert verdict.delivered == verdict.expected


def test_what_did_not_arrive_is_missing() -> None:
    story = STORIES[0]
    verdict = judge([story], _all_heard(story)[:-1])
    assert verdict.missing == [Told(story.name, "RolloutCompleted")]
    assert not verdict.good


def test_a_key_that_repeats_is_unexpected_and_stands_for_nothing_that_is_missing() -> None:
    story = STORIES[0]
    *heard, _ = _all_heard(story)
    verdict = judge([story], [*heard, heard[1]])
    assert verdict.missing == [Told(story.name, "RolloutCompleted")]
    assert verdict.unexpected == [heard[1].told]


@pytest.mark.parametrize("body", ["plain", "[1]", '{"message": null}'])
async def test_a_body_that_is_not_as_the_catalogue_makes_it_is_all_message(body: str) -> None:
    heard = asyncio.Queue[Heard]()
    async with WebhookSink() as sink, aiohttp.ClientSession() as client:
        listening = asyncio.create_task(Audience(sink, STORIES, heard.put_nowait).listen())
        await client.post(sink.url, data=body)
        async with asyncio.timeout(5):
            one = await heard.get()
        listening.cancel()
        await asyncio.wait({listening})
    assert (one.content, one.scenario) == (Content(body), "")
