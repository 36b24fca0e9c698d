"""What an expression may reach: data first, then little else; and what is missing says so."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from notifier.errors import TemplateError
from notifier.jinja import VARIABLES, Language, Native, compile_tree

Render = Callable[..., Any]

LANGUAGE = Language()
KEYS = st.sampled_from(["items", "keys", "values", "get", "update", "pop", "format", "spec", "upper"])


@given(st.dictionaries(KEYS, st.integers()), KEYS)
def test_the_key_of_a_mapping_comes_before_its_methods(mapping: dict[str, int], key: str) -> None:
    present = compile_tree(f"{{{{ event.{key} }}}}", LANGUAGE, native=Native.VALUES)
    if key in mapping:
        assert present.render({"event": mapping}) == mapping[key]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ rollout.spec.items | join(',') }}", "x,y"),
        ("{{ rollout['spec']['items'][1] }}", "y"),
        ("{{ rollout.spec.get }}", "key"),
        ("{% for k, v in rollout.metadata.labels.items() %}{{ k }}={{ v }};{% endfor %}", "app=demo;team=a;"),
        ("{{ rollout.metadata.labels.keys() | join }}", "appteam"),
        ("{{ rollout.metadata.labels.get('none', 'other') }}", "other"),
        ("{{ rollout.metadata.name.upper() }}", "DEMO"),
        ("{{ rollout.metadata.name[1:3] }}", "em"),
        ("{{ 'a-b'.split('-')[1] }}", "b"),
        ("{{ rollout.spec.weights | length }}", "3"),
    ],
)
def test_data_is_reached_by_key_index_and_method(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("{{ rollout.status.canary.weights.canary.weight }}", "rollout.status.canary.weights"),
        ("{{ rollout.spec.weights[7].x }}", "rollout.spec.weights[7]"),
        ("{{ rollout.spec.paused.since }}", "rollout.spec.paused.since"),
        ("{{ rollout['status']['x-y'] }}", "rollout.status.x-y"),
        ("{% set k = 'nokey' %}{{ rollout.status[k] }}", "rollout.status.nokey"),
        ("{{ event.reason }}", "event"),
        ("{{ rollout.status.abort + 1 }}", "rollout.status.abort"),
        ("{{ 1 - rollout.status.abort }}", "rollout.status.abort"),
        ("{{ rollout.status.abort > 1 }}", "rollout.status.abort"),
        ("{{ 'a' ~ rollout.status.abort }}", "rollout.status.abort"),
        ("{{ rollout.status.abort | upper }}", "rollout.status.abort"),
        ("{{ rollout.status.abort | tojson }}", "rollout.status.abort"),
        ("{{ [rollout.status.abort] }}", "rollout.status.abort"),
        ("{{ rollout.status.abort() }}", "rollout.status.abort"),
    ],
)
@pytest.mark.parametrize("html", [True, False])
def test_the_use_of_what_is_missing_names_its_first_missing_link(
    render: Render, source: str, link: str, html: bool
) -> None:
    with pytest.raises(TemplateError) as caught:
        render(source, html=html)
    assert str(caught.value) == f"template: {link} is not there (line 1)"


def test_the_nearest_key_is_proposed(render: Render) -> None:
    with pytest.raises(TemplateError, match=r"rollout\.metadata\.nam is not there; did you mean name\?"):
        render("{{ rollout.metadata.nam }}")


def test_a_macro_without_its_argument_says_so(render: Render) -> None:
    with pytest.raises(TemplateError, match="parameter 'a' was not provided"):
        render("{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ rollout.status.canary.weights.canary.weight | default(0) }}", "0"),
        ("{{ rollout.status.canary.weights.canary.weight is defined }}", "false"),
        ("{{ rollout.status.canary is defined }}", "true"),
        ("{{ rollout.spec.paused | default('no') }}", "no"),
        ("{{ '' | default('empty') }}{{ '' | default('empty', true) }}", "empty"),
        ("{% if rollout.status.abort %}aborted{% else %}fine{% endif %}", "fine"),
        ("{% for c in rollout.status.conditions %}{{ c }}{% else %}none{% endfor %}", "none"),
        ("{{ rollout.status.abort == true }}", "false"),
        ("{{ rollout.status.conditions | length }}", "0"),
        ("{{ 'a' in rollout.status.conditions }}", "false"),
    ],
)
def test_what_is_missing_is_false_and_empty(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ rollout.__class__.__mro__ }}",
        "{{ rollout.__init__.__globals__ }}",
        "{{ range.__self__ }}",
        "{{ namespace.__init__ }}",
        "{{ [].append(1) }}",
        "{{ rollout.update({'a': 1}) }}",
        "{{ rollout.metadata.labels.pop('app') }}",
        "{{ rollout.metadata.labels.clear() }}",
        "{{ rollout.spec.weights.sort() }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ 'a'.format_map({}) }}",
        "{{ 'a'.encode() }}",
        "{{ 'a' | attr('__class__') }}",
        "{{ [rollout] | map(attribute='__class__') }}",
        "{% set rollout.a = 1 %}",
        "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{{ time.clock.secret }}",
        "{{ time.Now.__globals__ }}",
    ],
)
def test_neither_internals_nor_changes_are_offered(render: Render, rollout: dict[str, Any], source: str) -> None:
    before = copy.deepcopy(rollout)
    time = SimpleNamespace(Now=lambda: 0, clock=SimpleNamespace(secret="no data of objects"))
    with pytest.raises(TemplateError):
        render(source, time=time)
    assert rollout == before


def test_functions_that_are_given_can_be_called(render: Render) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    clock = SimpleNamespace(Now=lambda: noon, Parse=datetime.fromisoformat)
    assert render("{{ time.Now() | time }}", time=clock) == "12:00:00 UTC"
    assert render("{{ time.Now() }}", time={"Now": lambda: noon}) == "2026-11-21 12:00:00+00:00"
    assert render("{{ time.Parse('2026-11-21T11:00:00Z') < time.Now() }}", time=clock) == "true"


def test_every_documented_variable_can_be_named(render: Render) -> None:
    for name in VARIABLES:
        assert render(f"{{{{ {name}.cluster }}}}", **{name: {"cluster": "eu-1"}}) == "eu-1"


def test_an_error_of_a_function_is_one_of_the_template(render: Render) -> None:
    with pytest.raises(TemplateError, match="Invalid isoformat string: 'x'"):
        render("{{ time.Parse('x') }}", time={"Parse": datetime.fromisoformat})


def test_html_escapes_what_is_printed_and_text_does_not(render: Render) -> None:
    source = "<p>{{ rollout.status.message }}{{ '<' ~ '>' }}{{ ['<b>'] | join }}{{ '<i>' | replace('i', '&') }}</p>"
    assert render(source) == '<p>error rate "5xx" > 1%\nsee <graphs> & logs<><b><&></p>'
    escaped = "error rate &#34;5xx&#34; &gt; 1%\nsee &lt;graphs&gt; &amp; logs&lt;&gt;&lt;b&gt;&lt;&amp;&gt;"
    assert render(source, html=True) == f"<p>{escaped}</p>"


def test_html_that_a_template_made_itself_is_not_escaped_twice(render: Render) -> None:
    source = "{% macro bold(a) %}<b>{{ a }}</b>{% endmacro %}{{ bold('<') }}{{ [bold('&'), '<'] | join('>') }}"
    assert render(source, html=True) == "<b>&lt;</b><b>&amp;</b>&gt;&lt;"


MACROS = {
    "text.j2": "{# new #}\n{% macro hello(name) %}\nHello {{ name }} from {{ rollout.metadata.name }}{% endmacro %}\n",
    "more.j2": "{% macro twice(name) %}{{ hello(name) }}, {{ hello(name) }}{% endmacro %}",
}


def test_macros_are_known_everywhere_and_see_the_variables(rollout: dict[str, Any]) -> None:
    tree = compile_tree({"a": "{{ hello('you') }}", "b": "{{ twice('<') }}"}, Language(macros=MACROS))
    rendered = tree.render({"rollout": rollout})
    assert rendered == {"a": "Hello you from demo", "b": "Hello < from demo, Hello < from demo"}


def test_a_rendering_knows_nothing_of_the_one_before_it(rollout: dict[str, Any]) -> None:
    told = "{{ twice('you') if rollout is defined }}"
    tree = compile_tree([told + "{% set rollout = {} %}{{ rollout }}", told], Language(macros=MACROS))
    for name in ("demo", "other"):
        text = f"Hello you from {name}, Hello you from {name}"
        assert tree.render({"rollout": rollout | {"metadata": {"name": name}}}) == [text + "{}", text]
        assert tree.render({}) == ["{}", ""]


def test_a_rendering_within_a_rendering_disturbs_neither(rollout: dict[str, Any]) -> None:
    tree = compile_tree("{{ hello('a') }}{{ time.Now() }}{{ hello('b') }}", Language(macros=MACROS))
    inner = {"rollout": {"metadata": {"name": "inner"}}, "time": {"Now": lambda: "!"}}
    rendered = tree.render({"rollout": rollout, "time": {"Now": lambda: f" {tree.render(inner)} "}})
    assert rendered == "Hello a from demo Hello a from inner!Hello b from inner Hello b from demo"


def test_macros_escape_what_they_print_in_html(rollout: dict[str, Any]) -> None:
    tree = compile_tree("{{ twice('<') }}", Language(macros=MACROS), html=True)
    assert tree.render({"rollout": rollout}) == "Hello &lt; from demo, Hello &lt; from demo"


def test_an_error_in_a_macro_names_both_places() -> None:
    tree = compile_tree({"a": "\n{{ twice('you') }}"}, Language(macros=MACROS))
    with pytest.raises(TemplateError) as caught:
        tree.render({"rollout": {"metadata": {}}})
    message = 'a: rollout.metadata.name is not there (in macro file "text.j2", line 3) (line 2)'
    assert str(caught.value) == message


FAULTY = {
    "{% macro m() %}\n{{ 1 | uper }}{% endmacro %}": 'there is no filter "uper"; did you mean upper? (line 2)',
    "{% macro 1() %}": "expected token 'name', got 'integer' (line 1)",
    "\nHello": "a file of macros holds nothing but macros (line 1)",
    "{% set a = 1 %}": "a file of macros holds nothing but macros (line 1)",
    "{% macro rollout() %}{% endmacro %}": 'the name "rollout" is taken (line 1)',
    "\n\n{% macro hello() %}{% endmacro %}": 'the name "hello" is taken (line 3)',
}


@pytest.mark.parametrize(("source", "message"), FAULTY.items())
def test_a_faulty_macro_is_refused_with_its_file(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Language(macros=MACROS | {"new.j2": source})
    assert str(caught.value) == f"new.j2: {message}"


ATOMS = st.sampled_from(
    ["rollout", "rollout.a", "rollout.b.c", "'text'", "1", "0.5", "none", "[1, 'a']", "{'k': 2}", "x"]
)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and", "or", "is", "."])
FILTERS = st.sampled_from([*LANGUAGE.text.known["filter"], *LANGUAGE.text.known["test"]])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, OPERATORS, inner)
        | st.builds("({} | {})".format, inner, FILTERS)
        | st.builds("({} | {}({}))".format, inner, FILTERS, inner)
        | st.builds("({} is {})".format, inner, FILTERS)
        | st.builds("({}[{}])".format, inner, inner)
        | st.builds("({}[{}:])".format, inner, inner)
        | st.builds("({}({}))".format, inner, inner)
    ),
    max_leaves=6,
)
SHAPES = st.sampled_from(
    [
        "{{{{ {} }}}}",
        "a {{{{ {} }}}}",
        "{{% for x in {} %}}{{{{ x }}}}{{% endfor %}}",
        "{{% if {} %}}{{% endif %}}",
        "{{% set x = {} %}}{{{{ x }}}}",
        "{{% {} %}}",
    ]
)


@settings(max_examples=400)
@given(st.builds(str.format, SHAPES, EXPRESSIONS), st.booleans())
def test_any_source_renders_or_is_a_template_error(source: str, html: bool) -> None:
    variables = {"rollout": {"a": ["x"], "b": {"c": 2}}}
    with contextlib.suppress(TemplateError):
        compile_tree(source, LANGUAGE, native=Native.VALUES, html=html).render(variables)
    assert variables == {"rollout": {"a": ["x"], "b": {"c": 2}}}
