"""The commands that events offer, as recordings show what they would do."""

from __future__ import annotations

from notifier.model import Event
from tests.catalogue import recorded


def told(reason: str, story: str) -> list[Event]:
    return [one.note.event for one in recorded.of(reason, story)]


def test_after_a_broken_revision_the_way_back_leads_to_what_was_stable() -> None:
    """Without a revision `undo` goes to the one before, which is the broken one."""
    last = told("RolloutCompleted", "x-deadline-exceeded")[-1]
    (way_back,) = last.actions
    assert (last.revision, last.previous_revision, last.replaced_revision) == ("3", "2", "1")
    assert way_back.command.endswith(" --to-revision=1")


def test_after_a_first_deploy_there_is_no_way_back() -> None:
    assert {event.actions for event in told("RolloutCompleted", "") if event.initial} == {()}


def test_who_paused_by_hand_goes_on_without_skipping_a_step() -> None:
    """`promote` would unpause and skip the step at hand as well."""
    event = told("RolloutManuallyPaused", "x-manual-pause-resume-restart")[0]
    (go_on,) = event.actions
    patch = """-p '{"spec":{"paused":false}}'"""
    assert go_on.command == f"kubectl patch rollout {event.name} -n {event.namespace} --type merge {patch}"
