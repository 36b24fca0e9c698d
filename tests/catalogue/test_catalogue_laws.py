"""What holds for every message, whatever happened and whatever people wrote into their objects."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from notifier.model import Event, Severity
from notifier.reasons import STATE_REASONS
from notifier.render import Rendered
from notifier.secrets import names
from notifier.services.webhook import Section
from tests.catalogue import made, recorded

LONGEST, HEADLINE = 4000, 110
HOSTILE = (
    'quoted "name" and \\',
    "two\nlines\r\nand\u2028more",
    "}} {% endif %}",
    "{{ 7*7 }}",
    "<!channel> @here",
    "🚀👩‍👩‍👧 ünï",
    "long " * 2000,
    "x" * 10_000,
    "⟦secret:token⟧",
    "\x00\x1b[31m",
    "",
)


def sound(rendered: Rendered, event: Event) -> None:
    """Assert what holds for every message."""
    message, body = rendered.message.message, rendered.message.body
    assert not rendered.faults
    assert not names([message, body])
    lines = message.split("\n")
    assert len(message) <= LONGEST
    assert len(lines[0]) <= HEADLINE
    assert all(line and line == line.strip() for line in lines)
    told = json.loads(Section.model_validate(body).content())
    assert body["method"] == "POST"
    assert (told["reason"], told["rollout"]["uid"]) == (event.reason, event.uid)


def test_no_template_fails_on_anything_recorded() -> None:
    told, faults = recorded.said()
    assert not faults
    assert {one.note.event.reason for one in told} >= set(STATE_REASONS) - made.unrecorded().keys()


def test_every_recorded_message_is_sound_and_carries_its_event_whole() -> None:
    for one in recorded.said()[0]:
        if one.note.delivery.service == recorded.WEBHOOK:
            sound(Rendered(one.note.message), one.note.event)
            assert one.note.message.body["body"]["event"] == _plain(one.note.event)


def test_every_recorded_message_names_the_object_and_shows_what_to_do_next() -> None:
    for one in recorded.said()[0]:
        event = one.note.event
        who = f"{event.namespace}/{event.name}"
        assert who[:60] in one.text.split("\n")[0]
        assert all(f"{action.text.capitalize()}: {action.command}" in one.text for action in event.actions)


def test_a_service_without_a_section_has_the_same_text_and_no_body() -> None:
    plain = [one.note for one in recorded.said()[0] if one.note.delivery.service == recorded.PLAIN]
    hooks = [one.note for one in recorded.said()[0] if one.note.delivery.service == recorded.WEBHOOK]
    assert [note.message.message for note in plain] == [note.message.message for note in hooks]
    assert not any(note.message.body for note in plain)


def test_cluster_environment_and_links_are_in_every_message() -> None:
    for one in recorded.said()[0]:
        event = one.note.event
        assert one.text.endswith(f"\nDashboard: https://rollouts.example/{event.namespace}/rollout/{event.name}")
        assert "\nprod-eu, production, 2026-11-21 05:" in one.text


def test_the_severity_reaches_machines() -> None:
    body = recorded.of("RolloutAborted", "s002-2-2-8")[0].note.message.body["body"]
    assert body["severity"] == Severity.CRITICAL
    assert body["cluster"] == "prod-eu"
    assert body["rollout"]["revision"] == "2"
    assert body["rollout"]["phase"] == "Degraded"


@pytest.mark.parametrize("kind", ["Rollout", "Experiment", "AnalysisRun"])
@pytest.mark.parametrize("reason", STATE_REASONS)
def test_an_event_that_says_no_more_than_it_must_has_a_message(reason: str, kind: str) -> None:
    event = made.bare(reason, kind)
    rendered = made.say(event)
    sound(rendered, event)
    assert "shop/web: " in rendered.message.message


@pytest.mark.parametrize("reason", STATE_REASONS)
def test_a_trigger_of_ones_own_may_send_any_template(reason: str) -> None:
    event = made.bare("")
    sound(made.say(event, reason), event)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reason", STATE_REASONS)
def test_what_people_write_cannot_break_or_blow_up_a_message(reason: str, text: str) -> None:
    event = made.full(reason, text)
    rendered = made.say(event, rollout=_rollout(text), context={"cluster": text, "links": {text: text}})
    sound(rendered, event)
    assert "49" not in rendered.message.message


@given(reason=st.sampled_from(STATE_REASONS), text=st.text())
def test_any_text_at_all_is_only_text(reason: str, text: str) -> None:
    event = made.full(reason, text)
    rendered = made.say(event, rollout=_rollout(text), context={"environment": text})
    sound(rendered, event)
    assert rendered.message.body["body"]["event"] == _plain(event)


def _rollout(text: str) -> dict[str, Any]:
    strategy = {"blueGreen": {"previewService": text}, "canary": {"steps": [{}, {"experiment": {"duration": text}}]}}
    return {"metadata": {"labels": {text: text}}, "spec": {"strategy": strategy}, "status": {"phase": text}}


def _plain(event: Event) -> Any:
    return json.loads(msgspec.json.encode(event))
