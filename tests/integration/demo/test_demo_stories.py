"""What is played, and how what arrives is judged."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, strategies as st

from notifier import times
from notifier.demo.arrivals import Arrival
from notifier.demo.audience import Heard, Told, judge
from notifier.demo.catalogue import by_default
from notifier.demo.stories import EMAIL, FASTER, LONGEST, SLACK, SLOWEST, WEBHOOK, Story, brisk
from notifier.model import ANNOTATION_PREFIX
from notifier.sandbox.player import Line

STORIES = by_default()
START = 2_000_000_000.0
GAPS = st.lists(st.integers(0, 200_000).map(lambda milliseconds: milliseconds / 1000), max_size=30)


def _at(line: Line) -> float:
    return times.seconds(line.ts) or 0.0


def _heard(story: Story, service: str, reason: str, key: object) -> Heard:
    arrival = Arrival(service, f"{story.name} {service} {key}", START, "", {}, None)
    return Heard(arrival, story.name, story.namespace, story.rollout, reason)


def _all_heard(story: Story) -> list[Heard]:
    told = ((service, reason) for service in story.subscriptions for reason in story.expected(service))
    return [_heard(story, service, reason, number) for number, (service, reason) in enumerate(told)]


def _grouped(reasons: list[str]) -> list[str]:
    return list(Counter(reasons).elements())


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
        assert {name.rpartition(".")[2] for name in subscriptions} == {"demo", "slack", "email"}
        assert not any("scaling" in name for name in subscriptions)


def test_everybody_is_told_how_a_rollback_ends() -> None:
    (story,) = (one for one in STORIES if "rolled back" in one.title)
    assert {story.expected(service)[-1] for service in (WEBHOOK, SLACK, EMAIL)} == {"RolloutRolledBack"}


def test_everything_once_is_good() -> None:
    verdict = judge(STORIES, [heard for story in STORIES for heard in _all_heard(story)])
    assert verdict.good
    assert verdict.delivered == verdict.expected


def test_what_did_not_arrive_is_missing() -> None:
    story = STORIES[0]
    verdict = judge([story], _all_heard(story)[:-1])
    assert verdict.missing == [Told(EMAIL, story.name, "RolloutCompleted")]
    assert not verdict.good


def test_what_one_receiver_got_is_still_missing_at_another() -> None:
    story = STORIES[0]
    heard = [one for one in _all_heard(story) if one.arrival.service != SLACK]
    verdict = judge([story], [*heard, _heard(story, WEBHOOK, "RolloutPaused", "once more")])
    assert verdict.missing == [Told(SLACK, story.name, reason) for reason in _grouped(story.expected(SLACK))]
    assert verdict.unexpected == [Told(WEBHOOK, story.name, "RolloutPaused")]


def test_a_key_that_repeats_is_unexpected_and_stands_for_nothing_that_is_missing() -> None:
    story = STORIES[0]
    *heard, _ = _all_heard(story)
    verdict = judge([story], [*heard, heard[1]])
    assert verdict.missing == [Told(EMAIL, story.name, "RolloutCompleted")]
    assert verdict.unexpected == [heard[1].told]


def test_people_are_told_a_part_of_what_machines_are() -> None:
    for story in STORIES:
        assert Counter(story.expected(SLACK)) < Counter(story.expected(WEBHOOK))
        assert Counter(story.expected(EMAIL)) < Counter(story.expected(WEBHOOK))


def test_at_slacks_pace_all_stories_are_told_in_under_a_minute() -> None:
    seconds = 0.0
    for story in STORIES:
        first, *_, last = story.lines(START)
        seconds += max(_at(last) - _at(first), len(story.expected(SLACK)))
    assert seconds < 45
