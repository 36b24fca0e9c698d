"""Resource attacks: each ends soon, with little memory, as a TemplateError."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from notifier.errors import TemplateError
from notifier.jinja import Budget, Language, Native, compile_tree

Render = Callable[..., Any]

MIB = 1 << 20
MILLION = "{% set big = 'aaaaaaaaaa' * 100000 %}"
OFTEN = "{% for i in range(10000) %}"
END = "{% endfor %}"
GROW = "{% set ns = namespace(a=[1], b=[1], s='aaaa', n=3) %}{% for i in range(40) %}"
BRANCHES = "{% if rollout.a == 1 %}{% endif %}" * 400

AMPLIFIERS = {
    "repetition": "{{ 'a' * 10**9 }}",
    "repetition from the left": "{{ 10**9 * 'a' }}",
    "repeated list": "{{ [1] * 10**9 }}",
    "repeated list of lists": "{{ ([[1, 2, 3] * 1000] * 3000) | length }}",
    "width in %": "{{ '%1000000000d' % 1 }}",
    "width in % given as an argument": "{{ '%*d' % (1000000000, 1) }}",
    "width in % behind a literal": "{{ '%l%%1000000000d' % 1 }}",
    "width in % of a name": "{{ '%(a)1000000000d' % {'a': 1} }}",
    "precision in %": "{{ '%.1000000000f' % 1 }}",
    "many widths in %": "{{ ('%999d' * 10000) % range(10000) }}",
    "width in the filter format": "{{ '%1000000000d' | format(1) }}",
    "width in str.format": "{{ '{:>1000000000}'.format(1) }}",
    "center": "{{ 'a' | center(1000000000) }}",
    "str.center": "{{ 'a'.center(1000000000) }}",
    "str.ljust": "{{ 'a'.ljust(1000000000) }}",
    "str.rjust": "{{ 'a'.rjust(1000000000) }}",
    "str.zfill": "{{ 'a'.zfill(1000000000) }}",
    "str.expandtabs": "{{ '\t'.expandtabs(1000000000) }}",
    "indent": "{{ 'a\nb' | indent(1000000000) }}",
    "indent of many lines": "{{ ('\n' * 100000) | indent(1000) }}",
    "wordwrap": "{{ ('a' * 1000000) | wordwrap(1) }}",
    "batch": "{{ [1] | batch(10**9, 'x') }}",
    "slice": "{{ [1] | slice(10**9) }}",
    "round": "{{ 1.5 | round(10**9) }}",
    "replace": "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
    "replace of nothing": "{{ ('a' * 100000) | replace('', 'b' * 100000) }}",
    "str.replace": "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
    "join": "{{ range(10000) | join('b' * 100000) }}",
    "str.join": "{{ ('b' * 100000).join(range(10000)) }}",
    "urlencode": "{{ ('€' * 1000000) | urlencode }}",
    "sum of lists": "{{ ([[1] * 1000] * 1000) | sum(start=[]) }}",
    "list of characters": "{{ ('€' * 1000000) | list }}",
    "batches of characters": "{{ ('€' * 1000000) | batch(9) }}",
    "sorted characters": "{{ ('€' * 1000000) | sort }}",
    "str.split": "{{ ('€ ' * 500000).split() }}",
    "str.splitlines": "{{ ('€\n' * 500000).splitlines() }}",
    "tidy": "{{ ('€\n' * 500000) | tidy }}",
    "time format": "{{ '2026-11-21T07:34:00Z' | time('%1000000000H') }}",
    "long time format": "{{ '2026-11-21T07:34:00Z' | time('%H' * 100000) }}",
    "power": "{{ 10 ** (10 ** 8) % 7 }}",
    "tower of powers": "{{ 2 ** (2 ** (2 ** (2 ** (2 ** 2)))) }}",
    "squares": GROW + "{% set ns.n = ns.n * ns.n %}" + END,
    "long number": "{{ ('9' * 4000) | int }}",
    "hexadecimal number": "{{ ('f' * 100000) | int(0, 16) }}",
    "range": "{{ range(10**9) }}",
    "range of huge numbers": "{{ range(0, 10**30) | length }}",
    "range downwards": "{{ range(10**9, 0, -1) | list }}",
    "lipsum": "{{ lipsum(n=200000) }}",
    "doubling by +": GROW + "{% set ns.s = ns.s + ns.s %}" + END,
    "doubling by ~": GROW + "{% set ns.s = ns.s ~ ns.s %}" + END,
    "doubling by set": "{% set s = 'aaaa' %}" + "{% set s = s + s %}" * 40,
    "doubling by a block": "{% set s %}aaaa{% endset %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 40,
    "doubling by a filter block": GROW
    + "{% set ns.s %}{% filter upper %}{{ ns.s }}{{ ns.s }}{% endfilter %}{% endset %}"
    + END,
    "doubling by a macro": "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}" + GROW + "{% set ns.s = m(ns.s) %}" + END,
    "doubling a list": GROW + "{% set ns.a = ns.a + ns.a %}" + END,
    "doubling a list by nesting": GROW + "{% set ns.a = [ns.a, ns.a] %}" + END + "{{ ns.a }}",
    "doubling a tuple by nesting": GROW + "{% set ns.a = (ns.a, ns.a) %}" + END + "{{ ns.a }}",
    "doubling a mapping by nesting": GROW + "{% set ns.a = {'x': ns.a, 'y': ns.a} %}" + END + "{{ ns.a }}",
    "doubling by recursion": "{% macro m(n) %}{{ m(n - 1) ~ m(n - 1) if n else 'aaaa' }}{% endmacro %}{{ m(30) }}",
    "many parts": MILLION + "{{ " + " ~ ".join(["big"] * 150) + " }}",
    "many printed parts": MILLION + "{{ big }}" * 150,
    "parts of a block": "{% set s %}" + MILLION + OFTEN + "{{ big }}" + END + "{% endset %}",
    "parts of a macro": MILLION + "{% macro m(s) %}" + OFTEN + "{{ s }}" + END + "{% endmacro %}{{ m(big) | length }}",
    "many slices": MILLION + "{% set ns = namespace(l=[]) %}" + OFTEN + "{% set ns.l = ns.l + [big[i:]] %}" + END,
    "output of literals": OFTEN + "a" * 1000 + END,
    "output of values": OFTEN + "{{ rollout }}{{ big }}" + END,
}

BUSY = {
    "nested loops": OFTEN * 3 + END * 3,
    "nested loops that print": OFTEN * 3 + "x" + END * 3,
    "nested loops that filter": OFTEN + "{% for j in range(10000) if false %}" + END * 2,
    "long body": OFTEN + BRANCHES + END,
    "long macro": "{% macro m() %}" + BRANCHES + "{% endmacro %}" + OFTEN + "{{ m() }}" + END,
    "long call block": "{% macro m() %}"
    + OFTEN
    + "{{ caller() }}"
    + END
    + "{% endmacro %}{% call m() %}"
    + BRANCHES
    + "{% endcall %}",
    "macro recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "branching recursion": "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(30) }}",
    "mutual recursion": "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "comparison": MILLION + "{% set other = big ~ '' %}" + OFTEN + "{{ big == other }}" + END,
    "comparison of nested lists": GROW
    + "{% if i < 14 %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endif %}"
    + END
    + OFTEN
    + "{{ ns.a == ns.b }}"
    + END,
    "comparison by a test": "{{ range(10000) | select('in', range(10000) | list) | list }}",
    "search": MILLION + OFTEN + "{{ 'aaaab' in big }}" + END,
    "copying slices": MILLION + OFTEN + "{% set x = big[1:] %}" + END,
    "str.upper": MILLION + OFTEN + "{% set x = big.upper() %}" + END,
    "str.count": MILLION + OFTEN + "{% set x = big.count('ab') %}" + END,
    "str.split": "{% set words = 'a ' * 50000 %}" + OFTEN + "{% set x = words.split() %}" + END,
    "str.strip": "{{ ('a' * 500000).strip('b' * 500000) }}",
    "trim": "{{ ('a' * 500000) | trim('b' * 500000) }}",
    "upper": MILLION + OFTEN + "{% set x = big | upper %}" + END,
    "title": MILLION + OFTEN + "{% set x = big | title %}" + END,
    "oneline": MILLION + OFTEN + "{% set x = big | oneline %}" + END,
    "int": OFTEN + "{% set x = ('9' * 4000) | int is odd %}" + END,
    "sort": OFTEN + "{% set x = range(10000) | sort %}" + END,
    "map": OFTEN + "{% set x = range(10000) | map('string') %}" + END,
    "join often": OFTEN + "{% set x = range(10000) | join %}" + END,
    "unique": OFTEN + "{% set x = range(10000) | unique %}" + END,
    "tojson": OFTEN + "{% set x = rollout | tojson %}" + END,
    "printing": OFTEN + "{% set x %}{{ rollout }}{% endset %}" + END,
    "long keys": MILLION + OFTEN + "{{ {}[big] is defined }}" + END + "{{ {}[big] }}",
    "similar keys": "{% set key = 'ab' * 30000 %}{{ {key ~ 'x': 1}[key] }}",
    "deep attribute": "{{ range(10000) | map(attribute='" + ".".join("a" * 30_000) + "') }}",
    "long argument": MILLION + OFTEN + "{% set x = [1] | map('selectattr', big) %}" + END,
    "deep nesting": "{% set ns = namespace(a=[]) %}" + OFTEN + "{% set ns.a = [ns.a] %}" + END,
    "calls": OFTEN * 2 + "{{ 'a'.upper() }}" + END * 2,
    "filters": OFTEN * 2 + "{{ 'a' | upper | lower | trim }}" + END * 2,
    "paths": OFTEN * 2 + "{{ rollout.metadata.labels.app }}" + END * 2,
    "missing paths": OFTEN * 2 + "{{ rollout.a.b.c.d is defined }}" + END * 2,
    "loop.changed": OFTEN * 2 + "{{ loop.changed(i) }}" + END * 2,
}

UNCOMPILABLE = {
    "parentheses": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "brackets": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "not": "{{ " + "not " * 5_000 + "1 }}",
    "sum": "{{ " + "+".join("1" * 5_000) + " }}",
    "digits": "{{ " + "9" * 5_000 + " }}",
    "loops": "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    "branches": "{% if 1 %}" * 300 + "{% endif %}" * 300,
    "length": "{{ 1 }}" * 10_000,
    "constant without the item": "{{ 'a' ~ 'b'['c'] }}",
}


@pytest.fixture
def traced() -> Iterator[None]:
    """Memory is counted while a test runs."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("source", AMPLIFIERS.values(), ids=AMPLIFIERS)
def test_little_does_not_become_much(render: Render, source: str) -> None:
    started = time.process_time()
    with pytest.raises(TemplateError):
        render(source)
    assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    assert time.process_time() - started < 1


@pytest.mark.parametrize("source", BUSY.values(), ids=BUSY)
def test_no_template_is_busy_for_long(render: Render, source: str) -> None:
    started = time.process_time()
    with pytest.raises(TemplateError):
        render(source)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("source", UNCOMPILABLE.values(), ids=UNCOMPILABLE)
def test_what_is_too_complicated_is_a_compile_error(render: Render, source: str) -> None:
    started = time.process_time()
    with pytest.raises(TemplateError, match="cannot be compiled"):
        render(source)
    assert time.process_time() - started < 1


def rendered(source: str, budget: Budget) -> Any:
    return compile_tree([source, source], Language(budget=budget)).render({})


def test_the_output_of_the_whole_tree_is_limited() -> None:
    assert rendered("12345", Budget(output=10)) == ["12345", "12345"]
    with pytest.raises(TemplateError, match=r"\[1\]: too much output: more than 9 characters"):
        rendered("12345", Budget(output=9))


def test_native_values_count_as_output_by_how_they_read() -> None:
    tree = {"a": "{{ event }}", "b": "{{ event.a }}"}
    event = {"a": "12"}
    language = Language(budget=Budget(output=len(str(event)) + 2))
    assert compile_tree(tree, language, native=Native.VALUES).render({"event": event}) == {"a": event, "b": "12"}
    with pytest.raises(TemplateError, match="b: too much output"):
        compile_tree(tree, language, native=Native.VALUES).render({"event": event | {"a": "123"}})


def test_macros_may_nest_as_deep_as_the_budget_says() -> None:
    source = "{% macro m(n) %}{% if n > 1 %}{{ m(n - 1) }}{% else %}end{% endif %}{% endmacro %}{{ m(3) }}"
    assert rendered(source, Budget(depth=3)) == ["end", "end"]
    with pytest.raises(TemplateError, match="macros call one another more than 2 deep"):
        rendered(source, Budget(depth=2))


def test_the_steps_of_the_whole_tree_are_limited() -> None:
    source = "{% for i in range(100) %}{{ i }}{% endfor %}"
    assert len(rendered(source, Budget(steps=2_200))) == 2
    with pytest.raises(TemplateError, match=r"\[1\]: too much work: more than 2,000 steps \(line 1\)"):
        rendered(source, Budget(steps=2_000))


def test_each_rendering_has_a_budget_of_its_own() -> None:
    tree = compile_tree("12345", Language(budget=Budget(output=5)))
    assert [tree.render({}), tree.render({})] == ["12345", "12345"]


def test_a_long_message_is_well_within_the_budget(render: Render) -> None:
    pods = [{"name": f"guestbook-7d9f8c6b5-{n:05}", "phase": "Running", "restarts": n % 3} for n in range(2_000)]
    source = (
        "{% for pod in event.pods | sort(attribute='name') if pod.phase == 'Running' %}\n"
        "{{ loop.index }}. {{ pod.name | upper }}: {{ pod.restarts | plural('restart') }}\n"
        "{% endfor %}"
    )
    assert len(render(source, event={"pods": pods}).splitlines()) == 2_000
