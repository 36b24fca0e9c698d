"""What would be sent, and what the store says was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from notifier.explain import Answer
from notifier.outbox.protocol import Delivery, State
from tests.unit.explain.explained import NOW, answer, configured, rollout
from tests.unit.explain.test_explain_events import ABORTED, HEALTHY, event

ABORT = "subscribe.on-rollout-aborted.slack=deploys"


def delivery(number: int, state: State, **fields: Any) -> Delivery:
    known = {"lane": "l", "service": "slack", "recipient": "deploys", "trigger": "on-rollout-aborted", "event": "1"}
    about = {"reason": "RolloutAborted", "namespace": "shop", "name": "web", "uid": "uid-of-web", "revision": "3"}
    times = {"created": NOW - 60, "due": NOW + 30}
    return Delivery(
        **{"id": number, "key": str(number), "message": b"{}", "state": state, **known, **about, **times, **fields}
    )


@pytest.mark.parametrize(
    ("status", "events", "occasion"),
    [
        (ABORTED, [], "present"),
        (HEALTHY, [], "made-up"),
        (HEALTHY, [event("RolloutAborted", "2")], "happened"),
        (ABORTED, [event("RolloutAborted", "2")], "present"),
        (ABORTED, [event("RolloutAborted", "3")], "happened"),
    ],
)
def test_the_message_is_about_what_shows_most(status: dict[str, Any], events: list[Any], occasion: str) -> None:
    payload = answer(rollout(ABORT, status=status), events=events).payload
    assert payload
    assert (payload.occasion, payload.reason) == (occasion, "RolloutAborted")


def test_a_present_state_is_worded_with_its_own_facts() -> None:
    payload = answer(rollout(ABORT, status=ABORTED)).payload
    assert payload
    assert "Why: Metric failed" in payload.message
    assert "Revision 3 (was 2)" in payload.message
    assert payload.body["blocks"]
    assert payload.thread == "uid-of-web/3"


def test_secrets_are_placeholders_whatever_the_template_does() -> None:
    entries = {
        "trigger.on-mine": "- when: 'true'\n  send: [mine]",
        "template.mine": "message: '{{ secrets.key }}'\nwebhook:\n  hook: {body: '{{ secrets.key }} {{ secrets }}'}",
    }
    found = answer(rollout("subscribe.on-mine.hook="), configured(entries, key="hunter2-hunter2"))
    assert b"hunter2" not in msgspec.json.encode(found)
    assert found.payload
    assert found.payload.message == "⟦secret:key⟧"


def test_a_template_that_cannot_be_filled_in_says_so() -> None:
    entries = {
        "trigger.on-mine": "- when: 'true'\n  send: [mine]",
        "template.mine": "message: '{{ rollout.spec.nope.deeper }}'",
    }
    payload = answer(rollout("subscribe.on-mine.slack=x"), configured(entries)).payload
    assert payload
    assert payload.faults[0].startswith("template mine: message")


def test_attempts_last_error_and_next_retry_are_those_of_the_store() -> None:
    dead = delivery(3, State.DEAD, attempts=7, why="channel_not_found", status="400", settled=NOW)
    waiting = delivery(2, State.PENDING, attempts=2, why="HTTP 503")
    done = delivery(1, State.DELIVERED, attempts=1, status="ok", settled=NOW - 50)
    found = answer(rollout(ABORT, status=ABORTED), deliveries=[dead, waiting, done]).sent
    assert [(one.id, one.state, one.attempts, one.why, one.due) for one in found] == [
        (3, "dead", 7, "channel_not_found", ""),
        (2, "pending", 2, "HTTP 503", "2026-01-01T12:00:30.000Z"),
        (1, "delivered", 1, "", ""),
    ]


@pytest.mark.parametrize(
    "other", [{"recipient": "ops"}, {"service": "hook"}, {"trigger": "on-rollout-paused"}, {"uid": "uid-of-an-earlier"}]
)
def test_deliveries_of_others_do_not_count(other: dict[str, str]) -> None:
    found = answer(rollout(ABORT, status=ABORTED), deliveries=[delivery(1, State.DELIVERED, **other)])
    assert found.sent == ()


def test_of_many_deliveries_the_latest_are_told() -> None:
    many = [delivery(number, State.DELIVERED) for number in range(20, 0, -1)]
    found: Answer = answer(rollout(ABORT, status=ABORTED), deliveries=many)
    assert [one.id for one in found.sent] == [20, 19, 18, 17, 16]
