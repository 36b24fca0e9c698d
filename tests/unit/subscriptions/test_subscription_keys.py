"""The short form: trigger and service in the annotation's key, recipients in its value (argo-semantics §1.1, §1.2)."""

from __future__ import annotations

import pytest

from notifier.subscriptions import parse
from tests.unit.subscriptions.wishes import annotated, parsed, wishes


@pytest.mark.parametrize(
    ("key", "wish"),
    [
        ("subscribe.on-x.slack", "on-x → slack:ops"),
        ("subscribe.on-x.slack.whatever", "on-x → slack:ops"),
        ("subscribe.on-x.slack.what.ever", "on-x → slack:ops"),
        ("subscribe.slack", " → slack:ops"),
        ("subscribe..slack", " → slack:ops"),
        ("subscribe.on_x.team-a", "on_x → team-a:ops"),
    ],
)
def test_a_key_names_trigger_and_service_or_the_service_alone(key: str, wish: str) -> None:
    found = parsed(key, "ops")
    assert wishes(found) == [wish]
    assert found.faults == ()


@pytest.mark.parametrize(
    ("value", "recipients"),
    [
        ("ops", ["ops"]),
        ("a;b", ["a", "b"]),
        ("  a ;\tb\n", ["a", "b"]),
        (";a;; ;b;", ["a", "b"]),
        ("", [""]),
        ("a,b", ["a,b"]),
        ("two words", ["two words"]),
        ("https://example.com:8443/x?y=1;#ops", ["https://example.com:8443/x?y=1", "#ops"]),
        ("-100123:7", ["-100123:7"]),
        ("a\\;b", ["a\\", "b"]),
    ],
)
def test_recipients_stand_between_semicolons(value: str, recipients: list[str]) -> None:
    found = parsed("subscribe.on-x.hook", value)
    assert [s.destination.recipient for s in found.subscriptions] == recipients
    assert found.faults == ()


@pytest.mark.parametrize("value", [" ", ";", " ; ;; ", "\n"])
def test_a_value_of_blanks_and_semicolons_subscribes_nobody_and_is_a_fault(value: str) -> None:
    found = parsed("subscribe.on-x.slack", value)
    assert found.subscriptions == ()
    assert [str(fault.message) for fault in found.faults] == ["names no recipient"]


@pytest.mark.parametrize("key", ["subscribe.", "subscribe.on-x.", "subscribe.on-x..more", "subscribe.."])
def test_a_key_without_a_service_subscribes_nobody_and_is_a_fault(key: str) -> None:
    found = parsed(key, "ops")
    assert found.subscriptions == ()
    assert [fault.message for fault in found.faults] == ["names no service"]


@pytest.mark.parametrize(
    ("key", "remark"),
    [
        ("subscibe.on-x.slack", "is no subscription; did you mean 'subscribe'?"),
        ("subscription", "is no subscription; did you mean 'subscriptions'?"),
        ("owner", "is no subscription"),
        ("", "is no subscription"),
    ],
)
def test_junk_under_the_prefix_subscribes_nobody_and_is_a_fault(key: str, remark: str) -> None:
    found = parsed(key, "ops")
    assert found.subscriptions == ()
    assert found.faults == ((key, remark),)


def test_one_unusable_annotation_leaves_the_others_in_force() -> None:
    found = parse(annotated({"subscribe.on-x.slack": " ; ", "subscribe.on-y.slack": "ops", "junk": ""}))
    assert wishes(found) == ["on-y → slack:ops"]
    assert [fault.key for fault in found.faults] == ["junk", "subscribe.on-x.slack"]


def test_a_subscription_says_which_annotation_it_comes_from() -> None:
    assert [s.origin for s in parsed("subscribe.on-x.slack", "a;b").subscriptions] == ["subscribe.on-x.slack"] * 2
