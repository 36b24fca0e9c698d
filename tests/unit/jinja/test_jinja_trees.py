"""Templates as trees: structure, native values, places in errors, speed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.errors import TemplateError
from notifier.jinja import Language, Native, compile_tree

Render = Callable[..., Any]

LANGUAGE = Language()
TEXT = st.text(st.characters(exclude_characters="{\r\n", codec="utf-8"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


@given(VALUES)
def test_a_tree_without_expressions_is_rendered_to_itself(tree: Any) -> None:
    assert compile_tree(tree, LANGUAGE).render({}) == tree


@given(VALUES)
def test_a_native_leaf_yields_an_equal_value_and_leaves_the_variable_alone(value: Any) -> None:
    before = copy.deepcopy(value)
    rendered = compile_tree({"leaf": "{{ event }}"}, LANGUAGE, native=Native.VALUES).render({"event": value})
    assert rendered == {"leaf": value}
    assert value == before
    assert not isinstance(value, list | dict) or rendered["leaf"] is not value


def test_leaves_are_rendered_and_the_structure_stays(render: Render) -> None:
    tree = {"fields": [{"title": "Name", "value": "{{ rollout.metadata.name }}", "short": True}, None, 3]}
    assert render(tree) == {"fields": [{"title": "Name", "value": "demo", "short": True}, None, 3]}


def test_what_is_rendered_cannot_change_the_structure(render: Render) -> None:
    message = render({"text": "{{ rollout.status.message }}"})
    assert message == {"text": 'error rate "5xx" > 1%\nsee <graphs> & logs'}


def test_keys_are_never_rendered(render: Render) -> None:
    assert render({"{{ rollout }}": "{{ rollout.spec.replicas }}"}) == {"{{ rollout }}": "3"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ rollout.spec.replicas }}", 3),
        ("{{ rollout.spec.replicas + 1 }}", 4),
        ("{{ rollout.spec.weights }}", [5, 20, 50]),
        ("{{ rollout.spec.paused }}", None),
        ("{{ rollout.spec.nothing.at.all }}", None),
        ("{{ rollout.spec.replicas if false }}", None),
        ("{{ rollout.metadata.labels }}", {"app": "demo", "team": "a"}),
        ("{{ rollout.status.phase == 'Degraded' }}", True),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ rollout.metadata.labels.items() }}", [["app", "demo"], ["team", "a"]]),
        ("{{ rollout.spec.weights | select('gt', 10) }}", [20, 50]),
        ("{{ rollout.spec.replicas }}\n", 3),
        ("{{ rollout.spec.replicas }} ", "3 "),
        ("{% if true %}{{ rollout.spec.replicas }}{% endif %}", "3"),
        ("3", "3"),
    ],
)
def test_native_leaves_keep_the_type_of_a_lone_expression(render: Render, source: str, value: Any) -> None:
    assert render({"leaf": source}, native=Native.VALUES) == {"leaf": value}


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("{{ ['a', 1] }}", ["a", 1]),
        ("{{ {'a': none} }}", {"a": None}),
        ("{{ 1 + 1 }}", "2"),
        ("{{ true }}", "true"),
        ("{{ none }}", ""),
        ("{{ 'a' }}", "a"),
        ("{{ [] }}!", "[]!"),
    ],
)
def test_where_structure_is_native_lists_and_mappings_are_kept_and_all_else_is_text(
    render: Render, source: str, kept: Any
) -> None:
    assert render({"leaf": source}, native=Native.STRUCTURE) == {"leaf": kept}


def test_where_structure_is_native_what_is_missing_is_an_error(render: Render) -> None:
    with pytest.raises(TemplateError, match=r"leaf: rollout\.nosuch is not there"):
        render({"leaf": "{{ rollout.nosuch.name }}"}, native=Native.STRUCTURE)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ rollout.spec.replicas }}", "3"),
        ("{{ rollout.spec.paused }}", ""),
        ("{{ true }} {{ 1.5 }} {{ 'a' if false }}", "true 1.5 "),
        ("{{ rollout.metadata.labels }}", '{"app":"demo","team":"a"}'),
        ("{{ (1, none, false) }}", "[1,null,false]"),
        ("weights {{ rollout.spec.weights ~ '' }}", "weights [5,20,50]"),
        ("{% if rollout.spec.replicas %}\n  many\n{% endif %}\nend\n", "  many\nend"),
    ],
)
def test_text_reads_as_json_does(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    "source", ["{{ range }}", "{{ self }}", "{{ namespace(a=1) }}", "{% macro m() %}{% endmacro %}{{ m }}"]
)
@pytest.mark.parametrize("native", list(Native))
def test_what_is_no_data_cannot_be_output(render: Render, source: str, native: Native) -> None:
    with pytest.raises(TemplateError, match="cannot be printed"):
        render(source, native=native)


def test_a_rendering_error_names_the_leaf_and_the_line(render: Render) -> None:
    tree = {"sink": {"body": [{"step": "one\n{# two #}\n{{ rollout.status.abort }}"}]}}
    with pytest.raises(TemplateError) as caught:
        render(tree)
    assert str(caught.value) == "sink.body[0].step: rollout.status.abort is not there (line 3)"
    assert caught.value.line == 3


def test_a_compile_error_names_the_leaf_under_the_given_path_and_the_line() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_tree({"body": {"step": "one\n{% if %}"}}, LANGUAGE, path="webhook.sink")
    assert str(caught.value).startswith("webhook.sink.body.step: ")
    assert caught.value.line == 2


def test_a_key_with_quotes_is_no_code() -> None:
    tree = {'a") + "injected" + ("': "{{ 1 if false }}", "b\n'''": "{{ 1 if false }}"}
    assert list(compile_tree(tree, LANGUAGE).render({}).values()) == ["", ""]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 1 | uper }}", 'there is no filter "uper"; did you mean upper?'),
        ("{% if false %}{{ 1 | uper }}{% endif %}", 'there is no filter "uper"; did you mean upper?'),
        ("{{ [1] | map('uper') }}", 'there is no filter "uper"; did you mean upper?'),
        ("{{ 1 is definde }}", 'there is no test "definde"; did you mean defined?'),
        ("{{ [1] | selectattr('a', 'equalsto', 1) }}", 'there is no test "equalsto"; did you mean equalto?'),
        ("{{ rolout.spec }}", '"rolout" is not known; did you mean rollout?'),
        ("{{ now() }}", '"now" is not known'),
        ("{{ 'a' | random }}", 'there is no filter "random"'),
        ("{{ 'a' | safe }}", 'there is no filter "safe"'),
        ("{% include 'x' %}", 'there is no tag "include" here'),
        ("{% extends 'x' %}", 'there is no tag "extends" here'),
        ("{% import 'x' as x %}", 'there is no tag "import" here'),
        ("{% from 'x' import y %}", 'there is no tag "from" here'),
        ("{% block x %}{% endblock %}", 'there is no tag "block" here'),
        ("{% autoescape false %}{% endautoescape %}", 'there is no tag "autoescape" here'),
        ("{% for a in [] recursive %}{% endfor %}", "recursive loops are not offered: use a macro"),
        ("{{ 1 | _weigh }}", 'there is no filter "_weigh"'),
    ],
)
def test_a_name_that_is_not_offered_is_a_compile_error(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_tree("first\n" + source, LANGUAGE)
    assert str(caught.value) == f"template: {message} (line 2)"


def test_a_language_may_have_other_variables() -> None:
    assert compile_tree("{{ app }}", Language(variables={"app"})).render({"app": "guestbook"}) == "guestbook"


def test_one_line_with_three_fields_is_rendered_twenty_thousand_times_a_second(rollout: dict[str, Any]) -> None:
    line = "{{ rollout.metadata.name }} in {{ rollout.metadata.namespace }} is {{ rollout.status.phase }}"
    tree, variables = compile_tree(line, LANGUAGE), {"rollout": rollout}
    started = time.process_time()
    for _ in range(5_000):
        tree.render(variables)
    assert time.process_time() - started < 0.25
