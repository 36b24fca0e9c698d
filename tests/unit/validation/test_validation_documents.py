"""Objects in files: every document for itself, every text with the line it stands on."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, strategies as st

from notifier.validation.documents import File, Finding, Manifest, read

LINES = st.lists(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=8), min_size=1, max_size=6)
KEYS = st.from_regex(r"[a-z][a-z0-9.-]{0,10}", fullmatch=True)
DATA = st.dictionaries(KEYS, LINES.map("\n".join), min_size=1, max_size=5)


class _Blocks(yaml.SafeDumper):
    """Writes texts of several lines behind a `|`."""


_Blocks.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else '"'),
)


def parts(text: str, *, named: bool = True) -> list[Manifest | Finding]:
    return list(read(File("file", text, named)))


def objects(text: str) -> list[Manifest]:
    found = parts(text)
    assert [part for part in found if isinstance(part, Finding)] == []
    return [part for part in found if isinstance(part, Manifest)]


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(part.line, part.key, part.message) for part in parts(text) if isinstance(part, Finding)]


@given(st.lists(DATA, min_size=1, max_size=3))
def test_a_text_s_lines_are_those_of_the_file_wherever_it_has_lines_of_its_own(maps: list[dict[str, str]]) -> None:
    file = yaml.dump_all([{"kind": "ConfigMap", "data": data} for data in maps], Dumper=_Blocks, explicit_start=True)
    lines = file.splitlines()
    found = objects(file)
    assert [{key: text.value for key, text in one.texts("data").items()} for one in found] == maps
    for key, text in (item for one in found for item in one.texts("data").items()):
        assert key in lines[text.line - 1]
        if text.first:
            own = text.value.splitlines()
            assert [lines[text.at(number) - 1].strip() for number, _ in enumerate(own, 1)] == own


@given(st.lists(st.dictionaries(KEYS, st.text(st.characters(exclude_categories=["Cs"]))), min_size=1), st.booleans())
def test_json_is_read_as_json_one_object_behind_the_other(maps: list[dict[str, str]], ascii_only: bool) -> None:
    written = [json.dumps({"kind": "X", "data": data}, indent=1, ensure_ascii=ascii_only) for data in maps]
    # YAML knows no such characters, and Kubernetes' tools escape them.
    assume(all(char.isprintable() for text in written for char in text.replace("\n", "")))
    found = objects("\n".join(written))
    assert [{key: text.value for key, text in one.texts("data").items()} for one in found] == maps


def test_a_document_that_is_no_yaml_costs_no_other() -> None:
    file = "kind: A\n---\nkind: B\na:\n\tb: 1\n--- # the third\nkind: C\n---\n# nothing\n"
    found = parts(file)
    assert [part.kind for part in found if isinstance(part, Manifest)] == ["A", "C"]
    assert problems(file) == [(5, "", "this is no YAML: found character that cannot start any token")]


def test_a_marker_inside_of_a_text_ends_nothing() -> None:
    (found,) = objects("kind: ConfigMap\ndata:\n  a: |\n    x\n    ---\n    y\n")
    assert found.texts("data")["a"].value == "x\n---\ny\n"


@pytest.mark.parametrize(
    ("file", "line"),
    [("[]", 1), ("---\njust words", 2), ("\n\na: b", 3), ("kind: {}", 1), ("kind: List\nitems:\n- x", 3)],
)
def test_what_is_no_object_is_a_problem_unless_a_folder_brought_it(file: str, line: int) -> None:
    assert problems(file) == [(line, "", "this is no Kubernetes object: it has no `kind`")]
    assert parts(file, named=False) == []


def test_a_key_that_stands_twice_is_a_problem_and_the_last_one_counts() -> None:
    file = "kind: ConfigMap\ndata:\n  a: x\n  b: y\n  a: z\n"
    assert problems(file) == [(5, "a", "stands twice; the last one counts")]
    (found,) = (part for part in parts(file) if isinstance(part, Manifest))
    assert found.texts("data")["a"].value == "z"


def test_merge_keys_and_aliases_are_no_repetition() -> None:
    (found,) = objects("kind: X\na: &a {k: v}\ndata: {<<: *a, l: w}\n")
    assert {key: text.value for key, text in found.texts("data").items()} == {"k": "v", "l": "w"}


def test_lists_hold_objects_of_their_own_kind_or_of_what_the_list_is_of() -> None:
    found = objects(
        "kind: List\nitems:\n- {kind: A}\n- kind: BList\n  items:\n  - metadata: {name: b}\n  - {kind: C}\n"
    )
    assert [(one.kind, one.line) for one in found] == [("A", 3), ("B", 6), ("C", 7)]


@pytest.mark.parametrize("text", ["[" * 100_000, "a:\n- " + "- " * 200 + "x", '{"a":' * 5000])
def test_what_is_nested_too_deeply_is_a_problem_and_no_crash(text: str) -> None:
    assert {message for _, _, message in problems(text)} == {"this is nested too deeply"}


@pytest.mark.parametrize("text", ["kind: !secret-word x", "a: *secret-word", "a: &secret-word 1\nb: !!int secret-word"])
def test_what_was_written_is_not_repeated_where_it_cannot_be_read(text: str) -> None:
    ((_, _, message),) = problems(text)
    assert message.startswith("this is no YAML: ")
    assert "secret-word" not in message


@pytest.mark.parametrize("value", ["5", "true", "[x]", "{x: y}"])
def test_what_must_be_a_text_and_is_none_is_a_problem(value: str) -> None:
    (found,) = objects(f"kind: ConfigMap\ndata:\n  good: x\n  empty:\n  bad: {value}\n")
    assert [(odd.line, odd.key) for odd in found.oddities("data")] == [(5, "bad")]
    assert {key: text.value for key, text in found.texts("data").items()} == {"good": "x", "empty": ""}


@pytest.mark.parametrize("metadata", ["", "metadata: text", "metadata: []", "metadata: {name: 5}"])
def test_odd_metadata_is_no_obstacle(metadata: Any) -> None:
    (found,) = objects(f"kind: X\n{metadata}")
    assert str(found) in {"X (without a name)", "X 5"}
