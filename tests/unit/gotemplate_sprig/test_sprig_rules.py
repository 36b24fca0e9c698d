"""What no comparison with Go can show: what is left out, what order keys have, what the data is after a rendering."""

from __future__ import annotations

import copy

import pytest

from notifier.errors import TemplateError
from notifier.gotemplate import compile as compiled
from notifier.gotemplate.sprig import FUNCTIONS, LEFT_OUT, MUTATING
from notifier.gotemplate.sprig.versions import parse_version
from tests.unit.gotemplate_sprig.corpus import ours


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_is_refused_by_name_at_load(name: str) -> None:
    assert name not in FUNCTIONS
    with pytest.raises(TemplateError, match=name):
        compiled(f"{{{{ {name} }}}}")


def test_keys_and_values_are_in_order() -> None:
    data = {"m": {"b": 1, "c": 2, "a": 3}}
    assert ours("{{ keys .m }} {{ values .m }} {{ keys .m (dict 1 2) }}", data).output == "[a b c] [3 1 2] [a b c 1]"


@pytest.mark.parametrize(
    "call",
    [
        *('set .m "x" 1', 'unset .m "a"', 'set .m.in "x" 1', 'merge .m (dict "x" 1)', 'mergeOverwrite .m (dict "a" 9)'),
        *('mustMerge .m.in (dict "x" 1)', 'mustMergeOverwrite .m (dict "in" (dict "b" 9))', "sortAlpha .l"),
        *('set (index .ms 0) "x" 1', 'merge (dict) .m | merge (dict "in" (dict "y" 1))'),
    ],
)
def test_a_rendering_changes_what_it_sees_but_not_the_data(call: str) -> None:
    data = {"m": {"a": 1, "in": {"b": 2}}, "l": ["b", "a"], "ms": [{}]}
    before = copy.deepcopy(data)
    assert ours(f"{{{{ {call} }}}}", data).error == ""
    assert data == before


def test_a_change_is_seen_by_what_follows() -> None:
    assert ours('{{ $_ := set .m "x" 1 }}{{ .m.x }}', {"m": {}}).output == "1"


@pytest.mark.parametrize(
    ("method", "wanted"),
    [("Major", 1), ("Minor", 2), ("Patch", 3), ("Prerelease", "a"), ("Metadata", "b"), ("Original", "v1.2.3-a+b")],
)
def test_a_version_has_methods_that_tell_its_parts(method: str, wanted: object) -> None:
    found = parse_version("v1.2.3-a+b").method(method)
    assert found
    assert found.body() == wanted


def test_only_what_changes_a_dict_is_declared_to() -> None:
    assert set(FUNCTIONS) >= MUTATING


def test_a_regular_expression_s_error_is_sprig_s() -> None:
    assert "error parsing regexp" in ours('{{ regexFind "(" "x" }}', {}).error


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("first .n", "Cannot find first on type nil"),
        ("last .s", "Cannot find last on type string"),
        ('dig "a" "b" "none" .m', "interface conversion: interface {} is float64, not map[string]interface {}"),
        ("div 1 0", "integer divide by zero"),
        ("divf 1 0", "decimal division by 0"),
        ('fail "stop here"', "stop here"),
        ('mustDateModify "x" now', 'time: invalid duration "x"'),
        ("unixEpoch .s", "expected time.Time; got string"),
        ('semver "x"', "Invalid Semantic Version"),
        ('semverCompare "?" "1.0.0"', "improper constraint: ?"),
        ('urlParse "http://h:x/"', 'parse "http://h:x/": invalid port ":x" after host'),
        ('mustFromJson "{"', "invalid JSON"),
        ("chunk 0 .l", "chunk wants a size of at least 1, got 0"),
        ("substr 2 1 .s", "slice bounds out of range [2:1]"),
    ],
)
def test_an_error_says_what_is_wrong(call: str, words: str) -> None:
    error = ours(f"{{{{ {call} }}}}", {"n": None, "s": "text", "m": {"a": 1}, "l": [1]}).error
    assert words in error
    assert "line 1" in error
