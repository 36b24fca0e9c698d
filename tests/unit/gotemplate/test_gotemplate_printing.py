"""Values as Go's fmt prints them, beyond what a template's data can hold."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.expr.timevalues import Duration, Time
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.formatting import formatted
from notifier.gotemplate.printing import printed, printed_line, shown
from notifier.gotemplate.quoting import quoted, unquoted
from notifier.gotemplate.values import NOTHING, Byte, Chunks, Int, Int64, Ints, StringMap, Strings, Uint64


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (NOTHING, "<nil>"),
        (1_000_000, "1e+06"),
        (Int(1_000_000), "1000000"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
        (-0.0, "-0"),
        (5e-324, "5e-324"),
        (10**400, "+Inf"),
        (Strings(["a", "b"]), "[a b]"),
        (Ints([Int(1), Int(2_000_000)]), "[1 2000000]"),
        (Chunks([[1, "a"], [None]]), "[[1 a] [<nil>]]"),
        (StringMap(b="2", a="1"), "map[a:1 b:2]"),
        (Time.of(0), "1970-01-01 00:00:00 +0000 UTC"),
        (Duration(90_000_000_000), "1m30s"),
    ],
)
def test_a_value_is_shown_as_by_the_verb_v(value: Any, text: str) -> None:
    assert shown(value) == formatted("%v", [value]) == text


@pytest.mark.parametrize(
    ("pattern", "values", "text"),
    [
        (
            "%f|%+v|% v|%08.1f|%8v|%-8v|",
            [math.inf, math.inf, math.inf, -math.inf, math.nan, math.nan],
            "+Inf|+Inf| Inf|    -Inf|     NaN|NaN     |",
        ),
        (
            "%T %T %T %T %T",
            [Byte(1), Int64(1), Uint64(1), Strings(), Duration(1)],
            "uint8 int64 uint64 []string time.Duration",
        ),
        ("%#v %#v %#v", [Byte(10), Uint64(10), Strings(["a"])], '0xa 0xa []string{"a"}'),
        ("%d %s", [Duration(5), Duration(5)], "5 5ns"),
    ],
)
def test_verbs_do_with_gos_own_types_what_go_does(pattern: str, values: list[Any], text: str) -> None:
    assert formatted(pattern, values) == text


def test_print_puts_spaces_between_what_is_no_text() -> None:
    assert printed([Int(1), Int(2), "a", "b", Int(3), None]) == "1 2ab3 <nil>"
    assert printed_line(["a", "b", Int(3)]) == "a b 3\n"


def test_a_text_that_would_be_too_long_is_not_made() -> None:
    with pytest.raises(Fault, match="too large"):
        formatted("%*d", [Int(5_000), Int(1)])
    with pytest.raises(Fault, match="too long"):
        formatted("%900d" * 2_000, [Int(1)] * 2_000)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_quoted_means_what_it_was(text: str) -> None:
    assert unquoted(quoted(text)) == unquoted(quoted(text, ascii_only=True)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_digits_mean_the_number(number: float) -> None:
    assert float(shown(number)) == number
    assert float.fromhex(formatted("%x", [number])) == number
    mantissa, _, exponent = formatted("%b", [number]).partition("p")
    assert math.ldexp(float(mantissa), int(exponent)) == number
