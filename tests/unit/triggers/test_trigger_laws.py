from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

from hypothesis import given, strategies as st

from notifier.triggers import Firing
from tests.unit.triggers.stage import Stage, event

HOLD = 60
truths = st.lists(st.booleans(), max_size=30)
moments = st.lists(st.tuples(st.booleans(), st.integers(0, 2 * HOLD)), max_size=30)
"""Whether the condition holds, and the seconds until the next look."""
scripts = st.lists(
    st.tuples(st.sampled_from(["event", "state"]), st.sampled_from(["1", "2"]), st.booleans()), max_size=30
)
"""What comes, in which revision, and whether the condition holds then."""


def edges(truth: list[bool]) -> int:
    return sum(now and not before for before, now in pairwise([False, *truth]))


@given(truths)
def test_a_condition_fires_once_per_rising_edge(truth: list[bool]) -> None:
    stage = Stage("- when: rollout.ill")
    firings = [firing for ill in truth for firing in stage.looks({"ill": ill}, known=False)]
    assert len(firings) == edges(truth)
    assert len({firing.occasion for firing in firings}) == len(firings)


@given(truths)
def test_an_object_known_before_fires_once_per_rising_edge_but_for_what_held_from_the_start(truth: list[bool]) -> None:
    stage = Stage("- when: rollout.ill")
    fired = sum(len(stage.looks({"ill": ill}, known=True)) for ill in truth)
    assert fired == edges(truth) - (truth[:1] == [True])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=30))
def test_a_condition_with_once_per_fires_once_for_each_value_it_holds_with(states: list[tuple[bool, int]]) -> None:
    stage = Stage("- {when: rollout.ill, oncePer: rollout.value}")
    fired = sum(len(stage.looks({"ill": ill, "value": value}, known=False)) for ill, value in states)
    assert fired == len({value for ill, value in states if ill})


def lasting_periods(looks: list[tuple[bool, int]]) -> int:
    """The periods from the first look that holds to the last one without a break that are long enough."""
    times = [0, *accumulate(gap for _, gap in looks)]
    periods: list[list[int]] = [[]]
    for at, (ill, _) in zip(times, looks, strict=False):
        if ill:
            periods[-1].append(at)
        else:
            periods.append([])
    return sum(bool(period) and period[-1] - period[0] >= HOLD for period in periods)


@given(moments)
def test_a_lasting_condition_fires_once_for_each_period_that_is_long_enough(looks: list[tuple[bool, int]]) -> None:
    stage = Stage(f"- {{when: rollout.ill, for: {HOLD}s}}")
    fired = 0
    for ill, gap in looks:
        fired += len(stage.looks({"ill": ill}, known=False))
        stage.wait(gap)
    assert fired == lasting_periods(looks)


@given(moments, st.sampled_from(["", ", for: 60s", ", oncePer: rollout.ill"]))
def test_looking_at_a_state_twice_changes_nothing(looks: list[tuple[bool, int]], more: str) -> None:
    stage = Stage(f"- {{when: rollout.ill{more}}}")
    for ill, gap in looks:
        stage.looks({"ill": ill}, known=False)
        memory = stage.memory
        assert stage.looks({"ill": ill}, known=False) == []
        assert stage.memory == memory
        stage.wait(gap)


def play(stage: Stage, script: list[tuple[str, str, bool]]) -> list[Firing]:
    """An event's id is its place in the script."""
    firings: list[Firing | None] = []
    for place, (what, revision, ill) in enumerate(script):
        if what == "event":
            firings.append(stage.happens(event(str(place), revision), {"ill": ill}))
        else:
            firings.append(stage.shows({"ill": ill}, revision))
    return [firing for firing in firings if firing]


def expected(script: list[tuple[str, str, bool]]) -> list[str]:
    """The events that the condition came to hold for: before the next event, and before the revision changed."""
    places = [place for place, (what, _, _) in enumerate(script) if what == "event"]
    fires = []
    for place, end in pairwise([*places, len(script)]):
        for _, revision, ill in script[place:end]:
            if revision != script[place][1]:
                break
            if ill:
                fires.append(str(place))
                break
    return fires


@given(scripts)
def test_an_event_fires_once_if_its_condition_holds_before_the_next_and_in_its_revision(
    script: list[tuple[str, str, bool]],
) -> None:
    firings = play(Stage("- when: rollout.ill", "on-rollout-aborted"), script)
    assert [firing.occasion for firing in firings] == expected(script)
    assert [firing.event.id for firing in firings if firing.event] == expected(script)


@given(scripts)
def test_seeing_a_state_twice_fires_nothing_more(script: list[tuple[str, str, bool]]) -> None:
    twice = [step for step in script for _ in range(1 if step[0] == "event" else 2)]
    once, again = (play(Stage("- when: rollout.ill", "on-rollout-aborted"), steps) for steps in (script, twice))
    assert len(once) == len(again)


@given(truths, st.integers(0, 30))
def test_what_is_forgotten_is_learned_silently(truth: list[bool], cut: int) -> None:
    stage = Stage("- when: rollout.ill")
    fired = [len(stage.looks({"ill": ill}, known=True)) for ill in truth[:cut]]
    stage.memory = type(stage.memory)()
    fired += [len(stage.looks({"ill": ill}, known=True)) for ill in truth[cut:]]
    learned = sum(part[:1] == [True] for part in (truth[:cut], truth[cut:]))
    assert sum(fired) == edges(truth[:cut]) + edges(truth[cut:]) - learned


environments: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from(["status", "ill", "a"]), inner, max_size=3) | st.lists(inner),
    max_leaves=6,
)


@given(st.lists(environments, max_size=5))
def test_whatever_an_object_looks_like_conditions_are_true_or_false(objects: list[Any]) -> None:
    stage = Stage("- {when: rollout.status.ill == rollout.a.status, oncePer: rollout.status}")
    for one in objects:
        assert len(stage.looks(one, known=False)) <= 1
