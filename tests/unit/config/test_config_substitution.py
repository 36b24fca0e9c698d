"""`$key` in a service's options is filled from the Secret (argo-semantics §2.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.config.substitution import substitute
from tests.unit.config.maps import OBJECT, configured

SECRETS = {"token": "t0k", "tokenSuffix": "long", "my": "MY", "my.key": "never", "a_b-c": "abc", "1": "one"} | {
    "multi": "a\nb\n"
}

texts = st.text(max_size=20)
names = st.from_regex(r"[A-Za-z0-9_-]{1,5}", fullmatch=True)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


def filled(value: Any, secrets: dict[str, str] | None = None) -> tuple[Any, list[str]]:
    missing: list[str] = []
    return substitute(value, SECRETS if secrets is None else secrets, missing.append), missing


@pytest.mark.parametrize(
    ("written", "comes_to"),
    [
        ("$token", "t0k"),
        ("Bearer $token", "Bearer t0k"),
        ("$token:$token", "t0k:t0k"),
        ("($token)", "(t0k)"),
        ("$tokenSuffix", "long"),
        ("$token.Suffix", "t0k.Suffix"),
        ("$my.key", "MY.key"),
        ("$a_b-c", "abc"),
        ("$1", "one"),
        ("$multi", "a\nb\n"),
        ("$$token", "$t0k"),
        ("plain", "plain"),
        ("$", "$"),
        ("$ token", "$ token"),
        ("${token}", "${token}"),
        ("tokenß$tokenß", "tokenßt0kß"),
        ({"$token": "$my"}, {"t0k": "MY"}),
        ([{"a": ["$token"]}], [{"a": ["t0k"]}]),
        ({"port": 587, "on": True, "none": None, 1: "$token"}, {"port": 587, "on": True, "none": None, 1: "t0k"}),
    ],
)
def test_every_key_in_every_text_is_replaced(written: Any, comes_to: Any) -> None:
    assert filled(written) == (comes_to, [])


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("$nothing", ["nothing"]),
        ("Bearer $nothing!", ["nothing"]),
        ("pa$$word", ["word"]),
        ("$tokens", ["tokens"]),
        ("$token-", ["token-"]),
        ({"$x": "$y"}, ["x", "y"]),
    ],
)
def test_what_the_secret_lacks_is_reported_and_left_in_place(written: Any, missing: list[str]) -> None:
    assert filled(written) == (written, missing)


def test_a_secret_s_value_is_not_looked_into() -> None:
    assert filled("$a", {"a": "$b", "b": "never"}) == ("$b", [])


@given(json)
def test_without_a_dollar_nothing_changes(value: Any) -> None:
    assert filled(value, {})[0] == value


@given(texts.filter(lambda text: "$" not in text), names, texts)
def test_a_secret_s_value_is_inserted_as_it_is(before: str, name: str, secret: str) -> None:
    assert filled(f"{before}${name}", {name: secret}) == (before + secret, [])


def test_services_are_filled_and_nothing_else_is() -> None:
    config = configured(
        {"service.slack": "token: $token", "context": "a: $token", "defaultTriggers": "[$token]"}, SECRETS
    )
    assert config.services["slack"].options == {"token": "t0k"}
    assert config.context == {"a": "$token"}
    assert config.default_triggers == ("$token",)


def test_a_value_that_looks_like_a_number_stays_a_text_and_one_of_several_lines_stays_whole() -> None:
    config = configured({"service.slack": "token: $number\nicon: $multi"}, {**SECRETS, "number": "0123"})
    assert config.services["slack"].options == {"token": "0123", "icon": "a\nb\n"}


def test_a_missing_key_is_reported_where_it_is_used_once_and_with_the_nearest_name() -> None:
    config = configured({"service.slack": "{token: $tokn, icon: $tokn}", "service.webhook": "url: u"}, {"token": "t0k"})
    assert [str(problem) for problem in config.problems] == [
        f"{OBJECT}, service.slack: the Secret has no key 'tokn'; did you mean 'token'?"
    ]
    assert config.services["slack"].options == {"token": "$tokn", "icon": "$tokn"}
