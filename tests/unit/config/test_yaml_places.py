"""YAML with the line of each of its parts."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from notifier.config import yamltext
from notifier.errors import ConfigError

TEXT = """\
# a remark
- when: a
  send:
  - one
  - two

- {when: b,
   send: []}
"""

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 2), ((0,), 2), ((0, "send"), 3), ((0, "send", 1), 5), ((1,), 7), ((1, "send"), 8)],
)
def test_a_part_has_the_line_it_stands_on(path: tuple[str | int, ...], line: int) -> None:
    assert yamltext.load(TEXT).line(*path) == line


def test_a_part_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    assert yamltext.load(TEXT).line(1, "oncePer") == 7
    assert yamltext.load(TEXT).line(5, "when") == 2
    assert yamltext.load("").line(0, "when") == 0


@given(json)
def test_what_was_dumped_is_loaded(value: Any) -> None:
    assert yamltext.load(yaml.safe_dump(value)).value == value


@given(st.text(max_size=30))
def test_any_text_is_yaml_or_a_config_error(text: str) -> None:
    try:
        found = yamltext.load(text)
    except ConfigError as error:
        assert error.line >= 0  # noqa: PT017 - either outcome is right, but nothing else
    else:
        assert found.line() >= 0


MULTIPLYING = "\n".join(["a0: &a0 x", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 16))])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a: !!timestamp 2026-13-45",
            "a: !!int x",
            "a: !!float x",
            "a: *b",
            "? [a]\n: b",
            "a: !unknown x",
            "a: !!bool x",
            "a: !!timestamp x",
        ),
        pytest.param("a: &a [*a]", id="an alias of itself"),
        pytest.param("[" * 500 + "]" * 500, id="deep"),
        pytest.param(MULTIPLYING, id="aliases that multiply"),
    ],
)
def test_what_yaml_allows_but_no_value_should_be_is_a_config_error(text: str) -> None:
    with pytest.raises(ConfigError):
        yamltext.load(text)


def test_an_alias_is_what_it_stands_for() -> None:
    assert yamltext.load("a: &x [1]\nb: *x").value == {"a": [1], "b": [1]}


@pytest.mark.parametrize("word", ["on", "On", "off", "yes", "no", "y", "n"])
def test_a_key_is_a_text_though_yaml_takes_the_word_for_a_truth_value(word: str) -> None:
    assert yamltext.load(f"{word}: 1").value == {word: 1}


@pytest.mark.parametrize(
    ("written", "value"), [("true", True), ("FALSE", False), ("truely", "truely"), ("'true'", "true")]
)
def test_true_and_false_are_truth_values_and_what_begins_like_them_is_not(written: str, value: object) -> None:
    assert yamltext.load(f"a: {written}").value == {"a": value}


@pytest.mark.parametrize("time", ["2026-11-21", "2026-13-45", "2026-11-21T08:00:00Z"])
def test_a_time_is_a_text_as_for_argo(time: str) -> None:
    assert yamltext.load(f"{time}: {time}").value == {time: time}


@pytest.mark.parametrize(
    ("text", "key", "line"), [("a: 1\nb: 2\na: 3", "a", 3), ("x:\n- b: 1\n  c: {d: 1, d: 2}", "d", 3)]
)
def test_a_key_that_stands_twice_is_refused_with_its_line(text: str, key: str, line: int) -> None:
    with pytest.raises(ConfigError) as error:
        yamltext.load(text)
    assert (error.value.message, error.value.line) == (f"`{key}` stands twice", line)


def test_documents_are_all_that_a_file_holds_but_the_empty_ones() -> None:
    assert yamltext.documents("a: 1\n---\n---\n[b]\n") == [{"a": 1}, ["b"]]
    with pytest.raises(ConfigError, match="no YAML"):
        yamltext.documents("a: 1\n---\n[")


@pytest.mark.parametrize("text", ["[" * 60_000, "{a: " * 60_000, "- " * 60_000])
def test_what_is_nested_without_end_is_refused_and_ends_nothing(text: str) -> None:
    """The C library would overflow its stack, which no exception handler sees."""
    for read in (yamltext.load, yamltext.documents):
        with pytest.raises(ConfigError, match="nested too deeply"):
            read(text)


@pytest.mark.parametrize("text", ["password: !hunter2 x", "password: !!hunter2 x", "password: *hunter2"])
def test_what_is_no_yaml_is_not_quoted(text: str) -> None:
    with pytest.raises(ConfigError, match="this is no YAML") as raised:
        yamltext.load(text)
    assert "hunter2" not in str(raised.value)


def test_json_may_escape_a_character_in_halves() -> None:
    assert yamltext.documents('{"a": "\\ud83d\\ude80 \\\\ud83d"}') == [{"a": "🚀 \\ud83d"}]
