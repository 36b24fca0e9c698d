"""What holds for every message at every service, whatever happened and whatever people wrote into their objects."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from notifier.model import Event, Severity
from notifier.reasons import STATE_REASONS
from notifier.render import Rendered
from notifier.sandbox.slack_rules import shown
from tests.catalogue import made, recorded, sent
from tests.catalogue.facts import ISTIO
from tests.catalogue.sound import SOUND

SERVICES = {recorded.WEBHOOK: "webhook", recorded.SLACK: "slack", recorded.EMAIL: "email"}
"""The type of each service that everything recorded was told to."""
HOSTILE = (
    'quoted "name" and \\',
    "two\nlines\r\nand\u2028more",
    "}} {% endif %}",
    "{{ 7*7 }}",
    "<!channel> @here <@U1> <https://evil.example|look> &amp; *bold* `code`",
    "!channel",
    "🚀👩‍👩‍👧 ünï",
    "long " * 2000,
    "x" * 10_000,
    "&<" * 1500,
    "⟦secret:token⟧",
    "\x00\x1b[31m",
    "Bcc: all@shop.example\r\n\r\n<script>alert(1)</script></td>",
    "javascript:alert(1)",
    "",
)
MARKUP = st.text(st.sampled_from("&<>;@!#|*_`'\"\\/:.altgmp "), max_size=12)


def test_no_template_fails_on_anything_recorded() -> None:
    told, faults = recorded.said()
    assert not faults
    assert {one.note.event.reason for one in told} >= set(STATE_REASONS) - made.unrecorded().keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_recorded_message_is_sound(service: str) -> None:
    said = [one.note for one in recorded.said()[0] if one.note.delivery.service == service]
    assert {note.event.reason for note in said} >= set(STATE_REASONS) - made.unrecorded().keys()
    for note in said:
        SOUND[SERVICES[service]](Rendered(note.message), note.event)


def test_every_message_to_a_webhook_carries_its_event_whole() -> None:
    for one in recorded.said()[0]:
        if one.note.delivery.service == recorded.WEBHOOK:
            assert sent.webhook(one.note.message)["event"] == _plain(one.note.event)


def test_every_recorded_message_names_the_object_and_shows_what_to_do_next() -> None:
    for one in recorded.said()[0]:
        event = one.note.event
        who = f"{event.namespace}/{event.name}"
        assert who[:60] in one.text.split("\n")[0]
        assert all(f"{action.text.capitalize()}: {action.command}" in one.text for action in event.actions)


def test_all_services_are_told_the_same() -> None:
    by_service = {
        service: [shown(one.text) for one in recorded.said()[0] if one.note.delivery.service == service]
        for service in (recorded.PLAIN, *SERVICES)
    }
    assert all(texts == by_service[recorded.PLAIN] for texts in by_service.values())


def test_a_service_without_a_section_has_the_text_and_no_body() -> None:
    plain = [one.note for one in recorded.said()[0] if one.note.delivery.service == recorded.PLAIN]
    assert not any(note.message.body for note in plain)


def test_cluster_environment_time_and_links_are_in_every_message() -> None:
    for one in recorded.said()[0]:
        event = one.note.event
        link = f"Dashboard: https://rollouts.example/{event.namespace}/rollout/{event.name}"
        assert one.text.endswith(f"\n{link}")
        assert "\nprod-eu, production, 2026-11-21 05:" in one.text
        match one.note.delivery.service:
            case recorded.SLACK:
                where, links = sent.rows(sent.slack(one.note.message))[-2:]
                assert where.startswith("prod-eu · production · 2026-11-21 05:")
                assert links == link
            case recorded.EMAIL:
                page = sent.Page(sent.mail(one.note.message).html)
                assert "prod-eu · production · 2026-11-21 05:" in page.text
                assert page.links() == [link.removeprefix("Dashboard: ")]


def test_the_severity_reaches_machines() -> None:
    body = recorded.of("RolloutAborted", "s002-2-2-8")[0].note.message.body["body"]
    assert body["severity"] == Severity.CRITICAL
    assert body["cluster"] == "prod-eu"
    assert body["rollout"]["revision"] == "2"
    assert body["rollout"]["phase"] == "Degraded"


def test_a_headline_is_not_cut_behind_a_colon() -> None:
    event = recorded.of("AnalysisRunInconclusive")[0].note.event
    named = (msgspec.structs.replace(event, name="w" * length) for length in range(1, 25))
    headlines = [made.say(one, context=recorded.CONTEXT).message.message.partition("\n")[0] for one in named]
    assert any(headline.endswith("…") for headline in headlines)
    assert not any(headline.endswith(":…") for headline in headlines)


def test_a_cluster_of_any_name_leaves_what_happened() -> None:
    context = {"cluster": "arn:aws:eks:eu-central-1:123456789012:cluster/production"}
    said = made.say(made.full("RolloutPaused", "n" * 300), context=context).message.message
    assert said.partition("\n")[0].startswith("arn:aws:eks:eu-cent… nnn")
    assert "…: paused at step 1" in said.partition("\n")[0]


@pytest.mark.parametrize("kind", ["Rollout", "Experiment", "AnalysisRun"])
@pytest.mark.parametrize("reason", STATE_REASONS)
def test_an_event_that_says_no_more_than_it_must_has_a_message(reason: str, kind: str) -> None:
    event = made.bare(reason, kind)
    for service, is_sound in SOUND.items():
        rendered = made.say(event, service=service)
        is_sound(rendered, event)
        assert "shop/web: " in rendered.message.message


@pytest.mark.parametrize("reason", STATE_REASONS)
def test_a_trigger_of_ones_own_may_send_any_template(reason: str) -> None:
    event = made.bare("")
    for service, is_sound in SOUND.items():
        is_sound(made.say(event, reason, service), event)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reason", STATE_REASONS)
def test_what_people_write_cannot_break_or_blow_up_a_message(reason: str, text: str) -> None:
    event = made.full(reason, text)
    for service, is_sound in SOUND.items():
        rendered = made.say(event, service=service, **made.around(text))
        is_sound(rendered, event)
        assert "49" not in rendered.message.message


@pytest.mark.parametrize("context", [{}, {"links": None}, {"links": {}}, {"cluster": 7, "links": {"A": None, 1: [2]}}])
def test_a_context_of_any_types_is_shown_as_it_reads(context: dict[str, Any]) -> None:
    event = made.full("RolloutAborted", "text")
    for service, is_sound in SOUND.items():
        is_sound(made.say(event, service=service, context=context), event)


def test_a_link_that_is_none_calls_nobody() -> None:
    links = {"Help": "!channel", "Ask": "@U12345678", "<!here>": "https://x.example", "Short": "go/runbook"}
    message = made.say(made.bare("RolloutAborted"), service="slack", context={"links": links}).message
    row = "Help: !channel · Ask: @U12345678 · <!here>: https://x.example · Short: go/runbook"
    assert sent.rows(sent.slack(message))[-1] == row


def test_an_address_says_where_a_link_of_a_mail_leads() -> None:
    links = {"A": 'https://x.example/?a=1&b="2"', "Click": "javascript:alert(1)"}
    message = made.say(made.bare("RolloutAborted"), service="email", context={"links": links}).message
    page = sent.Page(sent.mail(message).html)
    assert page.links() == ['https://x.example/?a=1&b="2"']
    assert "Click: javascript:alert(1)" in page.text


def test_a_reason_of_any_length_leaves_the_rest_of_a_message() -> None:
    event = recorded.of("RolloutAborted", ISTIO)[0].note.event
    assert event.cause is not None
    long = msgspec.structs.replace(event, cause=type(event.cause)("analysis", "<" * 32_000))
    for service, is_sound in SOUND.items():
        rendered = made.say(long, service=service)
        is_sound(rendered, long)
        assert "retry rollout mock-server" in rendered.message.message


@given(reason=st.sampled_from(STATE_REASONS), text=st.text() | MARKUP)
def test_any_text_at_all_is_only_text(reason: str, text: str) -> None:
    event = made.full(reason, text)
    said = {service: made.say(event, service=service, **made.around(text)) for service in SOUND}
    for service, is_sound in SOUND.items():
        is_sound(said[service], event)
    assert said["webhook"].message.body["body"]["event"] == _plain(event)


@given(reason=st.sampled_from(STATE_REASONS), text=MARKUP)
def test_slack_shows_what_was_written(reason: str, text: str) -> None:
    event = made.full(reason, text)
    plain, slack = (made.say(event, service=service, **made.around(text)).message for service in ("webhook", "slack"))
    notices = (said.message.partition("\n\n")[0].split("\n") for said in (plain, slack))
    for written, escaped in zip(*notices, strict=True):
        assert "…" in escaped or shown(escaped) == written


def _plain(event: Event) -> Any:
    return json.loads(msgspec.json.encode(event))
