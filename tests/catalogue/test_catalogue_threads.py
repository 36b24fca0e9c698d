"""What belongs together: one conversation for each Rollout and revision, in Slack as in a mailbox."""

import msgspec
import pytest

from notifier.services.slack import Section
from tests.catalogue import made, recorded, sent
from tests.catalogue.facts import ISTIO

SUPERSEDING = "s002-2-2-1-bluegreen"
QUIET = {
    *("ScalingReplicaSet", "TrafficWeightUpdated", "AnalysisRunRunning", "AnalysisRunSuccessful"),
    *("ExperimentRunning", "ExperimentSuccessful"),
}


def told(story: str, service: str) -> list[recorded.Said]:
    """All that a story tells a service, but for what precedes the first revision."""
    said = (one for one in recorded.said()[0] if one.story == story and one.note.delivery.service == service)
    return [one for one in said if one.note.event.revision]


@pytest.mark.parametrize("service", [recorded.SLACK, recorded.EMAIL])
def test_a_conversation_is_about_one_revision_of_one_rollout(service: str) -> None:
    threads = {(one.note.event.uid, one.note.event.revision, one.note.message.thread) for one in told(ISTIO, service)}
    assert threads == {(uid, revision, f"{uid}/{revision}") for uid, revision, _ in threads}
    assert {revision for _, revision, _ in threads} == {"1", "2"}


def test_what_has_no_revision_is_about_the_object() -> None:
    assert made.say(made.bare("ExperimentRunning", "Experiment"), service="slack").message.thread == "u-1"


@pytest.mark.parametrize("service", [recorded.SLACK, recorded.EMAIL])
def test_the_conversation_about_an_unfinished_revision_ends_with_what_replaces_it(service: str) -> None:
    events = [(one.note.message.thread.partition("/")[2], one.note.event.reason) for one in told(SUPERSEDING, service)]
    assert [reason for revision, reason in events if revision == "2"][-1] == "RolloutSuperseded"
    assert events.index(("3", "RolloutUpdated")) + 1 == events.index(("2", "RolloutSuperseded"))


def test_the_first_message_shows_where_the_rollout_stands_and_not_all_that_happens_meanwhile() -> None:
    for one in recorded.said()[0]:
        if one.note.delivery.service == recorded.SLACK:
            policy = Section.model_validate(one.note.message.body).delivery_policy
            assert policy == ("Post" if one.note.event.reason in QUIET else "PostAndUpdate")


def test_slack_and_mail_show_how_far_a_canary_is() -> None:
    slack = [sent.rows(sent.slack(one.note.message))[1] for one in recorded.of("RolloutPaused", "s001", recorded.SLACK)]
    mails = [sent.mail(one.note.message).html for one in recorded.of("RolloutPaused", "s001", recorded.EMAIL)]
    assert slack[0] == "▰▱▱▱▱▱▱▱ step 1/8"
    assert all(shown in html for shown, html in zip(slack, mails, strict=True))


@pytest.mark.parametrize(
    ("reason", "story"),
    [("RolloutCompleted", ISTIO), ("RolloutHealthy", ISTIO), ("RolloutRolledBack", "s001")],
)
def test_a_first_deploy_and_a_rollback_show_no_progress_in_steps(reason: str, story: str) -> None:
    first = recorded.of(reason, story, recorded.SLACK)[0].note
    assert first.event.step is not None
    assert not any("▱" in row or "▰" in row for row in sent.rows(sent.slack(first.message)))


def test_a_first_deploy_is_no_success_until_it_is_healthy() -> None:
    first, update, *_ = recorded.of("RolloutCompleted", ISTIO, recorded.SLACK)
    healthy = recorded.of("RolloutHealthy", ISTIO, recorded.SLACK)[0]
    assert [sent.slack(one.note.message).text[0] for one in (first, update, healthy)] == ["🔵", "✅", "✅"]


def test_a_bar_has_ten_boxes_at_most() -> None:
    event = recorded.of("RolloutStepCompleted", "s002-table1")[0].note.event
    assert event.step is not None
    many = msgspec.structs.replace(event, step=type(event.step)(30, 40))
    assert sent.rows(sent.slack(made.say(many, service="slack").message))[1] == "▰▰▰▰▰▰▰▱▱▱ step 30/40"
