"""Errors name what is wrong, in which action and in which line."""

from __future__ import annotations

from typing import Any

import pytest

from notifier import gotemplate
from notifier.errors import TemplateError
from notifier.gotemplate.sprig import LEFT_OUT

UNREADABLE = [
    ("{{zzz .x}}", 'function "zzz" not defined', 1),
    ("a\nb {{$y}}", 'undefined variable "$y"', 2),
    ("\n\n{{if .x}}", "unexpected EOF", 3),
    ("{{end}}", 'unexpected "end" in input', 1),
    ("a\n{{.x", "unclosed action", 2),
    ("{{(.x}}", "unclosed left paren", 1),
    ("{{.x)}}", "unexpected right paren", 1),
    ("x\n{{/* y", "unclosed comment", 2),
    ('{{"abc}}', "unterminated quoted string", 1),
    ("{{`abc\n}}", "unterminated raw quoted string", 1),
    ("{{1.2x}}", 'bad number syntax: "1.2x"', 1),
    ("{{\n\n08}}", 'integer overflow: "08"', 3),
    ("{{break}}", "{{break}} outside {{range}}", 1),
    ('{{define "a"}}1{{end}}\n{{define "a"}}2{{end}}', 'multiple definition of template "a"', 2),
    ("{{.x | 1}}", "non executable command in pipeline stage 2", 1),
    ("{{}}", "missing value for command", 1),
    ("{{if}}{{end}}", "missing value for if", 1),
    ("{{.x \u00a7}}", "unrecognized character in action: '\u00a7'", 1),
    ("{{range $a, $b, $c := .x}}{{end}}", "too many declarations in range", 1),
]
FAILING = [
    ("{{.a.b}}\n {{ .n.x }}", "nil pointer evaluating interface {}.x in {{ .n.x }}", 2),
    ("{{.s.x}}", "can't evaluate field x in type string in {{.s.x}}", 1),
    ("\n{{if eq .s 1}}x{{end}}", "error calling eq: incompatible types for comparison: string and int", 2),
    ("{{index .l 9}}", "error calling index: index out of range: 9 in {{index .l 9}}", 1),
    ("{{range\n.s}}{{end}}", "range can't iterate over a value of type string in {{range .s}}", 1),
    ("{{with .a}}\n{{template `t` .}}{{end}}", 'template "t" not defined in {{template `t` .}}', 2),
    ("{{len 1}}", "error calling len: len of type int in {{len 1}}", 1),
    ("{{lt .n 1}}", "error calling lt: invalid type for comparison in {{lt .n 1}}", 1),
    ("{{printf 1}}", "expected string in {{printf 1}}", 1),
    ("{{.s | len .l}}", "wrong number of args for len: want 1 got 2 in {{.s | len .l}}", 1),
    ("{{1 | 2 | print}}", "", 1),
    ("{{call .s}}", "error calling call: non-function of type string in {{call .s}}", 1),
]
DATA: dict[str, Any] = {"a": {"b": 1}, "n": None, "s": "text", "l": [1]}


@pytest.mark.parametrize(("template", "message", "line"), UNREADABLE)
def test_what_is_no_template_is_named_with_its_line(template: str, message: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        gotemplate.compile(template)
    assert (caught.value.message, caught.value.line) == (message, line)


@pytest.mark.parametrize(("template", "message", "line"), FAILING)
def test_an_action_that_fails_is_named_with_its_line(template: str, message: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        gotemplate.compile(template).render(DATA)
    assert message in caught.value.message
    assert caught.value.line == line


def test_a_long_action_is_cut_at_sixty_characters() -> None:
    with pytest.raises(TemplateError) as caught:
        gotemplate.compile(f"{{{{index .l 9 {'.s ' * 50}}}}}").render(DATA)
    action = caught.value.message.partition(" in ")[2]
    assert action.startswith("{{index .l 9 .s .s")
    assert action.endswith("\u2026")
    assert len(action) == 60


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_a_function_that_is_left_out_is_refused_at_load_with_the_reason(name: str) -> None:
    with pytest.raises(TemplateError, match=rf'\Afunction "{name}" is not supported: .+ \(line 2\)\Z'):
        gotemplate.compile(f"\n{{{{if false}}}}{{{{{name}}}}}{{{{end}}}}")


def test_a_value_is_in_no_error() -> None:
    for template in ("{{.s.x}}", "{{lt .s 1}}", "{{index .l .s}}", "{{call .s}}", "{{range .s}}{{end}}"):
        with pytest.raises(TemplateError) as caught:
            gotemplate.compile(template).render({"s": "planted-value", "l": []})
        assert "planted" not in str(caught.value)
