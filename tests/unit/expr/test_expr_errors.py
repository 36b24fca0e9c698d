"""Errors say what is wrong, and where."""

from __future__ import annotations

import pytest

from notifier import expr
from notifier.errors import ExpressionError


def _place(error: ExpressionError) -> tuple[int, int]:
    return error.line, error.column


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("", 1, "unexpected end of expression"),
        ("a ==", 5, "unexpected end of expression"),
        ("a b", 3, "unexpected 'b'"),
        ("(a", 3, "unexpected end of expression, expected ')'"),
        ("a.1", 2, "unexpected '.1'"),
        ("a.'x'", 3, "unexpected \"'x'\", expected a name"),
        ("a == 'x", 6, "the string is not closed"),
        ("a == '\\q'", 7, "unknown escape \\q"),
        ("a == 1x", 6, "bad number"),
        ("a == 0x", 6, "bad number"),
        ("a == 9223372036854775808", 6, "the number is too large"),
        ("a ~ b", 3, "unrecognized character '~'"),
        ("a /* b", 3, "the comment is not closed"),
        ("a not b", 3, "unexpected 'not'"),
        ("a ?? b + c", 8, "?? and + cannot be mixed: put one of them in parentheses"),
        ("any(a)", 6, "unexpected ')', expected ','"),
        ("len()", 1, "len does not take 0 arguments"),
        ("len(5)", 5, "len: argument 1 must be array or map or string, got int"),
        ("a == 1 and 'x' < 2", 16, "string < int does not fit"),
        ("not 'a' in b", 1, "not does not go with string"),
        ("'a' ? 1 : 2", 1, "the condition must be true or false, not string"),
        ("a matches '('", 11, "bad pattern: missing ): ("),
        ("1 % 0", 3, "integer divide by zero"),
        ("let x = 1; let x = 2; x", 16, "cannot redeclare x"),
        ("any(split(a, ','), # == 1)", 22, "string == int does not fit"),
        ("(1..3)[0].a", 11, "int has no member a"),
        ("now().Sub(1)", 7, "Sub wants (time), got (int)"),
        ("get([1], 'a')", 10, "array has no string keys"),
        ("let x = 1; x()", 12, "cannot call int: it is no function"),
    ],
)
def test_a_text_that_is_no_expression_is_refused_at_load(source: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expr.compile(source)
    assert (caught.value.message, _place(caught.value)) == (message, (1, column))


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("rollout.status.phase == 'x'", 16, "cannot fetch phase from nil"),
        ("rollout.spec.x.y.z", 16, "cannot fetch y from nil"),
        ("rollout.list[5] == 1", 13, "index 5 is out of range, the length is 2"),
        ("true == (rollout.n > 'x')", 20, "cannot compare int > string"),
        ("rollout.n and rollout.n", 9, "must be true or false, got int"),
        ("any(rollout.list, .a.b)", 20, "cannot fetch a from int"),
        ("any(rollout.n, # > 1)", 1, "any wants an array, got int"),
        ("1 + rollout.foo()", 13, "cannot call nil: it is no function"),
        ("time.Parse(rollout.n)", 6, "time.Parse wants (string), got (int)"),
        ("rollout.name matches rollout.bad", 14, "bad pattern"),
        ("rollout.nothing[rollout.name]", 16, "cannot fetch an item from nil"),
        ("upper(rollout.n)", 1, "argument 1 must be string, got int"),
    ],
)
def test_an_evaluation_error_points_at_the_sub_expression(source: str, column: int, message: str) -> None:
    env = {"rollout": {"spec": {}, "list": [1, 2], "n": 3, "name": "web", "bad": "("}}
    with pytest.raises(ExpressionError) as caught:
        expr.compile(source).evaluate(env, 0)
    assert (caught.value.message, _place(caught.value)) == (message, (1, column))


def test_lines_are_counted() -> None:
    with pytest.raises(ExpressionError) as caught:
        expr.compile("a == 1 and // first\n  b == 2 and\n  c ==").evaluate({}, 0)
    assert _place(caught.value) == (3, 7)
    assert str(caught.value).endswith("(line 3, column 7)")


SECRET = "hunter2(("


@pytest.mark.parametrize(
    "source",
    [
        "'x' matches secrets.token",
        "int(secrets.token)",
        "float(secrets.token)",
        "duration(secrets.token)",
        "time.Parse(secrets.token)",
        "date(secrets.token)",
        "date('2026-01-01', secrets.token)",
        "timezone(secrets.token)",
        "fromJSON(secrets.token)",
        "fromBase64(secrets.token)",
        "bitand(secrets.token, 1)",
        "fromPairs([secrets.token])",
        "{}[time.Now().Format(secrets.token)].x",
        "rollout.missing[secrets.token]",
        "sort([2, 1], secrets.token)",
        "sortBy([2, 1], #, secrets.token)",
        "secrets.token + 1",
        "secrets.token.x",
        "not secrets.token",
        "[1, 2][secrets.token]",
    ],
)
def test_no_error_quotes_a_value(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expr.compile(source).evaluate({"secrets": {"token": SECRET}, "rollout": {}}, 0)
    assert "hunter" not in str(caught.value)
