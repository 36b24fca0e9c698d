"""A18 to A20: a message says what happened and why, and conditions can tell it apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from notifier.model import Kind
from notifier.sandbox.player import Line, play
from tests.acceptance.company import Company, company, entry, hear, hears
from tests.acceptance.made_stories import (
    BROKEN_ANALYSIS,
    CANARY,
    DEADLINE,
    FAILED_ANALYSIS,
    aborted,
    aborted_at_the_deadline,
    healthy,
    last,
    undone,
    up_to,
)
from tests.integration.daemon.test_daemon_story import story

ABORTED, ANALYSIS_FAILED = "on-rollout-aborted", "on-analysis-run-failed"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Company]:
    async with company(tmp_path) as made:
        yield made


def measured(lines: Sequence[Line]) -> dict[str, Any]:
    """Of the analysis run that ended last: its name, its metric's name, condition and last value."""
    run = last(lines, Kind.ANALYSIS_RUN)
    result = run["status"]["metricResults"][0]
    metric = next(one for one in run["spec"]["metrics"] if one["name"] == result["name"])
    return {
        "run": run["metadata"]["name"],
        "metric": result["name"],
        "condition": metric.get("failureCondition") or metric["successCondition"],
        "value": result["measurements"][-1]["value"],
    }


AGREES = {
    "trigger.on-agreement": "- on: [RolloutAborted]\n  send: [agreement]\n",
    "template.agreement": "webhook: {words: {body: {abort: '{{ rollout.status.abort }}',"
    " message: '{{ rollout.status.message }}', cause: '{{ event.cause.message }}'}}}\n",
}
"""What a template sees of the Rollout beside what it is told of the event."""


async def test_a18_a_failed_analysis_is_told_with_metric_value_condition_and_run_after_the_transition(
    shop: Company,
) -> None:
    told = hear({"hook": [ANALYSIS_FAILED, ABORTED], "words": ["on-agreement"]})
    shop.configure(shop.services("hook", "words"), AGREES, told)
    lines = up_to(story(FAILED_ANALYSIS), aborted)
    async with shop.ready() as running:
        await shop.play(running, lines)
    facts = measured(lines)
    saying = {event["reason"]: said for event, said in zip(shop.events(), shop.said(), strict=True)}
    for reason in ("AnalysisRunFailed", "RolloutAborted"):
        for fact in facts.values():
            assert fact in saying[reason]
    seen = shop.requests("words")[-1].json()
    assert seen["abort"] is True
    assert seen["message"] == last(lines)["status"]["message"]
    assert seen["message"].endswith(seen["cause"])
    assert seen["cause"] in saying["RolloutAborted"]


async def test_a18_it_is_told_as_fully_of_an_analysis_that_failed_while_no_daemon_ran(shop: Company) -> None:
    shop.configure(shop.services("hook"), hears("hook", of=[ABORTED]))
    lines = up_to(story(FAILED_ANALYSIS), aborted)
    async with shop.ready() as running:
        await play(shop.api.store, lines[:-12])
        await running.settled()
    await play(shop.api.store, lines[-12:])
    async with shop.ready() as running:
        await running.settled()
    (said,) = shop.said()
    assert {name: fact for name, fact in measured(lines).items() if fact not in said} == {}


ABORTS: dict[str, Callable[[], list[Line]]] = {
    "by hand": lambda: up_to(story(CANARY), aborted),
    "a metric failed": lambda: up_to(story(FAILED_ANALYSIS), aborted),
    "an analysis had errors": lambda: up_to(story(BROKEN_ANALYSIS), aborted),
    "no progress in time": aborted_at_the_deadline,
}


async def test_a19_four_kinds_of_abort_have_four_reasons_in_one_trigger(shop: Company) -> None:
    when = {
        "by hand": "event.cause.by == 'person'",
        "a metric failed": "event.cause.by == 'analysis' and event.analysis?.phase == 'Failed'",
        "an analysis had errors": "event.cause.by == 'analysis' and event.analysis?.phase == 'Error'",
        "no progress in time": "event.cause.by == 'deadline'",
    }
    templates = {f"template.{i}": f"message: {name}" for i, name in enumerate(when)}
    conditions = [{"when": condition, "send": [f"{i}"]} for i, condition in enumerate(when.values())]
    told = hears("kind", of=[ABORTED])
    shop.configure(shop.services("kind"), templates, entry(f"trigger.{ABORTED}", conditions), told)
    async with shop.ready() as running:
        for tell in ABORTS.values():
            await shop.play(running, tell())
    assert shop.told("kind") == list(ABORTS)


async def test_a19_the_built_in_messages_say_what_ended_an_update(shop: Company) -> None:
    shop.configure(shop.services("hook"), hears("hook", of=[ABORTED]))
    async with shop.ready() as running:
        for tell in ABORTS.values():
            await shop.play(running, tell())
    headlines = [said.partition("\n")[0].partition(" aborted")[2] for said in shop.said()]
    assert len(set(headlines)) == len(ABORTS)
    assert [headline.partition(" at step")[0] for headline in headlines] == [
        " by a person",
        " by analysis",
        " by analysis",
        ", no progress in time",
    ]
    causes = [event["cause"]["message"] for event in shop.events()]
    assert "assessed Failed" in causes[1]
    assert "assessed Error" in causes[2]
    assert "timed out progressing" in causes[3]


async def test_a19_a_deadline_without_an_abort_has_a_trigger_of_its_own(shop: Company) -> None:
    shop.configure(shop.services("hook"), hears("hook", of=["on-progress-deadline-exceeded", ABORTED]))
    async with shop.ready() as running:
        await shop.play(running, story(DEADLINE))
    (event,) = shop.events()
    assert (event["reason"], event["revision"]) == ("ProgressDeadlineExceeded", "2")
    assert "timed out progressing" in shop.said()[0]


KINDS = {
    "on-first-deploy": "event.update == 'first deploy'",
    "on-rollback": "event.update in ['undo', 'rollback']",
    "on-full-promotion": "event.update == 'update' and event.manual == true",
    "on-completion": "event.update == 'update' and event.manual != true",
}
"""What tells completions apart, by the trigger that it is the condition of."""


def kinds(shop: Company) -> list[dict[str, str]]:
    """ConfigMap entries by which `kind` is told which of these triggers fired, at which revision."""
    arm = {"on": ["RolloutCompleted"]}
    triggers = [
        entry(f"trigger.{name}", [{**arm, "when": when, "send": [name]}]) | said(name) for name, when in KINDS.items()
    ]
    return [shop.services("kind"), *triggers, hears("kind", of=KINDS)]


def said(name: str) -> dict[str, str]:
    """A template that says its name and the event's revision."""
    return {f"template.{name}": f"message: '{{{{ event.revision }}}} {name}'"}


async def test_a20_first_deploy_rollback_full_promotion_and_completion_are_told_apart_in_conditions(
    shop: Company,
) -> None:
    shop.configure(*kinds(shop))
    canary = up_to(story(CANARY), healthy("2"))
    async with shop.ready() as running:
        await shop.play(running, [*canary, *undone(canary)])
        await shop.play(running, story(DEADLINE))
    assert shop.told("kind") == [
        "1 on-first-deploy",
        "2 on-completion",
        "3 on-rollback",
        "1 on-first-deploy",
        "3 on-full-promotion",
    ]


async def test_a20_a_rollback_is_a_rollback_where_no_daemon_ran_while_it_happened(shop: Company) -> None:
    shop.configure(*kinds(shop))
    canary = up_to(story(CANARY), healthy("2"))
    async with shop.ready() as running:
        await shop.play(running, canary)
    await play(shop.api.store, undone(canary))
    async with shop.ready() as running:
        await running.settled()
    assert shop.told("kind")[2:] == ["3 on-rollback"]


async def test_a20_an_update_of_which_only_the_end_was_seen_is_an_update(shop: Company) -> None:
    shop.configure(*kinds(shop))
    lines = up_to(story(CANARY), healthy("2"))
    before = up_to(lines, healthy("1"))
    seen = [line for line in lines[len(before) :] if line.object["kind"] != Kind.ROLLOUT]
    async with shop.ready() as running:
        await shop.play(running, before)
        await shop.play(running, [*seen, lines[-1]])
    assert shop.told("kind")[1:] == ["2 on-completion"]


async def test_a20_an_abandoned_update_that_goes_back_to_the_stable_version_is_a_rollback_too(shop: Company) -> None:
    back = [{"on": ["RolloutUpdated"], "when": "event.update == 'rollback'", "send": ["rollout-updated"]}]
    told = hears("hook", of=["on-back", "on-rollout-rolled-back"])
    shop.configure(shop.services("hook"), entry("trigger.on-back", back), told)
    async with shop.ready() as running:
        await shop.play(running, story(CANARY))
    assert [(event["reason"], event["revision"], event["update"]) for event in shop.events()] == [
        ("RolloutUpdated", "4", "rollback"),
        ("RolloutRolledBack", "4", "rollback"),
    ]
