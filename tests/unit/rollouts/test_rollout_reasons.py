"""Which reasons a Rollout's states tell: a new object, revisions, the ends of an update, requests of people."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.model import Object, Severity
from notifier.reasons import STATE_REASONS
from notifier.rollouts import words
from tests.unit.rollouts.built import T1, T2, Memory, aborted, one, paused, reasons, rollout, told, updating

FIRST_DEPLOY: dict[str, Any] = {"phase": "Progressing", "stableRS": None, "currentStepIndex": 0}


def test_a_rollout_without_status_or_revision_is_created_and_nothing_more() -> None:
    bare = {**rollout(""), "status": None}
    assert reasons(bare) == ["RolloutCreated"]
    assert reasons({key: value for key, value in bare.items() if key not in {"status", "spec"}}) == ["RolloutCreated"]


def test_a_known_rollout_is_not_created_again() -> None:
    assert reasons(rollout(), rollout()) == []


def test_everything_that_one_state_shows_is_told_in_the_order_of_the_rules() -> None:
    found = reasons(rollout(spec={"paused": True, "restartAt": T1}))
    assert found == [
        *("RolloutCreated", "RolloutUpdated", "RolloutCompleted", "RolloutManuallyPaused"),
        *("RolloutRestarted", "RolloutHealthy"),
    ]
    assert found == sorted(found, key=STATE_REASONS.index)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param((rollout(""), rollout("1", **FIRST_DEPLOY)), ["RolloutUpdated"], id="the first"),
        pytest.param((rollout(), rollout("2", observedGeneration="0")), ["RolloutUpdated"], id="a new one"),
        pytest.param((rollout("2"), rollout("")), [], id="taken away"),
        pytest.param((rollout("2"), rollout(""), rollout("2")), [], id="taken away and written again"),
        pytest.param((rollout(), rollout(spec={"replicas": 5})), [], id="scaled by hand"),
    ],
)
def test_an_update_is_a_revision_with_a_new_value(states: tuple[Object, ...], expected: list[str]) -> None:
    assert reasons(*states) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(updating(2), updating(revision="3"), ["RolloutUpdated", "RolloutSuperseded"], id="in mid-update"),
        pytest.param(aborted(), updating(revision="3"), ["RolloutUpdated"], id="after an abort"),
        pytest.param(rollout(), updating(), ["RolloutUpdated"], id="nothing was under way"),
        pytest.param(
            updating(4),
            updating(0, "3", stableRS="h2"),
            ["RolloutUpdated"],
            id="it completed unseen",
        ),
        pytest.param(
            updating(2),
            rollout("3"),
            ["RolloutUpdated", "RolloutRolledBack", "RolloutHealthy"],
            id="back to the stable version",
        ),
        pytest.param(
            aborted(),
            rollout("3"),
            ["RolloutUpdated", "RolloutRolledBack", "RolloutHealthy"],
            id="back to the stable version after an abort",
        ),
    ],
)
def test_an_unfinished_revision_is_superseded_or_rolled_back(
    before: Object, after: Object, expected: list[str]
) -> None:
    assert reasons(rollout(), before, after) == expected


def test_a_revision_written_before_its_hash_supersedes_when_the_hash_comes() -> None:
    announced = {**updating(2), "metadata": rollout("3")["metadata"]}
    memory = Memory()
    seen = [memory.see(state).events for state in (rollout(), updating(2), announced, updating(0, "3"))]
    assert [event.reason for event in seen[2]] == ["RolloutUpdated"]
    assert [(event.reason, event.revision, event.previous_revision) for event in seen[3]] == [
        ("RolloutSuperseded", "3", "2")
    ]


def test_each_superseded_revision_is_told_of_on_its_own() -> None:
    memory = Memory()
    seen = [memory.see(s).events for s in (rollout(), updating(), updating(revision="3"), updating(revision="4"))]
    replaced = [event for events in seen for event in events if event.reason == "RolloutSuperseded"]
    assert [event.previous_revision for event in replaced] == ["2", "3"]
    assert len({event.id for event in replaced}) == 2


@pytest.mark.parametrize(
    ("states", "initial"),
    [
        pytest.param((rollout("1", **FIRST_DEPLOY), rollout("1", phase="Progressing")), True, id="no pod is ready"),
        pytest.param((rollout(), updating(4), rollout("2", currentPodHash="h2", stableRS="h2")), False, id="an update"),
    ],
)
def test_a_revision_is_complete_when_its_hash_becomes_the_stable_one(
    states: tuple[Object, ...], *, initial: bool
) -> None:
    found = one("RolloutCompleted", *states)
    assert found.initial is initial


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(rollout("3"), id="back to stable"),
        pytest.param(updating(1, stableRS="h0"), id="another stable version beside an update"),
        pytest.param(updating(1, stableRS=None), id="no stable version any more"),
    ],
)
def test_nothing_else_completes_a_revision(after: Object) -> None:
    assert "RolloutCompleted" not in reasons(rollout(), updating(), after)


def test_a_retry_is_an_abort_taken_back_within_a_revision() -> None:
    again = updating(0, abortedAt=None)
    assert reasons(rollout(), updating(), aborted(), again) == ["RolloutRetried"]
    assert reasons(rollout(), updating(), aborted(), updating(0, "3", abort=None)) == ["RolloutUpdated"]


def test_two_retries_of_a_revision_are_two_and_know_it() -> None:
    memory = Memory()
    states = (rollout(), updating(), aborted(T1), updating(), aborted(T2), updating())
    retried = [e for state in states for e in memory.see(state).events if e.reason == "RolloutRetried"]
    assert len({event.id for event in retried}) == 2
    assert all(event.retry for event in retried)


def test_a_full_promotion_is_told_once_and_the_jump_of_the_index_is_not() -> None:
    asked = paused(promoteFull=True)
    skipping = updating(4, promoteFull=True)
    done = rollout("2", phase="Progressing", currentPodHash="h2", stableRS="h2")
    before = (rollout(), paused())
    assert reasons(*before, asked) == ["RolloutPromotedFully"]
    assert reasons(*before, asked, skipping) == ["RolloutResumed"]
    assert reasons(*before, asked, skipping, done) == ["RolloutCompleted"]
    assert one("RolloutCompleted", *before, asked, skipping, done).manual


def test_a_restart_is_told_once_for_each_time_it_is_asked_for() -> None:
    first, second = (rollout(spec={"restartAt": at}) for at in (T1, T2))
    assert reasons(rollout(), first) == ["RolloutRestarted"]
    assert reasons(rollout(), first, first) == []
    assert one("RolloutRestarted", rollout(), first).id != one("RolloutRestarted", rollout(), first, second).id


def test_what_was_deleted_is_told_from_memory_and_stays_gone() -> None:
    memory = Memory()
    memory.see(rollout("3", metadata={"labels": {"team": "a"}}))
    [event] = memory.lose("rollout").events
    assert (event.reason, event.name, event.namespace, event.revision) == (
        "RolloutDeleted",
        "rollout-name",
        "shop",
        "3",
    )
    assert event.severity is Severity.WARNING
    assert memory.digests["rollout"].labels == {"team": "a"}
    assert memory.lose("rollout").events == ()
    assert memory.see(rollout("4")).events == ()


def test_the_name_of_a_deleted_rollout_may_come_back_with_a_new_uid() -> None:
    memory = Memory()
    memory.see(rollout())
    memory.lose("rollout")
    again = rollout(metadata={"uid": "another", "name": "rollout-name"})
    assert next(event.reason for event in memory.see(again).events) == "RolloutCreated"


def test_ids_are_functions_of_content_equal_for_every_reader_and_distinct() -> None:
    states = (rollout(""), rollout(), updating(), paused(), updating(2), aborted(), updating(0), rollout("3"))
    early, late = Memory(now=1_000.0), Memory(now=2_000_000.0)
    here = [event for state in states for event in early.see(state).events]
    there = [event for state in states for event in late.see(state).events]
    assert [event.id for event in here] == [event.id for event in there]
    assert len({event.id for event in here}) == len(here)
    assert [event.ts for event in here] != [event.ts for event in there]


def test_the_same_story_of_another_rollout_has_other_ids() -> None:
    other = rollout(metadata={"uid": "other"})
    assert {event.id for event in told(rollout())}.isdisjoint(event.id for event in told(other))


def test_every_reason_has_its_sentence_in_the_order_of_the_rules() -> None:
    assert tuple(words._SENTENCES) == STATE_REASONS
