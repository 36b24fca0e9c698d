"""A watched condition fires when it begins to hold; what holds already is learned; newcomers are answered."""

from __future__ import annotations

from notifier.model import Destination
from notifier.triggers import Firing
from tests.unit.triggers.stage import Stage

ILL_TEXT = "- when: rollout.ill\n  send: [ill]"
WELL, ILL = {"ill": False}, {"ill": True}
ANN, BOB = Destination("slack", "ann"), Destination("slack", "bob")


def test_it_fires_when_it_begins_to_hold_for_all_who_subscribed() -> None:
    stage = Stage(ILL_TEXT)
    assert stage.looks(WELL) == []
    assert stage.looks(ILL) == [Firing(stage.trigger, ("ill",), None, "1", None)]


def test_it_is_silent_while_it_goes_on_holding_and_when_it_ends() -> None:
    stage = Stage(ILL_TEXT)
    stage.looks(WELL)
    stage.looks(ILL)
    assert [stage.looks(state) for state in (ILL, ILL, WELL, WELL)] == [[], [], [], []]


def test_each_time_it_begins_is_an_occasion_of_its_own() -> None:
    stage = Stage(ILL_TEXT)
    firings = [firing for state in (WELL, ILL, WELL, ILL, WELL, WELL, ILL) for firing in stage.looks(state)]
    assert [firing.occasion for firing in firings] == ["1", "2", "3"]


def test_what_holds_of_an_object_that_was_known_is_learned_silently() -> None:
    stage = Stage(ILL_TEXT)
    assert stage.looks(ILL, known=True) == []
    assert stage.looks(ILL) == []
    assert stage.looks(WELL) == []
    assert len(stage.looks(ILL)) == 1


def test_what_holds_of_a_new_object_is_told() -> None:
    stage = Stage(ILL_TEXT)
    assert len(stage.looks(ILL, known=False)) == 1
    assert stage.looks(ILL) == []


def test_who_subscribes_while_it_holds_is_answered_alone_and_at_once() -> None:
    stage = Stage(ILL_TEXT)
    stage.looks(ILL, known=False)
    (firing,) = stage.looks(ILL, newcomers=[ANN, BOB])
    assert firing.only == frozenset({ANN, BOB})
    assert firing.occasion == "1", "the same as the others were told of: who asks again is not told twice"
    assert stage.looks(ILL) == []


def test_who_subscribes_to_what_was_learned_is_answered_too() -> None:
    stage = Stage(ILL_TEXT)
    (firing,) = stage.looks(ILL, known=True, newcomers=[ANN])
    assert firing.only == frozenset({ANN})


def test_who_subscribes_while_it_does_not_hold_is_told_with_the_others() -> None:
    stage = Stage(ILL_TEXT)
    assert stage.looks(WELL, newcomers=[ANN]) == []
    (firing,) = stage.looks(ILL)
    assert firing.only is None


def test_who_subscribes_as_it_begins_is_told_with_the_others() -> None:
    stage = Stage(ILL_TEXT)
    stage.looks(WELL)
    (firing,) = stage.looks(ILL, newcomers=[ANN])
    assert firing.only is None


def test_several_conditions_fire_each_on_its_own() -> None:
    stage = Stage("- {when: rollout.a, send: [one]}\n- {when: rollout.b, send: [two]}")
    stage.looks({})
    assert [firing.send for firing in stage.looks({"a": True})] == [("one",)]
    assert [firing.send for firing in stage.looks({"a": True, "b": True})] == [("two",)]
    assert stage.looks({}) == []
    assert [firing.send for firing in stage.looks({"a": True, "b": True})] == [("one",), ("two",)]


def test_what_cannot_be_evaluated_is_false_and_reported() -> None:
    stage = Stage("- when: rollout.status.abort\n  send: [x]")
    assert stage.looks({}) == []
    assert [key for key, _ in stage.errors] == [stage.trigger.conditions[0].key]
    assert len(stage.looks({"status": {"abort": True}})) == 1
    assert stage.looks({}) == []
    assert len(stage.looks({"status": {"abort": True}})) == 1, "what was false in between begins again"


def test_a_changed_condition_is_another_one_and_learned_anew() -> None:
    old, new = Stage(ILL_TEXT), Stage("- when: rollout.ill == true\n  send: [ill]")
    old.looks(WELL)
    new.memory = old.memory
    assert new.looks(ILL, known=True) == []


def test_what_a_condition_came_to_is_counted_by_trigger() -> None:
    stage = Stage("- when: rollout.status.ill")
    for rollout in ({"status": ILL}, {"status": WELL}, {"status": WELL}, {}):
        stage.looks(rollout)
    assert stage.verdicts == {("on-purple", "true"): 1, ("on-purple", "false"): 2, ("on-purple", "error"): 1}
