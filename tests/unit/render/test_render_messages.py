"""Templates' sections for one service, later templates over earlier ones, and what is said where one fails."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.config.templates import read_template
from notifier.jinja import Language
from notifier.model import Message
from notifier.render import Rendered, render

LANGUAGE = Language()
SLACK, CI = ("slack", "slack"), ("webhook", "ci")


def rendered(*texts: str, service: tuple[str, str] = SLACK, **variables: Any) -> Rendered:
    """What some templates, named `t1`, `t2` and so on, say to a service; the fallback is `FALLBACK`."""
    templates = [read_template(f"t{n}", text, LANGUAGE, lambda *_: None) for n, text in enumerate(texts, 1)]
    return render(templates, service, {"rollout": {"name": "cart"}, **variables}, "FALLBACK", 0.0)


def test_a_message_is_filled_in_and_stripped() -> None:
    assert rendered("message: |\n\n  {{ rollout.name }} is well \n") == Rendered(Message("cart is well", {}), ())


@pytest.mark.parametrize("text", ["slack: {icon: ':x:'}", "message: ''", "message: '  '", "message:", "message: null"])
def test_without_a_message_the_fallback_is_said(text: str) -> None:
    assert rendered(text).message.message == "FALLBACK"
    assert rendered(text).faults == ()


def test_without_any_template_the_fallback_is_said() -> None:
    assert rendered() == Rendered(Message("FALLBACK", {}), ())


@pytest.mark.parametrize(("written", "said"), [("5", "5"), ("true", "true"), ("1.5", "1.5")])
def test_a_message_that_yaml_takes_for_more_than_a_text_reads_as_json(written: str, said: str) -> None:
    assert rendered(f"message: {written}").message.message == said


def test_a_later_message_replaces_an_earlier_one_unless_it_is_empty() -> None:
    assert rendered("message: one", "message: two").message.message == "two"
    assert rendered("message: one", "message: ''").message.message == "one"
    assert rendered("message: one", "slack: {icon: x}").message.message == "one"


def test_a_later_section_replaces_an_earlier_one_as_a_whole() -> None:
    one, two = "slack: {icon: one, username: me}", "slack: {icon: two}"
    assert rendered(one, two).message.body == {"icon": "two"}
    assert rendered(one, "message: hi").message.body == {"icon": "one", "username": "me"}


def test_a_service_gets_its_own_section_only() -> None:
    text = "message: hi\nslack: {icon: x}\nemail: {subject: s}"
    assert rendered(text).message == Message("hi", {"icon": "x"})
    assert rendered(text, service=("email", "gmail")).message == Message("hi", {"subject": "s"})
    assert rendered(text, service=("teams", "teams")).message == Message("hi", {})
    assert rendered(text, service=("", "unknown")).message == Message("hi", {})


def test_a_section_s_structure_and_types_stay() -> None:
    text = "slack: {notifyBroadcast: true, n: 3, none: null, list: ['{{ rollout.name }}', {a: '{{ 1 + 1 }}'}]}"
    assert rendered(text).message.body == {
        "notifyBroadcast": True,
        "n": 3,
        "none": None,
        "list": ["cart", {"a": "2"}],
    }


WEBHOOKS = "webhook:\n  ci: {path: /ci}\n  '*': {path: /any}"


@pytest.mark.parametrize(("name", "path"), [("ci", "/ci"), ("other", "/any")])
def test_a_webhook_gets_the_section_of_its_name_or_else_the_one_for_any(name: str, path: str) -> None:
    assert rendered(WEBHOOKS, service=("webhook", name)).message.body == {"path": path}


def test_a_webhook_that_no_section_is_for_gets_none() -> None:
    assert rendered("webhook: {ci: {path: /ci}}", service=("webhook", "other")).message == Message("FALLBACK", {})


def test_a_webhook_s_section_is_by_its_name_not_by_its_type() -> None:
    assert rendered("webhook: {webhook: {path: /w}}", service=CI).message.body == {}


def test_a_leaf_of_a_webhook_that_is_one_expression_keeps_its_type() -> None:
    text = "webhook: {ci: {body: '{{ rollout }}', path: '/{{ rollout.name }}'}}"
    assert rendered(text, service=CI).message.body == {"body": {"name": "cart"}, "path": "/cart"}


def test_of_several_templates_each_gives_the_webhook_s_section_or_leaves_the_earlier_one() -> None:
    assert rendered(WEBHOOKS, "webhook: {other: {path: /o}}", service=CI).message.body == {"path": "/ci"}
    assert rendered(WEBHOOKS, "webhook: {'*': {path: /new}}", service=CI).message.body == {"path": "/new"}


BROKEN = "message: |\n  one\n  {{ rollout.nosuch.name }}"


def test_a_template_that_cannot_be_filled_in_gives_the_fallback_marked_and_a_fault_that_names_the_place() -> None:
    found = rendered(BROKEN)
    assert found.message == Message("FALLBACK\n(template t1 could not be filled in)", {})
    (fault,) = found.faults
    assert fault.startswith("template t1: message: ")
    assert "nosuch" in fault
    assert "(line 2)" in fault


def test_a_fault_names_the_leaf_of_a_section() -> None:
    found = rendered("message: hi\nslack: {blocks: [{text: '{{ rollout.nosuch.name }}'}]}")
    assert found.message == Message("hi\n(template t1 could not be filled in)", {})
    (fault,) = found.faults
    assert fault.startswith("template t1: slack.blocks[0].text: ")


def test_one_template_that_cannot_be_filled_in_leaves_the_others_in_force() -> None:
    found = rendered("message: one", BROKEN, "slack: {icon: x}")
    assert found.message == Message("one\n(template t2 could not be filled in)", {"icon": "x"})
    assert [fault.partition(":")[0] for fault in found.faults] == ["template t2"]


def test_another_service_s_section_that_cannot_be_filled_in_does_no_harm() -> None:
    assert rendered("message: hi\nemail: {subject: '{{ rollout.a.b }}'}").faults == ()


def test_templates_see_the_variables_they_are_given() -> None:
    text = "message: '{{ recipient }} by {{ serviceType }}: {{ event.reason }}'"
    found = rendered(text, recipient="ops", serviceType="slack", event={"reason": "R"})
    assert found.message.message == "ops by slack: R"
