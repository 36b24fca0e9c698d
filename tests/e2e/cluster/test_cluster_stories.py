"""Stories of a real controller: what is told is what happened, in order, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cluster.objects import ANALYSIS, PAUSE, analysis, canary, experiment, rollout, service, weight
from tests.e2e.cluster.story import Story

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEPLOYED = ("RolloutCreated", "RolloutUpdated", "RolloutCompleted", "RolloutHealthy")
COMPLETED = ("RolloutCompleted", "RolloutHealthy")
PAUSED = ("RolloutUpdated", "RolloutStepCompleted", "RolloutPaused")
PROMOTED = ("RolloutResumed", "RolloutStepCompleted")
ABORTED = ("RolloutAborted", "RolloutDegraded")


async def test_a_canary_that_is_promoted(story: Story, account: Path) -> None:
    async with story.daemon(account):
        await story.deploy(canary(weight(50), PAUSE))
        await story.image("web:2")
        await story.paused(1)
        await story.argo("promote", "web")
        await story.healthy("web:2")
        await story.tells(*DEPLOYED, *PAUSED, *PROMOTED, *COMPLETED)


async def test_a_canary_that_is_aborted_and_undone(story: Story, account: Path) -> None:
    async with story.daemon(account):
        await story.deploy(canary(weight(50), PAUSE))
        await story.image("web:2")
        await story.paused(1)
        await story.argo("abort", "web")
        await story.degraded()
        await story.argo("undo", "web")
        await story.healthy("web:1")
        await story.tells(*DEPLOYED, *PAUSED, *ABORTED, "RolloutUpdated", "RolloutRolledBack", "RolloutHealthy")


async def test_an_analysis_that_fails_and_passes_when_tried_again(story: Story, account: Path) -> None:
    prometheus = story.cluster.prometheus
    async with story.daemon(account):
        await story.put(analysis(prometheus.url, story.namespace))
        await story.deploy(canary(weight(50), ANALYSIS))
        prometheus.values[story.namespace] = 0.42
        await story.image("web:2")
        await story.degraded()
        prometheus.values[story.namespace] = 0.99
        await story.argo("retry", "rollout", "web")
        await story.healthy("web:2")
        await story.tells(
            *DEPLOYED,
            *("RolloutUpdated", "RolloutStepCompleted", "AnalysisRunFailed", *ABORTED),
            *("RolloutRetried", "RolloutStepCompleted", "AnalysisRunRunning", "AnalysisRunSuccessful"),
            *("RolloutStepCompleted", *COMPLETED),
        )


async def test_a_blue_green_update_with_a_preview(story: Story, account: Path) -> None:
    services = {"activeService": "active", "previewService": "preview"}
    strategy = {"blueGreen": {**services, "autoPromotionEnabled": False, "scaleDownDelaySeconds": 1}}
    async with story.daemon(account):
        await story.put(*(service(name) for name in services.values()))
        await story.deploy(rollout(strategy))
        await story.image("web:2")
        await story.until(lambda status: status.get("pauseConditions"))
        await story.argo("promote", "web")
        await story.healthy("web:2")
        await story.tells(*DEPLOYED, "RolloutUpdated", "RolloutPaused", "RolloutResumed", *COMPLETED)


async def test_an_experiment_as_a_step(story: Story, account: Path) -> None:
    async with story.daemon(account):
        await story.deploy(canary(experiment(seconds=2)))
        await story.image("web:2")
        await story.healthy("web:2")
        await story.tells(
            *(*DEPLOYED, "RolloutUpdated", "ExperimentRunning", "ExperimentSuccessful"),
            *("RolloutStepCompleted", *COMPLETED),
        )


async def test_a_pause_by_hand(story: Story, account: Path) -> None:
    async with story.daemon(account):
        await story.deploy(canary(weight(50)))
        await story.argo("pause", "web")
        await story.image("web:2")
        await story.patch({"spec": {"paused": False}})
        await story.healthy("web:2")
        await story.tells(
            *(*DEPLOYED, "RolloutManuallyPaused", "RolloutUpdated", "RolloutResumed"),
            *("RolloutStepCompleted", *COMPLETED),
        )
