"""Secrets stay placeholders until they are sent, and nothing else becomes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from notifier.errors import ConfigError, TemplateError
from notifier.jinja import Native
from notifier.secrets import SecretNames, fill, harmless, names, placeholder

Render = Callable[..., Any]

SECRETS = {"slack-token": "xoxb-planted", "other": "⟦secret:slack-token⟧"}
NAMES = st.text(st.sampled_from("abcXYZ019._-"), min_size=1)
TEXT = st.text(st.sampled_from("⟦⟧secret:lacktokn- \nA"), max_size=60)
VALUES = st.recursive(TEXT | st.none() | st.integers(), lambda v: st.lists(v) | st.dictionaries(TEXT, v), max_leaves=8)


def test_a_template_sees_names_and_placeholders_only(render: Render) -> None:
    source = {"header": "Bearer {{ secrets['slack-token'] }}", "all": "{% for n in secrets %}{{ n }} {% endfor %}"}
    rendered = render(source, secrets=SecretNames(SECRETS))
    assert rendered == {"header": "Bearer ⟦secret:slack-token⟧", "all": "other slack-token "}
    assert names(rendered) == ["slack-token"]
    assert fill(rendered, SECRETS) == {"header": "Bearer xoxb-planted", "all": "other slack-token "}


def test_a_placeholder_survives_how_templates_put_texts_together(render: Render) -> None:
    source = "{% set t = secrets.other %}{{ ['a', t] | join('/') }} {{ 'a' ~ t }} {{ '%s' | format(t) }} {{ {'t': t} }}"
    filled = fill(render(source, secrets=SecretNames(["other"])), {"other": "S"})
    assert filled == 'a/S aS S {"t":"S"}'


def test_an_unknown_secret_is_missing_with_the_nearest_name(render: Render) -> None:
    with pytest.raises(TemplateError, match=r"secrets\.slack-tokn is not there; did you mean slack-token\?"):
        render("{{ secrets['slack-tokn'] }}", secrets=SecretNames(SECRETS))


@given(st.dictionaries(NAMES, TEXT, min_size=1), VALUES)
def test_filling_replaces_each_placeholder_once_and_nothing_else(secrets: dict[str, str], value: Any) -> None:
    value = harmless(value)
    filled = fill([value, *map(placeholder, secrets), {"x": "a".join(map(placeholder, secrets))}], secrets)
    assert filled == [value, *secrets.values(), {"x": "a".join(secrets.values())}]


@given(VALUES)
def test_a_harmless_value_has_no_placeholders(value: Any) -> None:
    assert names(harmless(value)) == []
    assert fill(harmless(value), {}) == harmless(value)


def test_a_value_without_placeholders_is_harmless_as_it_is() -> None:
    value = {"a": ["[x]", 1, None, True, 1.5]}
    assert harmless(value) == value


def test_keys_are_not_filled() -> None:
    assert fill({"⟦secret:other⟧": ("⟦secret:other⟧",)}, {"other": "S"}) == {"⟦secret:other⟧": ["S"]}


def test_a_secret_that_is_gone_is_named_when_it_is_needed() -> None:
    with pytest.raises(ConfigError, match='secret "gone" is not there'):
        fill({"a": "⟦secret:gone⟧"}, {"there": "planted"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ event.text }}{{ secrets.other }}",
        "{{ event }}{{ secrets.other }}",
        "{{ event.open ~ 'slack-token⟧' }}{{ secrets.other }}",
        "{{ event.upper | lower }}{{ secrets.other }}",
        "{% for key in event %}{{ key }}{% endfor %}{{ secrets.other }}",
        "{{ event.text }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(event.text) }}",
    ],
)
@pytest.mark.parametrize("native", list(Native))
def test_a_look_alike_in_an_object_never_becomes_a_secret(render: Render, source: str, native: Native) -> None:
    token = "⟦secret:slack-token⟧"
    event = {"text": token, "open": "⟦secret:", "upper": token.upper(), token: 1}
    rendered = render([source, "{{ event }}"], native=native, event=event, secrets=SecretNames(SECRETS))
    assert "slack-token" not in names(rendered)
    assert "xoxb-planted" not in str(fill(rendered, SECRETS))
    assert event["text"] == token
