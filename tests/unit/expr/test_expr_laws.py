"""Laws: nothing but ExpressionError escapes, everything ends, parentheses say what precedence means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from notifier import expr
from notifier.errors import ExpressionError
from notifier.expr.frame import STEPS
from notifier.expr.parser import BINARY, UNARY, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcxs"), inner, max_size=4),
    max_leaves=12,
)
_WORDS = "a b c 1 2.5 0 9007199254740993 'a' \"x\" true false nil x $env # #index .a .s"
_SYMBOLS = "?.a ?.[0] [0] [-1] [1:] [a] ( ) { } [ ] ? : , | ; not ! - + * / % ** ?? == != < > <= >= in and or .."
_CALLS = "any(b, all(c, filter(a, map(b, count( sum( first( max( upper( split( replace( join( round( int( time.Now()"
_REST = "contains matches startsWith endsWith time.Parse( duration( let x ="
_MORE = "groupBy( sortBy( reduce( toJSON( fromJSON( toPairs( fromPairs( keys( get( date( timezone( bitand( bitshl("
_FRAGMENTS = f"{_WORDS} {_SYMBOLS} {_CALLS} {_MORE} {_REST}".split(" ")


def _placed(source: str, env: dict[str, Any]) -> bool:
    """Compile, explain and evaluate; an ExpressionError must know its place, and nothing else may leave."""
    try:
        expression = expr.compile(source)
        expression.explained(env, 0)
        expression.evaluate(env, 0)
    except ExpressionError as error:
        return bool(error.message) and error.line >= 1 and error.column >= 1
    return True


@given(st.text(max_size=40))
@example("\\")
@example("'\\")
@example("a?.")
@example("\ud800")
def test_no_text_makes_anything_escape(source: str) -> None:
    assert _placed(source, {})


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map(" ".join),
    st.fixed_dictionaries({"a": JSON, "b": JSON, "c": JSON}),
)
def test_no_expression_over_any_data_makes_anything_escape(source: str, env: dict[str, Any]) -> None:
    assert _placed(source, env)


@given(st.sampled_from(list(BINARY)[1:]), JSON, JSON)
@example("+", 10**400, 1.5)
@example("/", 10**400, 1)
@example("..", 0, 10**300)
@example("contains", "\ud800", "\udfff")
@example("matches", "\ud800", "\ud800")
@example("**", -(10**200), 3)
def test_no_operands_make_anything_escape(operator: str, left: object, right: object) -> None:
    assert _placed(f"a {operator} b", {"a": left, "b": right})


@pytest.mark.parametrize(
    "source", ["(" * 500, "(" * 500 + "1" + ")" * 500, "not " * 3000 + "b", "b" + " and b" * 3000, "a" + ".a" * 3000]
)
def test_what_is_nested_too_deeply_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError, match=r"too deeply|too large|end of expression"):
        expr.compile(source)


def test_chained_calls_do_not_explode() -> None:
    source = "time.Now()" + ".UTC()" * 100
    assert expr.compile(f"{source}.Unix()").evaluate({}, 5) == 5
    assert expr.compile(f"now(){'.UTC()' * 100}.Unix()").evaluate({}, 5) == 5


def test_chained_comparisons_within_one_another_do_not_explode() -> None:
    source = "a"
    for _ in range(40):
        source = f"1 < ({source}) < 2"
    with pytest.raises(ExpressionError, match="too large"):
        expr.compile(source)


@pytest.mark.parametrize(
    "source",
    [
        "all(list, # >= 0)",
        "any(1..1000, {any(1..1000, {# < 0})})",
        "0..100000000",
        "list == map(list, #)",
        "list in [1, 2, list, map(list, #)]",
        "reduce(1..100, #acc + #acc, 'ab')",
        "map(1..1000, toJSON(list))",
        "map(1..1000, groupBy(list, #))",
        "map(1..1000, toBase64(text))",
        "map(1..100000, date('x', string(#)))",
        "map(1..100000, time.Now().Format(text))",
        "map(1..100000, max(list))",
        "replace(text, 'x', text)",
        "join(split(text, ''), text)",
        "any(1..1000, text contains 'y')",
        "sortBy(list, -#)",
    ],
)
def test_the_step_budget_ends_whatever_is_big(source: str) -> None:
    env = {"list": list(range(STEPS)), "text": "x" * 100_000}
    with pytest.raises(ExpressionError, match=f"gave up after {STEPS} steps"):
        expr.compile(source).evaluate(env, 0)


def test_every_evaluation_has_its_own_budget() -> None:
    expression = expr.compile("all(1..40000, # > 0)")
    assert [expression.holds({}, 0) for _ in range(5)] == [True] * 5


def test_a_runaway_pattern_is_linear() -> None:
    assert not expr.compile("text matches '^(a+)+$'").holds({"text": "a" * 5_000 + "!"}, 0)


class _Python:
    secret = "leaked"

    def __call__(self) -> str:
        return self.secret


@pytest.mark.parametrize(
    "source", ["thing.secret", "thing()", "thing['secret']", "thing.__class__", "thing?.secret", "len(thing)"]
)
def test_python_attributes_and_callables_are_out_of_reach(source: str) -> None:
    with pytest.raises(ExpressionError):
        expr.compile(source).evaluate({"thing": _Python()}, 0)


@pytest.mark.parametrize("value", ["text", [1], {"a": 1}, 5, True, 1.5])
@pytest.mark.parametrize("name", ["__class__", "__init__", "upper", "items", "real", "append"])
def test_data_has_no_python_attributes(value: object, name: str) -> None:
    try:
        found = expr.compile(f"value.{name}").evaluate({"value": value}, 0)
    except ExpressionError:
        return
    assert found is None
    assert isinstance(value, dict)


def test_evaluation_leaves_the_environment_alone() -> None:
    env = {"list": [3, 1, 2], "map": {"a": [1]}}
    for source in ("sort(list)", "reverse(list)", "concat(list, list)", "let x = list; map(x, # + 1)", "$env"):
        expr.compile(source).evaluate(env, 0)
    assert env == {"list": [3, 1, 2], "map": {"a": [1]}}


_LEVELS = {name: level for name, level in BINARY.items() if name not in ("|", "??", "..")}
_Tree = tuple[str, str, int]
"""An expression with all parentheses, with as few as precedence needs, and how tightly its operator binds."""


def _prefixed(operator: str, operand: _Tree) -> _Tree:
    full, sparse, level = operand
    inner = sparse if level >= UNARY[operator] else f"({sparse})"
    return f"{operator} ({full})", f"{operator} {inner}", UNARY[operator]


def _joined(operator: str, left: _Tree, right: _Tree) -> _Tree:
    level, rightward = _LEVELS[operator], operator in ("**", "^")
    strictly = level + 1 if operator in ("<", ">", "<=", ">=") else level
    first = left[1] if left[2] >= (level + 1 if rightward else strictly) else f"({left[1]})"
    second = right[1] if right[2] >= (level if rightward else level + 1) else f"({right[1]})"
    return f"({left[0]}) {operator} ({right[0]})", f"{first} {operator} {second}", level


_ATOMS: list[_Tree] = [(atom, atom, 1000) for atom in ("a", "b.c", "1", "'s'", "x[0]", "f(a)")]
_TREES: st.SearchStrategy[_Tree] = st.recursive(
    st.sampled_from(_ATOMS),
    lambda inner: (
        st.builds(_prefixed, st.sampled_from(list(UNARY)), inner)
        | st.builds(_joined, st.sampled_from(list(_LEVELS)), inner, inner)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(_TREES)
def test_precedence_means_the_parentheses_it_saves(tree: _Tree) -> None:
    full, sparse, _ = tree
    assert parse(sparse) == parse(full)
