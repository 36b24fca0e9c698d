"""What stories are expected to tell, and how what was told is held against it."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.demo import catalogue
from notifier.demo.expectations import IN_ORDER, SCALING, Expectation, certain, recorded
from notifier.errors import ConfigError

ORDERS = st.lists(st.sampled_from(IN_ORDER), max_size=12)
OTHERS = st.lists(st.sampled_from((SCALING, "RolloutHealthy")), max_size=6)
PACKED = [gzip.compress(text, mtime=0) for text in (b'{"object": ', b"[1]\n", b'{"type": "ADDED"}\n')]
CORRUPT = (b"plain", b"\x1f\x8bnonsense", *PACKED)
KNOWN: dict[str, Any] = {
    "argo": {SCALING: 2},
    "order": ["RolloutUpdated", "RolloutAborted", "RolloutAborted"],
    "also": {},
}


@given(ORDERS, OTHERS, st.randoms())
def test_all_in_its_order_with_the_others_anywhere_is_as_expected(
    order: list[str], others: list[str], at: Random
) -> None:
    told = list(order)
    for other in others:
        told.insert(at.randint(0, len(told)), other)
    assert Expectation(tuple(order), Counter(others)).compare(told) == (Counter(), Counter())


@given(ORDERS, ORDERS)
def test_another_order_is_never_as_expected(order: list[str], told: list[str]) -> None:
    missing, surplus = Expectation(tuple(order), {}).compare(told)
    assert (order == told) is (not missing and not surplus)
    assert Counter(order) - missing == Counter(told) - surplus


def test_what_comes_too_early_is_missing_and_too_much() -> None:
    expectation = Expectation(("RolloutPaused", "RolloutCompleted"), {})
    missing, surplus = expectation.compare(["RolloutCompleted", "RolloutPaused"])
    assert missing == surplus == Counter({"RolloutCompleted": 1})


def test_what_argo_tells_too_often_is_expected_as_often_as_is_better() -> None:
    assert recorded(KNOWN | {"better": {"RolloutAborted": 1}}).order == ("RolloutUpdated", "RolloutAborted")
    assert recorded(KNOWN | {"better": {"healthy": 1}}).order == tuple(KNOWN["order"])


def test_more_is_expected_whenever_it_comes() -> None:
    expectation = recorded(KNOWN | {"more": {"RolloutUpdated": 1}})
    scaled = [SCALING, SCALING]
    told = ["RolloutUpdated", "RolloutAborted", "RolloutUpdated", "RolloutAborted", *scaled]
    assert expectation.compare(told) == (Counter(), Counter())
    assert expectation.compare([*KNOWN["order"], *scaled])[0] == Counter({"RolloutUpdated": 1})


def test_a_scenario_is_certain_of_an_order_and_of_scaling() -> None:
    assert certain(["RolloutUpdated", SCALING, "RolloutCompleted"], 3).all() == [
        *("RolloutUpdated", "RolloutCompleted"),
        *[SCALING] * 3,
    ]


def test_every_scenario_is_recorded_in_a_checkout_and_playable_without(tmp_path: Path) -> None:
    at_hand, without = catalogue.stories(), catalogue.stories(tmp_path)
    assert {story.origin for story in at_hand.values()} == {catalogue.RECORDED}
    shipped = {story.name for story in without.values() if story.origin == catalogue.RECORDED}
    assert shipped == {story.name for story in catalogue.by_default()}
    assert at_hand.keys() == without.keys()


def test_stories_do_not_share_a_place_nor_a_channel() -> None:
    namespaces = [story.namespace for story in catalogue.stories().values()]
    assert len(set(namespaces)) == len(namespaces)


def test_what_machines_are_told_of_a_whole_story_is_all_that_is_expected() -> None:
    for story in catalogue.stories().values():
        assert story.expected("webhook") == story.expectation.all()


@pytest.mark.parametrize("content", CORRUPT)
def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "expect.json").write_bytes(b'{"s004-bluegreen": {"argo": {}, "order": [], "also": {}}}')
    (tmp_path / "s004-bluegreen.jsonl.gz").write_bytes(content)
    story = catalogue.stories(tmp_path)["s004-bluegreen"]
    with pytest.raises(ConfigError, match=r"s004-bluegreen\.jsonl\.gz cannot be read as a recording: "):
        list(story.lines(0))


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"s004-bluegreen": {}}'])
def test_expectations_that_cannot_be_read_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "expect.json").write_bytes(content)
    (tmp_path / "s004-bluegreen.jsonl.gz").touch()
    with pytest.raises(ConfigError, match=r"expect\.json cannot be read as a recording: "):
        catalogue.stories(tmp_path)
