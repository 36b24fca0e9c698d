"""What is told of each recording, against what Argo itself told and what happened beside (`expect.json`)."""

from __future__ import annotations

import functools
from collections import Counter

import pytest

from notifier.intake import Told
from tests.laws.readers import CONDITIONS, tell
from tests.laws.stories import EXPECT, STORIES, story
from tests.laws.truths import reasons

SCALING = "ScalingReplicaSet"


@functools.cache
def recorded(name: str) -> Told:
    return tell(story(name))


def _told_to(name: str, service: str) -> list[str]:
    """The reasons told to a recording's subscriber, in order."""
    return [str(note.delivery.reason) for note in recorded(name).notes if note.delivery.service == service]


@pytest.mark.parametrize("name", STORIES)
def test_what_argo_told_is_told_in_its_order(name: str) -> None:
    told = iter(_told_to(name, "slack"))
    assert [reason for reason in EXPECT[name]["order"] if reason not in told] == []


@pytest.mark.parametrize("name", STORIES)
def test_nothing_is_told_beyond_argo_but_what_must_be(name: str) -> None:
    told = Counter(_told_to(name, "slack"))
    scaled = told.pop(SCALING, 0)
    assert told - Counter(EXPECT[name]["argo"]) - Counter(EXPECT[name].get("more", {})) == Counter()
    assert scaled <= EXPECT[name]["argo"].get(SCALING, 0)
    assert bool(scaled) is bool(EXPECT[name]["argo"].get(SCALING))


@pytest.mark.parametrize("name", STORIES)
def test_what_argo_never_tells_is_told_as_often_as_it_happened(name: str) -> None:
    found = reasons(recorded(name))
    assert {reason: found[reason] for reason in EXPECT[name]["also"]} == EXPECT[name]["also"]


@pytest.mark.parametrize("name", STORIES)
def test_every_subscriber_hears_the_same(name: str) -> None:
    without_scaling = [reason for reason in _told_to(name, "slack") if reason != SCALING]
    for service in ("sink", "email"):
        assert [reason for reason in _told_to(name, service) if reason != SCALING] == without_scaling


@pytest.mark.parametrize("name", STORIES)
def test_conditions_hold_as_often_as_argo_found_or_as_they_did(name: str) -> None:
    fired = Counter(note.delivery.trigger for note in tell(story(name), CONDITIONS).notes)
    wanted = {**EXPECT[name]["custom"], **EXPECT[name].get("better", {})}
    custom = ("healthy", "degraded", "step-two")
    assert {one: fired[f"on-{one}"] for one in custom} == {one: wanted.get(one, 0) for one in custom}
