"""A template written to use up time or memory ends with an error that says so, and soon."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from notifier import gotemplate
from notifier.errors import TemplateError

SOON = 2.0
"""Seconds; several times what any of these takes on an idle machine."""

DATA: dict[str, Any] = {"long": list(range(10_000)), "map": {str(number): number for number in range(10_000)}}

HOSTILE = {
    "endless": "{{range 1000000000}}{{end}}",
    "loops in loops": "{{range 100000}}{{range 100000}}x{{end}}{{end}}",
    "loops over the data": "{{range .long}}{{range $.long}}{{.}}{{end}}{{end}}",
    "a map sorted again and again": "{{range 100000}}{{range $.map}}{{break}}{{end}}{{end}}",
    "a text that doubles": "{{$x := `abcdefgh`}}{{range 100}}{{$x = print $x $x}}{{end}}",
    "a text that doubles by printf": "{{$x := `abcdefgh`}}{{range 100}}{{$x = printf `%s%s` $x $x}}{{end}}",
    "a list that doubles": "{{$x := 1}}{{range 100}}{{$x = list $x $x}}{{end}}{{$x}}",
    "a large list printed again and again": (
        "{{$x := 1}}{{range 15}}{{$x = list $x $x}}{{end}}{{range 10000}}{{$y := print $x}}{{end}}"
    ),
    "a list in a list in a list": "{{$x := 1}}{{range 20000}}{{$x = list $x}}{{end}}{{$x}}",
    "a map that holds itself": "{{$x := dict}}{{$_ := set $x `a` $x}}{{$x}}",
    "a template that runs itself": "{{define `a`}}{{template `a` .}}{{end}}{{template `a` .}}",
    "a deep one that runs itself": (
        f"{{{{define `a`}}}}{'{{if 1}}' * 40}{{{{template `a` .}}}}{'{{end}}' * 40}{{{{end}}}}{{{{template `a` .}}}}"
    ),
    "a tree of templates": "{{define `a`}}{{range 9}}{{template `a` .}}{{end}}{{end}}{{template `a` .}}",
    "many arguments": f"{{{{range 100000}}}}{{{{$x := and {'1 ' * 20_000}}}}}{{{{end}}}}",
    "many fields": f"{{{{range 100000}}}}{{{{$.missing{'.a' * 20_000}}}}}{{{{end}}}}",
    "many verbs": f"{{{{range 100000}}}}{{{{$x := printf `{'%[1]900d' * 5_000}` 1}}}}{{{{end}}}}",
    "wide verbs": f"{{{{printf `{'%900d' * 5_000}`}}}}{{{{range 1000000}}}}{{{{end}}}}",
    "much output": f"{{{{range 100000}}}}{'x' * 60_000}{{{{end}}}}",
    "a wide number": "{{printf `%900000d` 1}}",
    "a precise number": "{{printf `%.900000f` 1.5}}",
}
UNREADABLE = {
    "parentheses": f"{{{{{'(' * 10_000}1{')' * 10_000}}}}}",
    "blocks": f"{'{{if 1}}' * 4_000}{'{{end}}' * 4_000}",
    "else ifs": f"{{{{if 0}}}}{'{{else if 0}}' * 4_000}{{{{end}}}}",
    "pipes": f"{{{{1{'|print' * 9_000}}}}}",
    "digits": f"{{{{{'9' * 60_000}}}}}",
    "exponents": f"{{{{1e{'9' * 60_000}}}}}",
    "openings": "{{" * 30_000,
    "length": "x" * 70_000,
}


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE)
def test_a_rendering_that_would_not_end_is_stopped(template: str) -> None:
    compiled = gotemplate.compile(template)
    began = time.perf_counter()
    with pytest.raises(TemplateError, match=r"too (much|long|large|deep)|more than"):
        compiled.render(DATA)
    assert time.perf_counter() - began < SOON


@pytest.mark.parametrize("template", UNREADABLE.values(), ids=UNREADABLE)
def test_a_source_that_is_too_deep_or_too_long_is_refused(template: str) -> None:
    began = time.perf_counter()
    with pytest.raises(TemplateError):
        gotemplate.compile(template)
    assert time.perf_counter() - began < SOON


def test_what_a_template_may_cost_can_be_set() -> None:
    template = "{{range 100}}{{template `t` .}}{{end}}{{define `t`}}x{{end}}"
    assert gotemplate.compile(template).render({}) == "x" * 100
    for budget in (gotemplate.Budget(steps=99), gotemplate.Budget(output=99), gotemplate.Budget(depth=0)):
        with pytest.raises(TemplateError):
            gotemplate.compile(template, budget=budget).render({})


PIECES = st.sampled_from(
    (  # noqa: SIM905 - a column of quoted pieces reads worse
        "{{ }} {{- -}} . .a $ $x := = | ( ) if else end range with break continue define template block print printf"
        ' and or index len 1 -2 1.5 "s" `r` \'c\' nil true /* */ "%d" eq , - \n'
    ).split(" ")  # a line break is a piece
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.lists(PIECES, max_size=40).map("".join) | st.text())
def test_junk_is_a_template_or_an_error_and_nothing_else(template: str) -> None:
    try:
        gotemplate.compile(template).render({"a": {"b": [1, None, "x"]}})
    except TemplateError as error:
        assert str(error)  # noqa: PT017 - junk may as well be a template
