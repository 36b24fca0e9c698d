"""Conditions as people write them: Argo's documentation and public ConfigMaps; `holds`, `uses_clock` and `parts`."""

from __future__ import annotations

from typing import Any

import pytest

from notifier import expr
from notifier.errors import ExpressionError

NOW = 1_795_239_447.0
ROLLOUT: dict[str, Any] = {
    "metadata": {
        "name": "web",
        "creationTimestamp": "2026-11-21T05:30:00Z",
        "annotations": {"rollout.argoproj.io/revision": "7"},
    },
    "spec": {
        "replicas": 4,
        "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}},
        "template": {"spec": {"containers": [{"name": "web", "image": "argoproj/rollouts-demo:purple"}]}},
    },
    "status": {
        "phase": "Degraded",
        "message": "ProgressDeadlineExceeded: timed out",
        "currentStepIndex": 1,
        "currentPodHash": "abc",
        "stableRS": "def",
        "conditions": [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "False"}],
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-11-21T05:31:00Z"}],
    },
}
ENV = {"rollout": ROLLOUT, "analysisRuns": [{"status": {"phase": "Failed"}}]}


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("rollout.status.phase == 'Degraded'", True),
        ('rollout.status.phase == "Healthy"', False),
        ("rollout.status.phase in ['Degraded', 'Error']", True),
        ("rollout.status.phase == 'Healthy' && rollout.status.currentPodHash == rollout.status.stableRS", False),
        ("rollout.spec.template.spec.containers[0].image == 'argoproj/rollouts-demo:purple'", True),
        ("any(rollout.spec.template.spec.containers, {.image endsWith ':purple'})", True),
        ("any(rollout.status.conditions, {.type == 'Available' && .status == 'True'})", True),
        ("any(rollout.status.conditions, .type == 'Progressing' and .status == 'True')", False),
        ("all(analysisRuns, {.status.phase == 'Successful'})", False),
        ("rollout.status?.canary?.weights == nil", True),
        ("rollout.status.message contains 'ProgressDeadlineExceeded'", True),
        ("rollout.status.message matches '^ProgressDeadline[A-Z][a-z]+'", True),
        ("len(rollout.status.pauseConditions ?? []) > 0", True),
        ("rollout.status.currentStepIndex < len(rollout.spec.strategy.canary.steps)", True),
        ("rollout.spec.strategy.canary != nil and rollout.spec.strategy.blueGreen == nil", True),
        ("rollout.metadata.annotations['rollout.argoproj.io/revision'] != '1'", True),
        ("rollout.metadata.annotations?.['missing'] != nil", False),
        ("time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Minutes() >= 5", True),
        ("time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Minutes() > 30", False),
        ("rollout.metadata.creationTimestamp != nil and\n  rollout.metadata.creationTimestamp < '2027'", True),
        ("rollout.spec.replicas", False),
        ("rollout.status.abort", False),
        ("true", True),
    ],
)
def test_a_condition_holds_if_it_is_true_itself(when: str, holds: bool) -> None:
    assert expr.compile(when).holds(ENV, NOW) is holds


def test_once_per_is_a_value() -> None:
    once_per = expr.compile("rollout.metadata.annotations['rollout.argoproj.io/revision']")
    assert once_per.evaluate(ENV, NOW) == "7"


def test_what_cannot_be_evaluated_does_not_hold_but_fails() -> None:
    with pytest.raises(ExpressionError, match="cannot fetch state from nil"):
        expr.compile("rollout.status.canary.state == 'x'").holds(ENV, NOW)


@pytest.mark.parametrize(
    ("source", "uses_clock"),
    [
        ("time.Now().Unix() > 5", True),
        ("any(analysisRuns, {now() > time.Parse(.at)})", True),
        ("time['Now'] != nil", True),
        ("$env.time.Now().Unix() > 5", True),
        ("time.Parse(rollout.metadata.creationTimestamp).Year() == 2026", False),
        ("rollout.time.Now == 'now()'", False),
    ],
)
def test_an_expression_knows_whether_time_can_change_it(source: str, uses_clock: bool) -> None:
    assert expr.compile(source).uses_clock is uses_clock
