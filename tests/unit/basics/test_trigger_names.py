"""Triggers are named after reasons as argo-rollouts names them (`translateReasonToTrigger`)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from notifier.reasons import BY_TRIGGER, EVENT_REASONS, STATE_REASONS, trigger_name

camel_case = st.from_regex(r"([A-Z][a-z0-9]+|[A-Z]{2,4}){1,6}", fullmatch=True)


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("RolloutCompleted", "on-rollout-completed"),
        ("RolloutStepCompleted", "on-rollout-step-completed"),
        ("RolloutAddedToInformer", "on-rollout-added-to-informer"),
        ("ScalingReplicaSet", "on-scaling-replica-set"),
        ("AnalysisRunFailed", "on-analysis-run-failed"),
        ("PatchingALBIngress", "on-patching-alb-ingress"),
        ("InvalidSpec", "on-invalid-spec"),
        ("Updated VirtualService", "on-updated -virtual-service"),
    ],
)
def test_a_reason_names_its_trigger(reason: str, name: str) -> None:
    assert trigger_name(reason) == name


@given(camel_case)
def test_a_name_is_lower_case_words_between_hyphens(reason: str) -> None:
    name = trigger_name(reason)
    words = name.split("-")
    assert name == name.lower()
    assert words[0] == "on"
    assert all(words), "no two hyphens side by side"
    assert "".join(words[1:]) == reason.lower(), "nothing but hyphens is added, so there is no blank"


@given(camel_case)
def test_naming_again_adds_nothing_but_the_prefix(reason: str) -> None:
    assert trigger_name(trigger_name(reason)) == f"on-{trigger_name(reason)}"


def test_no_two_reasons_share_a_trigger() -> None:
    assert sorted(BY_TRIGGER.values()) == sorted((*STATE_REASONS, *EVENT_REASONS))


def test_the_nine_triggers_that_argo_ships_are_armed_by_what_state_tells() -> None:
    shipped = {
        *("on-analysis-run-error", "on-analysis-run-failed", "on-analysis-run-running", "on-rollout-aborted"),
        *("on-rollout-completed", "on-rollout-paused", "on-rollout-step-completed", "on-rollout-updated"),
        "on-scaling-replica-set",
    }
    assert {BY_TRIGGER[name] for name in shipped} <= set(STATE_REASONS)
