"""The YAML form: a list of items with `trigger` and `destinations` (argo-semantics §1.3)."""

from __future__ import annotations

import pytest

from notifier.subscriptions import parse
from tests.unit.subscriptions.wishes import annotated, parsed, wishes

TO_OPS = "destinations: [{service: slack, recipients: [ops]}]"


def test_triggers_and_destinations_make_every_pair() -> None:
    found = parsed(
        "subscriptions",
        """
        - trigger: [on-x, on-y]
          destinations:
          - {service: slack, recipients: [a, b]}
          - {service: hook, recipients: [""]}
        """,
    )
    assert sorted(wishes(found)) == [
        *("on-x → hook:", "on-x → slack:a", "on-x → slack:b"),
        *("on-y → hook:", "on-y → slack:a", "on-y → slack:b"),
    ]
    assert found.faults == ()


@pytest.mark.parametrize("item", [f"- {TO_OPS}", f"- trigger: []\n  {TO_OPS}", f"- trigger:\n  {TO_OPS}"])
def test_an_item_without_trigger_means_the_default_triggers(item: str) -> None:
    found = parsed("subscriptions", item)
    assert wishes(found) == [" → slack:ops"]
    assert found.faults == ()


@pytest.mark.parametrize(
    "item", ["- trigger: [on-x]", "- trigger: [on-x]\n  destinations: []", "- trigger: []", "- {}"]
)
def test_an_item_without_destinations_subscribes_nobody_and_is_a_fault(item: str) -> None:
    found = parsed("subscriptions", item)
    assert found.subscriptions == ()
    assert [fault.message for fault in found.faults] == ["item 1: names no destinations"]


@pytest.mark.parametrize(
    "destination",
    [
        *("{service: slack}", "{service: slack, recipients: []}", "{service: slack, recipients: }"),
        *("{service: slack, recipients: ops}", "{service: slack, recipients: [{}]}", "{recipients: [ops]}"),
        *("{service: '', recipients: [ops]}", "{service: [slack], recipients: [ops]}", "slack", ""),
    ],
)
def test_a_destination_that_cannot_work_is_a_fault_and_leaves_the_others_in_force(destination: str) -> None:
    text = f"""
        - trigger: [on-x]
          destinations:
          - {destination}
          - {{service: hook, recipients: [""]}}
        """
    found = parsed("subscriptions", text)
    assert wishes(found) == ["on-x → hook:"]
    assert [fault.message for fault in found.faults] == [
        'item 1: a destination needs `service` and `recipients` (a webhook\'s are [""])'
    ]


@pytest.mark.parametrize("item", [f"trigger: on-x\n  {TO_OPS}", "trigger: [on-x]\n  destinations: {service: slack}"])
def test_an_item_with_a_wrong_type_is_a_fault_and_leaves_the_others_in_force(item: str) -> None:
    found = parsed("subscriptions", f"- {item}\n- trigger: [on-y]\n  {TO_OPS}")
    assert wishes(found) == ["on-y → slack:ops"]
    assert [fault.message for fault in found.faults] == [
        "item 1: `trigger` must be a list of names and `destinations` a list"
    ]


@pytest.mark.parametrize("item", ["on-x", "[]", "null", "5", ""])
def test_an_item_that_is_no_mapping_is_a_fault_and_leaves_the_others_in_force(item: str) -> None:
    found = parsed("subscriptions", f"- trigger: [on-x]\n  {TO_OPS}\n- {item}\n- trigger: [on-y]\n  {TO_OPS}")
    assert wishes(found) == ["on-x → slack:ops", "on-y → slack:ops"]
    assert found.faults == (("subscriptions", "item 2: must be a mapping with `trigger` and `destinations`"),)


@pytest.mark.parametrize("value", ["", "  ", "{}", "on-x", "trigger: [on-x]", "null"])
def test_what_is_no_list_of_items_is_a_fault(value: str) -> None:
    found = parsed("subscriptions", value)
    assert found.subscriptions == ()
    assert [fault.message for fault in found.faults] == ["must be a list of items with `trigger` and `destinations`"]


@pytest.mark.parametrize(
    ("value", "line"), [("- trigger: on: x", 1), ("- trigger: [on-x]\n  destinations: ]", 2), ("- trigger: *x", 1)]
)
def test_what_is_no_yaml_is_a_fault_that_names_the_line(value: str, line: int) -> None:
    found = parsed("subscriptions", value)
    assert found.subscriptions == ()
    (fault,) = found.faults
    assert "is no YAML" in fault.message
    assert fault.message.endswith(f"(line {line})")


@pytest.mark.parametrize("value", ["- trigger: [2026-13-45]", "- trigger: [!!int many]", "- trigger: [!!float x]"])
def test_a_value_that_its_type_does_not_allow_is_a_fault_too(value: str) -> None:
    found = parsed("subscriptions", value)
    assert found.subscriptions == ()
    assert len(found.faults) == 1


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-21T08:00:00Z"])
def test_a_recipient_that_looks_like_a_time_is_a_text(day: str) -> None:
    found = parsed("subscriptions", f"- trigger: [on-x]\n  destinations: [{{service: sms, recipients: [{day}]}}]")
    assert wishes(found) == [f"on-x → sms:{day}"]


def test_recipients_are_taken_verbatim() -> None:
    found = parsed(
        "subscriptions", '- trigger: [on-x]\n  destinations: [{service: s, recipients: [" a;b ", "https://h:1/"]}]'
    )
    assert wishes(found) == ["on-x → s: a;b ", "on-x → s:https://h:1/"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        *(("4711", "4711"), ("-100", "-100"), ("0x10", "16"), ("true", "true"), ("False", "false"), ("null", "")),
        *(
            ("1.50", "1.5"),
            ("2.0", "2"),
            ("1763715600.123456", "1763715600.123456"),
            ("100000000000000000000.0", "1" + "0" * 20),
        ),
        *((".inf", "inf"), (".nan", "nan")),
    ],
)
def test_what_yaml_takes_for_more_than_a_text_becomes_one(written: str, text: str) -> None:
    item = f"- trigger: [{written}]\n  destinations: [{{service: sms, recipients: [{written}]}}]"
    assert wishes(parsed("subscriptions", item)) == [f"{text} → sms:{text}"]


def test_a_service_may_be_a_number() -> None:
    assert wishes(parsed("subscriptions", "- destinations: [{service: 5, recipients: [ops]}]")) == [" → 5:ops"]


def test_a_name_with_a_dot_can_be_asked_for() -> None:
    found = parsed("subscriptions", "- trigger: [on.x]\n  destinations: [{service: a.b, recipients: [ops]}]")
    assert wishes(found) == ["on.x → a.b:ops"]


def test_capitals_in_keys_do_not_matter() -> None:
    found = parsed("subscriptions", "- Trigger: [on-x]\n  DESTINATIONS: [{Service: slack, reciPients: [ops]}]")
    assert wishes(found) == ["on-x → slack:ops"]
    assert found.faults == ()


def test_of_a_key_in_two_spellings_the_one_in_small_letters_counts() -> None:
    for keys in ("trigger: [on-x]\n  Trigger: [on-y]", "Trigger: [on-y]\n  trigger: [on-x]"):
        assert wishes(parsed("subscriptions", f"- {keys}\n  {TO_OPS}")) == ["on-x → slack:ops"]


def test_triggers_for_trigger_is_a_fault_with_the_right_name_and_the_default_triggers_are_meant() -> None:
    found = parsed("subscriptions", f"- triggers: [on-x]\n  {TO_OPS}")
    assert wishes(found) == [" → slack:ops"]
    assert found.faults == (("subscriptions", "item 1: `triggers` is not known; did you mean 'trigger'?"),)


def test_a_fault_counts_items_from_one() -> None:
    found = parsed("subscriptions", f"- {TO_OPS}\n- trigger: [on-x]")
    assert found.faults == (("subscriptions", "item 2: names no destinations"),)


def test_every_key_that_begins_with_subscriptions_is_read() -> None:
    keys = ("subscriptions", "subscriptions.a", "subscriptions-b")
    texts = {key: f"- trigger: [on-{key[-1]}]\n  {TO_OPS}" for key in keys}
    found = parse(annotated(texts))
    assert sorted(wishes(found)) == ["on-a → slack:ops", "on-b → slack:ops", "on-s → slack:ops"]
    assert {s.origin for s in found.subscriptions} == texts.keys()


def test_json_is_yaml() -> None:
    found = parsed("subscriptions", '[{"trigger":["on-x"],"destinations":[{"service":"slack","recipients":["ops"]}]}]')
    assert wishes(found) == ["on-x → slack:ops"]
