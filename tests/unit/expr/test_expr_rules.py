"""The rules that a re-implementation gets wrong: languages.md, list "expr", point by point; and our own departures."""

from __future__ import annotations

import math
from typing import Any

import pytest

from notifier import expr
from notifier.errors import ExpressionError

ENV: dict[str, Any] = {
    "rollout": {
        "metadata": {"name": "web", "labels": {"team": "shop"}, "finalizers": None},
        "spec": {"replicas": 3, "weight": 2.5},
        "status": {"phase": "Degraded", "conditions": [{"type": "Available", "status": "True"}]},
    }
}


def _value(source: str, env: dict[str, Any] = ENV) -> Any:
    return expr.compile(source).evaluate(env, 0)


def _failure(source: str, env: dict[str, Any] = ENV) -> str:
    expression = expr.compile(source)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate(env, 0)
    return caught.value.message


def _refusal(source: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        expr.compile(source)
    return caught.value.message


def test_in_a_literal_array_of_strings_is_for_strings_only() -> None:
    assert _value("rollout.status.phase in ['Degraded', 'Error']") is True
    assert _value("rollout.status.missing in ['', 'a']") is True
    assert "wants a string" in _failure("rollout.spec.replicas in ['3']")


def test_numbers_compare_by_value_and_maps_strictly_by_type() -> None:
    assert _value("1 == 1.0 and [1, 2] == [1, 2.0]") is True
    assert _value("{a: 1} == {a: 1}") is True
    assert _value("{a: 1} == {a: 1.0}") is False


def test_coalescing_binds_tightest_and_mixes_with_nothing() -> None:
    assert _value("1 + rollout.missing ?? 2") == 3
    assert "cannot be mixed" in _refusal("rollout.n ?? 1 + 2")
    assert "cannot be mixed" in _refusal("rollout?.y ?? 0 > 10")


def test_folding_of_constants_leaks() -> None:
    assert _value("true and rollout.spec.replicas") == 3
    assert _value("rollout.missing and true") is None
    assert _value("rollout.missing or true") is True
    assert _value("'a' == 'a' and rollout.spec.replicas") == 3


@pytest.mark.parametrize(
    "source", ["not rollout.status.abort", "rollout.abort and true == true and rollout.x", "len(rollout.x)"]
)
def test_nil_is_not_false(source: str) -> None:
    assert "nil" in _failure(source)


def test_text_operators_take_nil_for_no_match_and_comparisons_do_not() -> None:
    assert _value("rollout.missing contains 'a' or rollout.missing matches 'a' or rollout.x startsWith 'a'") is False
    assert _value("rollout.missing == 0 or 1 in rollout.missing") is False
    assert "nil < int" in _failure("rollout.missing < 1")


def test_members_of_nil_are_errors_and_missing_keys_are_nil() -> None:
    assert _value("rollout.status.missing") is None
    assert _failure("rollout.missing.x") == "cannot fetch x from nil"
    assert _failure("rollout.status.phase.foo")
    assert _failure("rollout.status.phase?.foo")
    assert _value("rollout.missing?.[0]") is None
    assert "out of range" in _failure("rollout.status.conditions?.[7]")


def test_division_and_powers_are_floats() -> None:
    assert repr(_value("6 / 2")) == repr(_value("3 ** 1")) == "3.0"
    assert _value("-2 ** 2") == -4
    assert _value("rollout.spec.replicas / 0") == math.inf
    assert "zero" in _failure("rollout.spec.replicas % 0")


def test_not_binds_tighter_than_comparisons() -> None:
    assert _refusal("not 'a' in ['a']")
    assert _refusal("!1 == 2")
    assert _value("'a' not in ['b'] and not ('a' in ['b'])") is True


def test_comparisons_chain() -> None:
    assert _value("1 < 2 < 3") is True
    assert _value("3 > 2 > 2") is False


def test_literals_that_cannot_be_equal_are_refused_and_values_are_not() -> None:
    assert _refusal("1 == '1'")
    assert _refusal("1 in ['1']")
    assert _refusal("1 == true")
    assert _value("rollout.spec.replicas == '3'") is False
    assert _value("rollout.spec.replicas == true", {"rollout": {"spec": {"replicas": 1}}}) is False


def test_strings_are_measured_in_bytes() -> None:
    env = {"name": "née"}
    assert _value("len(name)", env) == 4
    assert _value("name[0]", env) == ord("n")
    assert _value("name[0:1] + name[3:99]", env) == "ne"
    assert "out of range" in _failure("name[4]", env)


def test_the_first_of_nothing_is_an_error_or_nil() -> None:
    assert "out of range" in _failure("filter(rollout.status.conditions, {.type == 'X'})[0]")
    assert _value("first(filter(rollout.status.conditions, {.type == 'X'}))") is None
    assert _value("find(rollout.status.conditions, {.type == 'X'})") is None
    assert "start value" in _failure("reduce([], #acc + #)")


def test_unknown_functions_fail_when_called() -> None:
    assert "no function" in _failure("uniq(rollout.status.conditions)")
    assert _refusal("let len = 1; len")
    assert _refusal("if true { 1 }")


def test_text_of_numbers_is_that_of_go() -> None:
    assert _value("string(100000000.0)") == "1e+08"
    assert _value("string(rollout.spec.replicas) + '/' + string(rollout.spec.weight)") == "3/2.5"


def test_where_the_controller_refuses_a_float_whose_meaning_is_plain_it_is_given() -> None:
    assert _value("rollout.spec.replicas % 2") == 1
    assert "whole number" in _failure("n % 2", {"n": 4.0})
    assert _value("-7 % 3") == -1
    assert "whole number" in _failure("rollout.spec.weight % 2")


def test_integers_of_an_expression_wrap_around_at_64_bits_and_numbers_of_the_data_are_floats() -> None:
    assert _value("9223372036854775807 + 1") == -(2**63)
    assert _value("reduce(1..6, #acc * #acc, 10)") == 0
    assert repr(_value("n + 1", {"n": 2**63 - 1})) == repr(2.0**63)
    assert _value("string(n) + ' ' + type(n)", {"n": 1_000_000}) == "1e+06 float"
    assert _value("string(1000000) + ' ' + type(1)") == "1000000 int"


def test_whole_numbers_of_the_data_stay_whole_where_nothing_makes_fractions_of_them() -> None:
    assert _value("(n + 1) % 2 + bitand(n * 3, 1)", {"n": 3}) == 1


def test_maps_are_gone_through_in_the_order_of_their_keys() -> None:
    env = {"m": {"b": 1, "a": 2}}
    assert _value("[keys(m), values(m), toPairs(m)]", env) == [["a", "b"], [2, 1], [["a", 2], ["b", 1]]]
    assert _value("keys(groupBy(['b', nil, true, 'a', 0], #))") == [None, True, 0, "a", "b"]


def test_a_bool_is_no_number() -> None:
    assert _value("flag == 1", {"flag": True}) is False
    assert "cannot compute bool + int" in _failure("flag + 1", {"flag": True})
    assert _value("flag in [0, 1]", {"flag": True}) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("any(xs, {# > 1})", True),
        ("all(xs, # > 1)", False),
        ("none(xs, # > 3)", True),
        ("one(xs, # == 2)", True),
        ("filter(xs, # != 2)", [1, 3]),
        ("map(xs, {# * #index})", [0, 2, 6]),
        ("count(xs, # > 1)", 2),
        ("all(rows, .missing?.[0] == nil)", True),
        ("rows | filter(.n > 1) | map(.n) | sum()", 2),
        ("any(rows, {any(.tags, {# == 'b'})})", True),
        ("let limit = 1; count(rows, .n > limit)", 1),
        ("sortBy(rows, .n, 'desc')[0].n", 2),
        ("findLast(xs, # < 3) + findLastIndex(xs, # < 3)", 3),
    ],
)
def test_predicates_ask_every_element(source: str, expected: object) -> None:
    rows = [{"n": 1, "tags": ["a", "b"]}, {"n": 2, "tags": []}]
    assert _value(source, {"xs": [1, 2, 3], "rows": rows}) == expected


def test_a_predicate_must_say_true_or_false() -> None:
    assert "true or false, got nil" in _failure("any(xs, .ok)", {"xs": [{}]})
    assert _refusal("any(xs, 1)")
    assert _refusal("any(xs, #index > 1)") == "unknown pointer #index"
    assert "no predicate around" in _refusal("# > 1")
