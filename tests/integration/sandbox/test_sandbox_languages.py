"""The small languages of the API: selectors and patches."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.sandbox.patches import json_patch, merge_patch, strategic_merge_patch
from notifier.sandbox.selecting import field_matchers, label_matchers
from notifier.sandbox.status import ApiError

LABELS = {"app": "shop", "tier": "web", "argoproj.io/hash": "84dc9dcb7d"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("", True),
        ("app=shop", True),
        ("app==shop,tier=web", True),
        ("app = shop , tier != db", True),
        ("app=shop,tier=db", False),
        ("missing!=anything", True),
        ("app in (shop, cart),tier notin (db)", True),
        ("app in (cart)", False),
        ("missing notin (x)", True),
        ("argoproj.io/hash", True),
        ("!argoproj.io/hash", False),
        ("!missing", True),
        ("app=", False),
    ],
)
def test_label_selectors_select(selector: str, selected: bool) -> None:
    assert all(matches(LABELS) for matches in label_matchers(selector)) is selected


@pytest.mark.parametrize("selector", ["app in shop", "a b", "=x", "app in (x", "a>x"])
def test_what_is_no_label_selector_is_refused(selector: str) -> None:
    with pytest.raises(ApiError) as error:
        label_matchers(selector)
    assert error.value.code == 400


def test_field_selectors_select_by_fields_that_are_supported() -> None:
    fields = {"metadata.name": "a", "involvedObject.kind": "Rollout"}
    selected = field_matchers("metadata.name=a,involvedObject.kind!=Pod", fields)
    assert all(matches(fields) for matches in selected)
    assert not all(matches(fields) for matches in field_matchers("metadata.name==b", fields))
    for bad in ("spec.replicas=1", "metadata.name", "metadata.name in (a)"):
        with pytest.raises(ApiError) as error:
            field_matchers(bad, fields)
        assert error.value.code == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values)
def test_a_merge_patch_applied_twice_is_applied_once_and_changes_nothing_it_was_given(target: Any, patch: Any) -> None:
    given_target, given_patch = copy.deepcopy(target), copy.deepcopy(patch)
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert (target, patch) == (given_target, given_patch)


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": [1]}, {"a": [2, 3]}, {"a": [2, 3]}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
    ],
)
def test_a_merge_patch_merges_as_rfc_7386_says(target: Any, patch: Any, merged: Any) -> None:
    assert merge_patch(target, patch) == merged


@pytest.mark.parametrize(
    ("operations", "patched"),
    [
        ([{"op": "add", "path": "/a/-", "value": 3}], {"a": [1, 2, 3], "b": {"c/d": 0}}),
        ([{"op": "add", "path": "/a/0", "value": 0}], {"a": [0, 1, 2], "b": {"c/d": 0}}),
        ([{"op": "remove", "path": "/a/1"}], {"a": [1], "b": {"c/d": 0}}),
        ([{"op": "replace", "path": "/a/0", "value": 9}], {"a": [9, 2], "b": {"c/d": 0}}),
        ([{"op": "replace", "path": "/b/c~1d", "value": 1}], {"a": [1, 2], "b": {"c/d": 1}}),
        ([{"op": "move", "from": "/b", "path": "/e"}], {"a": [1, 2], "e": {"c/d": 0}}),
        ([{"op": "copy", "from": "/a/0", "path": "/b/x"}], {"a": [1, 2], "b": {"c/d": 0, "x": 1}}),
        ([{"op": "test", "path": "/a", "value": [1, 2]}, {"op": "remove", "path": "/a"}], {"b": {"c/d": 0}}),
        ([{"op": "replace", "path": "", "value": 1}], 1),
    ],
)
def test_a_json_patch_patches_as_rfc_6902_says(operations: Any, patched: Any) -> None:
    target = {"a": [1, 2], "b": {"c/d": 0}}
    assert json_patch(target, operations) == patched
    assert target == {"a": [1, 2], "b": {"c/d": 0}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a", "value": 2},
        {"op": "remove", "path": "/missing"},
        {"op": "replace", "path": "/missing", "value": 1},
        {"op": "add", "path": "/missing/deep", "value": 1},
        {"op": "add", "path": "no-slash", "value": 1},
        {"op": "add", "path": "/list/7", "value": 1},
        {"op": "fly", "path": "/a"},
        {"op": "remove", "path": ""},
        "nonsense",
    ],
)
def test_a_json_patch_that_cannot_be_applied_is_refused(operation: Any) -> None:
    with pytest.raises(ApiError) as error:
        json_patch({"a": 1, "list": []}, [operation])
    assert error.value.code == 422


def test_a_strategic_merge_patch_merges_lists_by_their_keys() -> None:
    target = {
        "tier": "web",
        "containers": [{"name": "app", "image": "blue", "tty": True}, {"name": "side", "image": "s"}],
        "args": [1],
    }
    patch = {
        "$setElementOrder/containers": [{"name": "app"}],
        "tier": None,
        "containers": [{"name": "app", "image": "green"}, {"name": "side", "$patch": "delete"}],
        "args": [2],
    }
    merged = {"containers": [{"name": "app", "image": "green", "tty": True}], "args": [2]}
    assert strategic_merge_patch(target, patch) == merged
