"""What is given to templates: secrets, clocks, functions; and that it stays as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier import gotemplate
from notifier.errors import TemplateError
from notifier.expr.timevalues import clock
from notifier.gotemplate.values import Function
from notifier.secrets import SecretNames

NOON = 1_774_872_000.0
"""2026-03-30T12:00:00Z."""


def rendered(template: str, data: dict[str, Any], now: float | None = None) -> str:
    return gotemplate.compile(template).render(data, now=now)


def test_a_secret_is_its_placeholder_however_it_is_reached() -> None:
    secrets = {"secrets": SecretNames(["token"])}
    placeholder = "\u27e6secret:token\u27e7"
    for template in (
        "{{.secrets.token}}",
        "{{$s := .secrets}}{{$s.token}}",
        '{{index .secrets "token"}}',
        "{{range .secrets}}{{.}}{{end}}",
        '{{printf "%s" .secrets.token}}',
        "{{with .secrets}}{{.token | print}}{{end}}",
        "{{toString .secrets.token}}",
    ):
        assert rendered(template, secrets) == placeholder
    assert rendered("{{.secrets}} {{len .secrets}}", secrets) == f"map[token:{placeholder}] 1"


def test_a_secret_that_is_not_there_is_no_value() -> None:
    assert rendered("{{.secrets.other}}", {"secrets": SecretNames([])}) == "<no value>"


def test_the_clock_is_the_renderings_own() -> None:
    template = "{{(call .time.Now).Unix}} {{now.Unix}}"
    assert rendered(template, {}, now=NOON) == "1774872000 1774872000"
    assert rendered(template, {"time": clock(NOON)}) == "1774872000 1774872000"


def test_without_a_clock_nothing_tells_the_time() -> None:
    with pytest.raises(TemplateError, match="the data does not tell the time"):
        rendered("{{now}}", {})
    assert rendered("{{.time.Now}}", {}) == "<no value>"


def test_a_function_of_the_data_is_called_by_call_alone() -> None:
    data = {"f": {"Add": Function("Add", "int int", lambda first, second: first + second)}}
    assert rendered("{{call .f.Add 1 2}} {{2 | call .f.Add 1}}", data) == "3 3"
    for template in (
        "{{.f.Add 1 2}}",
        "{{.f.Add}}",
        "{{call .f.Add 1}}",
        '{{call .f.Add 1 "2"}}',
        "{{call .f.Add 1 nil}}",
    ):
        with pytest.raises(TemplateError):
            rendered(template, data)


@pytest.mark.parametrize(
    "template",
    [
        "{{$_ := set .m `a` 9}}{{.m.a}}",
        "{{$_ := set .m.in `a` 9}}{{.m.in.a}}",
        "{{range .l}}{{$_ := set . `a` 9}}{{.a}}{{end}}",
        "{{$m := .m}}{{$_ := unset $m `a`}}{{len $m}}",
        "{{$_ := merge .m.in (dict `z` 9)}}{{.m.in.z}}",
        "{{define `t`}}{{$_ := set . `a` 9}}{{.a}}{{end}}{{template `t` .m}}",
    ],
)
def test_a_template_changes_only_what_it_sees_itself(template: str) -> None:
    data = {"m": {"a": 1, "in": {}}, "l": [{"a": 1}]}
    before = copy.deepcopy(data)
    compiled = gotemplate.compile(template)
    assert compiled.render(data) in ("9", "1")
    assert data == before
    assert compiled.render(data) in ("9", "1")


def test_a_compiled_template_keeps_nothing_of_a_rendering() -> None:
    compiled = gotemplate.compile("{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}{{if .l}}{{$y := 2}}{{$y}}{{end}}")
    assert [compiled.render({"l": [7]}), compiled.render({"l": []}), compiled.render({"l": [7]})] == ["72", "1", "72"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "{{" not in text)


@given(TEXTS)
def test_a_text_without_actions_stays_as_it_is(text: str) -> None:
    assert rendered(text, {}) == text


@given(TEXTS, TEXTS)
def test_what_is_written_is_not_read_again(before: str, value: str) -> None:
    before = before.rstrip("{")
    assert rendered(f"{before}{{{{.x}}}}", {"x": value}) == before + value
