"""Namespaces with configurations of their own, under the rights of the kustomization for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from notifier.kube.errors import Forbidden
from notifier.kube.resources import CONFIG_MAPS, SECRETS, Resource
from notifier.kube.transport import Cluster, Transport
from notifier.sandbox.receivers import Received
from tests.cluster.control_plane import NAMESPACE
from tests.e2e.cluster.audit import Audit, granted
from tests.e2e.cluster.objects import canary, weight
from tests.e2e.cluster.real import ACCOUNT, KUSTOMIZE, RealCluster, variant
from tests.e2e.cluster.story import MOMENT, Story
from tests.integration.daemon.stage import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVERLAY = KUSTOMIZE / "overlays" / "self-service"
CONFIG_MAP, SECRET = "rollouts-notifier-config", "rollouts-notifier-secret"
TOKEN = "tenant-token"
SETTINGS = ("--self-service", "--self-service-egress=127.0.0.0/8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overlay, beside the daemon that the other tests run."""
    return variant(tmp_path_factory.mktemp("self-service"), OVERLAY, "self-service")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def its_account(cluster: RealCluster, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await cluster.account(tmp_path_factory.mktemp("account"), installed)


@pytest_asyncio.fixture(loop_scope="session")
async def its_connection(its_account: Path) -> AsyncIterator[Transport]:
    async with Transport.connect(Cluster(kubeconfig=str(its_account))) as transport:
        yield transport


async def configure(story: Story) -> None:
    """Give a namespace a webhook `own`, which sends a token of the namespace's Secret to a path of that name."""
    header = "headers:\n  - {name: Authorization, value: Bearer $token}\n"
    own = {"service.webhook.own": f"url: {story.sink.url}/own\n{header}", "service.webhok": "no"}
    await story.cluster.hide({"token": TOKEN}, SECRET, story.namespace)
    await story.cluster.configure(own, CONFIG_MAP, story.namespace)


def told(story: Story, path: str) -> list[Received]:
    """What was told about a namespace at a path, but for scaling."""
    return [got for got in story.requests() if got.path == path and got.json()["reason"] != "ScalingReplicaSet"]


async def is_told(story: Story) -> None:
    """Let a Rollout subscribe `hook` and `own`, and wait until the first has heard that it is healthy."""
    await story.deploy(canary(weight(50), services=("hook", "own")))
    await until(lambda: "RolloutHealthy" in [got.json()["reason"] for got in told(story, "/hook")], MOMENT)


async def test_what_a_namespace_configures_is_used_for_its_rollouts_and_no_others(
    story: Story, neighbour: Story, its_account: Path
) -> None:
    await configure(story)
    async with story.daemon(its_account, *SETTINGS):
        await is_told(story)
        await is_told(neighbour)
        await until(lambda: len(told(story, "/own")) == len(told(story, "/hook")), MOMENT)
    assert {got.headers["Authorization"] for got in told(story, "/own")} == {f"Bearer {TOKEN}"}
    assert not any("Authorization" in got.headers for got in told(story, "/hook"))
    assert told(neighbour, "/own") == []


async def test_the_daemon_asks_for_what_the_overlay_allows_and_nothing_else(
    story: Story, neighbour: Story, its_account: Path, installed: Path
) -> None:
    if story.cluster.plane is None:
        pytest.skip("the audit log of E2E_KUBECONFIG is not ours to read")
    audit = Audit(story.cluster.plane.audit, f"{ACCOUNT}-self-service")
    allowed = granted(await story.cluster.manifests(installed))
    await configure(story)
    async with story.daemon(its_account, *SETTINGS):
        await is_told(story)
        await is_told(neighbour)
        await until(lambda: audit.asked() >= allowed, MOMENT)
    assert audit.asked() == allowed
    assert audit.decisions() == {"allow"}
    everywhere = [entry["objectRef"]["resource"] for entry in audit.entries() if "namespace" not in entry["objectRef"]]
    assert {CONFIG_MAPS.plural, SECRETS.plural} <= set(everywhere)


@pytest.mark.parametrize("resource", [CONFIG_MAPS, SECRETS], ids=lambda resource: resource.plural)
@pytest.mark.parametrize("name", ["", "other"])
async def test_objects_of_other_names_are_refused_everywhere(
    its_connection: Transport, resource: Resource, name: str
) -> None:
    asked = resource.named(name) if name else resource
    query = {"fieldSelector": asked.fields} if name else {}
    for namespace in ("", "default", NAMESPACE):
        with pytest.raises(Forbidden):
            await its_connection.request("GET", asked.path(namespace), query=query)
