"""Generated Go templates, patterns and values against text/template itself."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings, strategies as st

from tests.differential.peer import Peer
from tests.unit.gotemplate.cases import NOW, ours

PEER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=12)
"""Without the characters that Python's tables do not know yet, and Go's may."""
NUMBERS = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 0.1, 1e6, 999999.5, 1e20, 1e21, 123456789.0, 1e-4, 9.9999e-5, 5e-324])
    | st.integers(-(10**15), 10**15).map(float)
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)

LITERALS = st.sampled_from(
    ["0", "1", "-7", "42", "255", "2.5", "-0.125", "1e7", '"abc"', '"\\u00e9\\n"', "true", "nil", "'x'"]
)
VERBS = st.sampled_from([*"vdsqxXobcUeEfgGtTOFpzw%!", "+v", "#v", ""])
PATTERNS = st.lists(
    st.builds(
        lambda text, flags, width, precision, verb: f"{text}%{flags}{width}{precision}{verb}",
        st.sampled_from(["", "a ", "\u00e9", "[1]"]),
        st.text("+-# 0", max_size=3),
        st.sampled_from(["", "", "1", "5", "12", "*", "[1]", "[2]*", "[9]"]),
        st.sampled_from(["", "", ".", ".0", ".2", ".10", ".*", ".[1]*"]),
        VERBS,
    ),
    max_size=3,
).map("".join)

FIELDS = st.sampled_from([".", "$", ".a", ".b", ".a.b", ".l", ".n", ".none", ".none.x", ".n.x", "$x", "$.a", "$.l"])
FUNCTIONS = st.sampled_from(
    [
        "len",
        "not",
        "print",
        "printf",
        "println",
        "html",
        "js",
        "urlquery",
        "index",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "and",
        "or",
    ]
)


def _calls(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda name, rest: " ".join([name, *rest]), FUNCTIONS, st.lists(words, max_size=3))


WORDS = st.recursive(
    FIELDS | LITERALS,
    lambda inner: st.builds("({})".format, st.lists(inner, min_size=1, max_size=2).map(" ".join) | _calls(inner)),
    max_leaves=4,
)
DATA: dict[str, Any] = {
    "a": {"a": "inner", "b": "deep", "l": ["p"]},
    "b": True,
    "l": [1.5, "s", None, {"a": "item", "b": False}, ["x"]],
    "n": None,
}


PIPELINES = st.lists(WORDS | _calls(WORDS), min_size=1, max_size=3).map(" | ".join)
OPENINGS = st.sampled_from(["{{", "{{- "])
CLOSINGS = st.sampled_from(["}}", " -}}"])


def _action(words: str, opening: str, closing: str) -> str:
    return f"{opening}{words}{closing}"


def _actions(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(_action, words, OPENINGS, CLOSINGS)


HEADS = st.builds(
    "{} {}{}".format,
    st.sampled_from(["if", "with", "range"]),
    st.sampled_from(["", "", "$x := ", "$x = ", "$i, $x := "]),
    PIPELINES,
)
STATEMENTS = st.recursive(
    st.sampled_from(
        [" ", "text", " \n", "{{/* c */ -}}", "{{$x := .}}", "{{$x = 1}}", "{{break}}", '{{template "t" .}}']
    )
    | _actions(PIPELINES),
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.builds("{}{}{}{}{{{{end}}}}".format, _actions(HEADS), inner, st.sampled_from(["", "{{else}}e"]), inner)
    ),
    max_leaves=6,
)


@PEER
@given(VALUES)
def test_values_print_as_gos(peer: Peer, value: Any) -> None:
    _check(peer, '{{.x}}|{{print .x .y}}|{{printf "%v %+v %#v %T" .x .x .x .x}}|{{if .x}}t{{end}}', {"x": value})


@PEER
@given(PATTERNS, st.lists(LITERALS, max_size=3))
def test_patterns_are_filled_in_as_gos(peer: Peer, pattern: str, values: list[str]) -> None:
    assume("%p" not in pattern)
    _check(peer, f"{{{{printf `{pattern}` {' '.join(values)}}}}}", {})


@PEER
@given(PATTERNS, VALUES)
def test_values_of_the_data_are_filled_in_as_gos(peer: Peer, pattern: str, value: Any) -> None:
    assume("p" not in pattern)
    _check(peer, f"{{{{printf `{pattern}` .x .x}}}}", {"x": value})


@PEER
@given(TEXTS)
def test_texts_are_escaped_as_gos(peer: Peer, text: str) -> None:
    _check(
        peer,
        "{{html .x}} {{js .x}} {{urlquery .x}} {{len .x}} {{printf `%q %+q %#q %x %.3s` .x .x .x .x .x}}",
        {"x": text},
    )


@PEER
@given(SCALARS, SCALARS, st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]))
def test_values_compare_as_gos(peer: Peer, first: Any, second: Any, name: str) -> None:
    _check(peer, f"{{{{{name} .x .y}}}}", {"x": first, "y": second})


@PEER
@given(STATEMENTS)
def test_templates_give_what_gos_give(peer: Peer, statements: str) -> None:
    """In a template of its own, which does not see the functions of `time`: Go would print their addresses."""
    main = f"{{{{$x := 5}}}}{{{{$i := 6}}}}{statements}"
    _check(peer, f'{{{{define "t"}}}}[{{{{.}}}}]{{{{end}}}}{{{{block "main" .data}}}}{main}{{{{end}}}}', {"data": DATA})


def _check(peer: Peer, template: str, data: dict[str, Any]) -> None:
    answer = peer.ask({"do": "render", "template": template, "data": data, "now": NOW})
    outcome = ours(template, data)
    assert (outcome.output, outcome.stage) == (answer.get("output"), answer.get("stage")), answer
