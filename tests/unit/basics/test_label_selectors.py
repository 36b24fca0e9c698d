"""Selectors select what Kubernetes' own (`labels.Parse`, `Requirement.Matches`) select."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from notifier.selectors import parse

LABELS = {"app": "shop", "tier": "web", "empty": "", "example.com/team": "red", "size": "5"}

names = st.sampled_from(["app", "tier", "example.com/team", "a-b_c.d"])
values = st.from_regex(r"[a-z]([a-z0-9._-]{0,5}[a-z0-9])?", fullmatch=True)
labels = st.dictionaries(names, values)


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("", True),
        ("  ", True),
        ("app=shop", True),
        ("app==shop", True),
        (" app = shop ", True),
        ("app=web", False),
        ("app=Shop", False),
        ("missing=x", False),
        ("missing=", False),
        ("empty=", True),
        ("app=", False),
        ("app!=shop", False),
        ("app!=web", True),
        ("missing!=x", True),
        ("app in (shop)", True),
        ("app in (web, shop)", True),
        ("app in(web,shop)", True),
        ("app in (web)", False),
        ("missing in (a,b)", False),
        ("empty in ()", True),
        ("empty in (a,)", True),
        ("app notin (shop)", False),
        ("app notin (web,db)", True),
        ("missing notin (a,b)", True),
        ("app", True),
        ("empty", True),
        ("missing", False),
        ("!missing", True),
        ("! missing", True),
        ("!app", False),
        ("!empty", False),
        ("example.com/team=red", True),
        ("app=shop,tier=web", True),
        ("app=shop,tier=db", False),
        ("app in (shop,web),tier notin (db,mq),!missing,example.com/team", True),
        ("tier=web,app in (a,b)", False),
    ],
)
def test_a_selector_selects_as_in_kubernetes(selector: str, selected: bool) -> None:
    assert parse(selector)(LABELS) is selected


@pytest.mark.parametrize(
    ("selector", "selected"),
    [("size>4", True), ("size > 5", False), ("size<6", True), ("size < 5", False), ("app>1", False), ("x<9", False)],
)
def test_numbers_are_compared_as_in_kubernetes(selector: str, selected: bool) -> None:
    assert parse(selector)(LABELS) is selected


@pytest.mark.parametrize(
    ("selector", "part"),
    [
        ("x=a||y=b", "x=a||y=b"),
        ("x==a==b", "x==a==b"),
        ("!x=a", "!x=a"),
        ("x<a", "x<a"),
        ("app in (a", "app in (a"),
        ("app in a", "app in a"),
        ("app~shop", "app~shop"),
        ("=shop", "=shop"),
        ("app=shop,tier is web", "tier is web"),
    ],
)
def test_what_is_no_requirement_is_named(selector: str, part: str) -> None:
    with pytest.raises(ValueError, match="requirement") as error:
        parse(selector)
    assert repr(part) in str(error.value)


@given(labels, names, st.lists(values, min_size=1, max_size=3))
def test_a_negation_selects_what_its_opposite_leaves(have: dict[str, str], name: str, some: list[str]) -> None:
    listed = ",".join(some)
    for positive, negative in ((f"{name} in ({listed})", f"{name} notin ({listed})"), (name, f"!{name}")):
        assert parse(positive)(have) is not parse(negative)(have)


@given(labels)
def test_labels_written_as_a_selector_select_themselves(have: dict[str, str]) -> None:
    assert parse(",".join(f"{name}={value}" for name, value in have.items()))(have)


@given(st.text(max_size=30))
def test_any_text_is_a_selector_or_a_value_error(text: str) -> None:
    try:
        selects = parse(text)
    except ValueError as error:
        assert "requirement" in str(error)  # noqa: PT017 - either outcome is right, but nothing else
    else:
        assert selects(LABELS) in {True, False}
