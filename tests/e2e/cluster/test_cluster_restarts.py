"""Whatever goes away in the middle of a story and comes back: nothing is lost, and nothing is told twice."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from notifier.kube.resources import CONFIG_MAPS, SECRETS, WATCHED
from tests.cluster.control_plane import ControlPlane
from tests.e2e.cluster.audit import Audit
from tests.e2e.cluster.objects import PAUSE, canary, weight
from tests.e2e.cluster.real import RealCluster
from tests.e2e.cluster.story import MOMENT, Daemon, Story
from tests.integration.daemon.stage import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEPLOYED = ("RolloutCreated", "RolloutUpdated", "RolloutCompleted", "RolloutHealthy")
BEFORE = (*DEPLOYED, "RolloutUpdated", "RolloutStepCompleted", "RolloutPaused")
MISSED = ("RolloutCompleted", "RolloutResumed", "RolloutHealthy")
"""What is told of a promotion that nobody saw: steps that are over by then are not."""
EVERYTHING = (CONFIG_MAPS, SECRETS, *WATCHED)
AFTER = ("RolloutResumed", "RolloutStepCompleted", "RolloutCompleted", "RolloutHealthy")


@pytest.fixture
def plane(cluster: RealCluster) -> ControlPlane:
    if cluster.plane is None:
        pytest.skip("the API server of E2E_KUBECONFIG is not ours to restart")
    return cluster.plane


async def until_paused(story: Story) -> None:
    await story.deploy(canary(weight(50), PAUSE))
    await story.image("web:2")
    await story.paused(1)


async def promoted(story: Story) -> None:
    await story.argo("promote", "web")
    await story.healthy("web:2")


async def test_the_daemon_is_killed_in_the_middle_and_again_until_all_is_over(story: Story, account: Path) -> None:
    async with story.daemon(account) as daemon:
        await story.deploy(canary(weight(50), PAUSE))
        await story.image("web:2")
        await until(lambda: "RolloutStepCompleted" in story.told(), MOMENT)
        await story.kill(daemon)
    async with story.daemon(account) as daemon:
        await story.paused(1)
        await story.tells(*BEFORE)
        await story.kill(daemon)
    await promoted(story)
    async with story.daemon(account):
        await story.tells(*BEFORE, *MISSED, unseen=["RolloutStepCompleted"])


async def test_the_api_server_restarts_in_the_middle_of_an_update(
    story: Story, account: Path, plane: ControlPlane, record_property: Callable[[str, object], None]
) -> None:
    async with story.daemon(account) as daemon:
        await until_paused(story)
        await story.tells(*BEFORE)
        audit = Audit(plane.audit)
        await plane.restart_api_server()
        restarted = time.monotonic()
        await until(lambda: audit.watching() >= {kind.plural for kind in EVERYTHING}, MOMENT)
        record_property("seconds until every watch is back when the API server is", [time.monotonic() - restarted])
        daemon.pardon()  # an API server refuses everybody until it has read its roles
        await promoted(story)
        await story.tells(*BEFORE, *AFTER)
        await daemon.ready()


async def test_a17_what_etcd_compacted_away_while_the_daemon_was_stopped_is_told_once(
    story: Story, account: Path, plane: ControlPlane
) -> None:
    async with story.daemon(account) as daemon:
        await until_paused(story)
        await story.tells(*BEFORE)
        daemon.signal(signal.SIGSTOP)
        await plane.restart_api_server(meanwhile=plane.compact)
        await promoted(story)
        daemon.signal(signal.SIGCONT)
        await until(lambda: lost_its_place(daemon), MOMENT)
        await story.tells(*BEFORE, *MISSED, unseen=["RolloutStepCompleted"])


async def lost_its_place(daemon: Daemon) -> bool:
    """Whether the API server has answered 410 to the daemon's watch of Rollouts."""
    lost = r'^rollouts_notifier_watch_restarts_total\{kind="Rollout",reason="expired"\} [1-9]'
    return re.search(lost, await daemon.get("/metrics"), re.MULTILINE) is not None


async def test_the_config_map_changes_in_the_middle_of_an_update(story: Story, account: Path) -> None:
    async with story.daemon(account):
        await until_paused(story)
        await story.tells(*BEFORE)
        await story.cluster.configure(
            {"service.webhook.hook": f"url: {story.sink.url}/elsewhere\n", "service.webhook.broken": "url: 7\n"}
        )
        await promoted(story)
        await story.tells(*BEFORE, *AFTER)
        paths = [request.path for request in story.requests() if request.json()["reason"] != "ScalingReplicaSet"]
        assert paths == ["/hook"] * len(BEFORE) + ["/elsewhere"] * len(AFTER)
