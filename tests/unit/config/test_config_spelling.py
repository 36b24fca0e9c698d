"""The right name for a misspelt one."""

from __future__ import annotations

import pytest

from notifier.spelling import hint, nearest


@pytest.mark.parametrize("word", ["on-rolout-completed", "rollout-completed", "on-rollout-complete"])
def test_the_nearest_name_is_found(word: str) -> None:
    assert nearest(word, ["on-rollout-paused", "on-rollout-completed", 5]) == "on-rollout-completed"


@pytest.mark.parametrize("word", ["on-x", "on-", "x"])
def test_what_all_triggers_begin_with_makes_no_two_alike(word: str) -> None:
    assert hint(word, ["on-bad", "on-rollout-paused"]) == ""


def test_a_hint_is_put_behind_an_error() -> None:
    assert hint("on-bed", ["on-bad"]) == "; did you mean 'on-bad'?"
