"""The laws of one reader: which lines come, how often and in which order matters only where it must."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from notifier.model import Kind
from tests.laws.readers import LAW, SEEDS, by_object, heard, stated, tell, whole
from tests.laws.stories import STORIES, chance, ended, shifted, story, thinned
from tests.laws.truths import counted, lasting, reasons


@pytest.mark.parametrize("name", STORIES)
def test_kubernetes_events_are_not_needed(name: str) -> None:
    told = tell([line for line in ended(name) if line.kind is not Kind.EVENT])
    assert not heard(told).unlike(heard(whole(name), of=stated))


@pytest.mark.parametrize("name", STORIES)
@LAW
@given(seed=SEEDS)
def test_a_line_seen_again_at_once_or_late_tells_nothing_more(name: str, seed: int) -> None:
    choice = chance(name, seed)
    lines = ended(name)
    once = [(i, i) for i in range(len(lines))]
    at_once = choice.sample(once, len(lines) // 4)
    late = [(choice.randrange(i, len(lines)), i) for i, _ in choice.sample(once, len(lines) // 4)]
    assert not heard(tell([lines[i] for _, i in sorted(once + at_once + late)])).unlike(heard(whole(name)))


@pytest.mark.parametrize("name", STORIES)
@LAW
@given(seed=SEEDS, share=st.sampled_from((0.2, 0.5, 0.8, 1.0)))
def test_missed_states_invent_nothing_and_hide_nothing_that_lasts(name: str, seed: int, share: float) -> None:
    choice = chance(name, seed)
    lines = thinned(choice.choice((story(name), ended(name))), share, choice)
    told = tell(lines)
    assert not counted(told) - counted(whole(name)), "told more than happened"
    assert not {one for one in lasting(lines) if not one & reasons(told).keys()}, "true at the end and never told"


@pytest.mark.parametrize("name", STORIES)
@LAW
@given(seed=SEEDS)
def test_it_does_not_matter_in_which_order_different_objects_are_seen(name: str, seed: int) -> None:
    choice = chance(name, seed)
    told = tell(shifted(ended(name), choice))
    assert not heard(told).unlike(heard(whole(name)))
    assert by_object(told) == by_object(whole(name))


def test_the_recordings_tell_enough_to_compare() -> None:
    assert len({reason for name in STORIES for reason in reasons(whole(name))}) > 25
    assert sum(len(whole(name).notes) for name in STORIES) > 1000
