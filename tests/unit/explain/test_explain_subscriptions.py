"""Who asked: granted, never to be granted, misspelt, and meant for others."""

from __future__ import annotations

import pytest

from notifier.config.load import load
from notifier.directory import CHECKS
from notifier.explain import Verdict
from tests.unit.explain.explained import answer, configured, explained, rollout, run, texts

PREFIX = "notifications.argoproj.io/"


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (
            "subscribe.on-rollout-abort.slack=deploys",
            "there is no trigger 'on-rollout-abort'; did you mean 'on-rollout-aborted'?",
        ),
        ("subscribe.on-rollout-aborted.slak=deploys", "there is no service 'slak'; did you mean 'slack'?"),
        ("subscribe.on-rollout-aborted.email=deploys", "'deploys' is no mail address"),
        ("subscribe.on-rollout-aborted.teams=x", "services of type 'teams' are not supported yet"),
        (
            "subscribe.on-rollout-aborted.broken=",
            "the service 'broken' is not in force: service.webhook.broken: url: not an http or https URL",
        ),
    ],
)
def test_what_can_never_be_told_says_why_and_gives_the_nearest_right_name(annotation: str, why: str) -> None:
    config = configured({"service.teams": "x: y", "service.webhook.broken": "url: ftp://x"})
    found = answer(rollout(annotation), config)
    assert (found.verdict, found.payload) == (Verdict.IMPOSSIBLE, None)
    assert found.says.startswith(why)


def test_without_a_configuration_any_service_may_be_meant() -> None:
    found = answer(rollout("subscribe.on-rollout-aborted.anything=x"), load(None, {}, CHECKS))
    assert found.verdict is Verdict.WAITS


def test_everybody_is_listed_once_by_recipient_with_where_it_was_asked_for() -> None:
    config = configured(
        {"subscriptions": "- {recipients: ['slack:#deploys', hook], triggers: [on-rollout-aborted]}"},
    )
    asked = rollout("subscribe.on-rollout-aborted.slack=deploys;ops", "subscribe.on-rollout-paused.slack=#deploys")
    found = explained(asked, config).answers
    assert [(one.service, one.recipient, one.trigger, one.origin) for one in found] == [
        ("hook", "", "on-rollout-aborted", "subscriptions[0]"),
        ("slack", "deploys", "on-rollout-aborted", "subscriptions[0]"),
        ("slack", "deploys", "on-rollout-paused", "subscribe.on-rollout-paused.slack"),
        ("slack", "ops", "on-rollout-aborted", "subscribe.on-rollout-aborted.slack"),
    ]


def test_annotations_that_are_no_subscription_are_named() -> None:
    found = explained(
        rollout(
            "subscribed.on-rollout-aborted.slack=x",
            "notification.argoproj.io/subscribe.on-rollout-aborted.slack=x",
            "subscribe.on-rollout-aborted.slack=y",
            "example.com/team=shop",
            "subscribe.hook=",
        )
    ).ignored
    assert {one.key: one.message for one in found} == {
        "subscribed.on-rollout-aborted.slack": "is no subscription; did you mean 'subscribe'?",
        "subscribe.hook": "names no trigger, and there are no default triggers",
        "notification.argoproj.io/subscribe.on-rollout-aborted.slack": (
            f"is no subscription: write {PREFIX}subscribe.on-rollout-aborted.slack"
        ),
    }


def test_an_annotation_that_has_an_answer_is_not_named_twice() -> None:
    found = explained(rollout("subscribe.on-nope.slack=x"))
    assert (texts(*found.answers), found.ignored) == ([("on-nope", Verdict.IMPOSSIBLE)], ())


def test_global_subscriptions_for_other_labels_are_passed_over() -> None:
    entry = "- {recipients: ['slack:deploys', hook], triggers: [on-rollout-aborted], selector: team=shop}"
    config = configured({"subscriptions": entry})
    (other,) = explained(rollout(labels={"team": "pay"}), config).passed_over
    assert (other.origin, other.recipients, other.triggers) == (
        "subscriptions[0]",
        ("slack:deploys", "hook"),
        ("on-rollout-aborted",),
    )
    assert other.message == "it asks for team=shop; the Rollout's labels are team=pay"
    assert explained(rollout(), config).passed_over[0].message == "it asks for team=shop; the Rollout's labels are none"
    own = explained(rollout(labels={"team": "shop"}), config)
    assert (own.passed_over, len(own.answers)) == ((), 2)


def test_an_annotation_of_an_analysis_run_asks_for_what_is_told_of_runs_alone() -> None:
    asked = {
        f"{PREFIX}subscribe.on-analysis-run-failed.slack": "qa",
        f"{PREFIX}subscribe.on-rollout-aborted.slack": "qa",
        "rollout.argoproj.io/revision": "3",
    }
    (found,) = explained(rollout(), relatives=[run("Failed", annotations=asked)]).answers
    assert texts(found) == [("on-analysis-run-failed", Verdict.MATCHES)]
    assert found.origin == "subscribe.on-analysis-run-failed.slack of AnalysisRun web-run"


def test_problems_of_the_configuration_are_told() -> None:
    config = configured({"trigger.on-x": "- when: a b\n  send: []"})
    assert [problem.key for problem in explained(rollout(), config).problems] == ["trigger.on-x"]
