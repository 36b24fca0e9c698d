"""Expressions asked of expr v1.16.9 itself. `REGENERATE=1` records what it says of the corpus."""

from __future__ import annotations

import math
import os
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.differential.expr_answers import Case, cases, environment, ours, record, theirs
from tests.differential.peer import Peer

# Some functions and `**` are missing here, as they differ at random or in odd corners: differences/expr.yaml has them.
_ATOMS = """
    i d z n b f s t e l ls lm m em el 0 1 2 7 2.5 'a' 'Degraded' '' true false nil [] [1,2] ['a','b'] {} {'a':1}
"""
_MEMBERS = ".a .x?.y ?.q ['a'] [0] [-1] [1:] [:2] ?.[0] [i]"
_OPERATORS = """
    + - * / % ==  != < > <= >= in and or && || ?? contains startsWith endsWith matches not_in not_contains
"""
_FUNCTIONS = """
    len type string int float abs ceil floor round trim upper lower max min sum first last reverse
    toJSON fromJSON toBase64 fromBase64 bitnot duration timezone date fromPairs
"""
_PAIRWISE = """
    take split splitAfter join indexOf hasPrefix trimSuffix trim concat max bitand bitshl bitushr repeat
"""
_PREDICATES = "any all none one filter map count find findIndex sum groupBy sortBy reduce"
_BODIES = ["#", "# > 1", ".a == 1", ".ok", "#.s", "# == 'a'", "nil", "# in l", "type(#)", "# + #", "not #"]


def _one_of(names: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name.replace("_", " ") for name in names.split()])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, _one_of(_OPERATORS), inner),
        st.builds("({} {} {})".format, inner, _one_of(_OPERATORS), inner),
        st.builds("{} {}".format, _one_of("not ! - +"), inner),
        st.builds("({}){}".format, inner, _one_of(_MEMBERS)),
        st.builds("{}({})".format, _one_of(_FUNCTIONS), inner),
        st.builds("{}({}, {})".format, _one_of(_PAIRWISE), inner, inner),
        st.builds("{}({}, {})".format, _one_of(_PREDICATES), inner, st.sampled_from(_BODIES)),
        st.builds("{} ? {} : {}".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("let x = {}; {} == x".format, inner, inner),
        st.builds("{} | {}()".format, inner, _one_of(_FUNCTIONS)),
    )


_EXPRESSIONS = st.recursive(_one_of(_ATOMS), _grown, max_leaves=6)
_NUMBERS = st.integers(-(2**40), 2**40) | st.floats(-1e15, 1e15)
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.text(st.characters(codec="utf-8"), max_size=6)
_VALUES = st.recursive(
    _SCALARS, lambda item: st.lists(item, max_size=4) | st.dictionaries(st.sampled_from("abxs"), item, max_size=3)
)
_SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_controller_says_what_is_recorded(peer: Peer) -> None:
    env = environment()
    asked = [Case(case.source, case.differs, theirs(peer, case.source, env)) for case in cases()]
    if os.environ.get("REGENERATE"):
        record(env, asked)
    recorded = cases()
    assert [now for now, then in zip(asked, recorded, strict=True) if not then.answer.same(now.answer)] == []


@settings(_SETTINGS, max_examples=200)
@given(source=_EXPRESSIONS)
def test_expressions_nobody_thought_of_mean_the_same(peer: Peer, source: str) -> None:
    env = environment()
    assert theirs(peer, source, env).same(ours(source, env)), source


@settings(_SETTINGS, max_examples=200)
@given(operator=_one_of(_OPERATORS), left=_VALUES, right=_VALUES)
def test_operators_mean_the_same_of_any_values(peer: Peer, operator: str, left: Any, right: Any) -> None:
    source, env = f"left {operator} right", {"left": left, "right": right}
    assert theirs(peer, source, env).same(ours(source, env))


@settings(_SETTINGS, max_examples=200)
@given(function=_one_of(_FUNCTIONS), value=_VALUES)
def test_functions_mean_the_same_of_any_value(peer: Peer, function: str, value: Any) -> None:
    source, env = f"{function}(value)", {"value": value}
    assert theirs(peer, source, env).same(ours(source, env))


@settings(_SETTINGS)
@given(left=_NUMBERS, right=st.floats(-30, 30) | st.integers(-30, 30))
def test_powers_are_the_same_but_for_their_last_digits(peer: Peer, left: float, right: float) -> None:
    env = {"left": left, "right": right}
    said, own = theirs(peer, "left ** right", env), ours("left ** right", env)
    assert said.same(own) or math.isclose(said.value, own.value, rel_tol=1e-13)
