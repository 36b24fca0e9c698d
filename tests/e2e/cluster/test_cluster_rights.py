"""The manifests on a real API server: it takes them, and the rights they give are those that the daemon needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from notifier.kube.errors import Forbidden
from notifier.kube.resources import CONFIG_MAPS, EVENTS, ROLLOUTS, SECRETS, Resource
from notifier.kube.transport import Cluster, Transport
from notifier.model import COMPONENT
from tests.cluster.control_plane import NAMESPACE
from tests.cluster.kubelet import PODS
from tests.e2e.cluster.audit import Audit, granted
from tests.e2e.cluster.objects import canary, weight
from tests.e2e.cluster.real import BASE, RealCluster
from tests.e2e.cluster.story import MOMENT, Story
from tests.integration.daemon.stage import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

_STANDARD = "pod-security.kubernetes.io/enforce"


@pytest_asyncio.fixture(loop_scope="session")
async def daemons(account: Path) -> AsyncIterator[Transport]:
    """What the daemon's service account asks with."""
    async with Transport.connect(Cluster(kubeconfig=str(account))) as transport:
        yield transport


async def warned(story: Story, namespace: str, word: str) -> bool:
    """Whether the daemon has written a Warning Event with a word in it."""
    events = await story.cluster.items(EVENTS, namespace)
    return any(event["source"].get("component") == COMPONENT and word in event["message"] for event in events)


async def test_the_api_server_takes_every_manifest_as_it_is(cluster: RealCluster) -> None:
    said = await cluster.kubectl("apply", "-k", str(BASE), "--server-side", "--dry-run=server")
    assert "Warning" not in said
    assert len(said.splitlines()) == len(await cluster.manifests())


async def test_the_pod_is_admitted_under_the_restricted_standard(cluster: RealCluster, story: Story) -> None:
    await cluster.kubectl("label", "namespace", story.namespace, f"{_STANDARD}=restricted")
    template = next(obj for obj in await cluster.manifests() if obj["kind"] == "Deployment")["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {"name": "daemon"}}
    body, path = msgspec.json.encode(pod), PODS.path(story.namespace)
    await cluster.admin.request("POST", path, query={"dryRun": "All"}, body=body)
    pod["spec"]["containers"][0].pop("securityContext")
    with pytest.raises(Forbidden, match="restricted"):
        await cluster.admin.request("POST", path, query={"dryRun": "All"}, body=msgspec.json.encode(pod))


async def test_the_daemon_uses_every_right_that_it_has_and_is_refused_nothing(story: Story, account: Path) -> None:
    if story.cluster.plane is None:
        pytest.skip("the audit log of E2E_KUBECONFIG is not ours to read")
    audit = Audit(story.cluster.plane.audit)
    await story.cluster.configure({"service.webhook.hook": f"url: {story.sink.url}/hook\n", "service.webhok": "no"})
    update = canary(weight(50))
    update["metadata"]["annotations"]["notifications.argoproj.io/subscribe.on-rollout-complete.hook"] = ""
    async with story.daemon(account):
        await story.deploy(update)
        await until(lambda: warned(story, story.namespace, "on-rollout-completed"), MOMENT)
        await until(lambda: warned(story, NAMESPACE, "service.webhok"), MOMENT)
    assert audit.asked() == granted(await story.cluster.manifests())
    assert audit.decisions() == {"allow"}


@pytest.mark.parametrize(
    ("method", "resource", "namespace", "name"),
    [
        ("GET", SECRETS, NAMESPACE, ""),
        ("GET", SECRETS, NAMESPACE, "other"),
        ("GET", SECRETS.named("other"), NAMESPACE, ""),
        ("GET", SECRETS.named("rollouts-notifier-secret"), "default", ""),
        ("GET", CONFIG_MAPS, NAMESPACE, ""),
        ("GET", PODS, NAMESPACE, ""),
        ("POST", PODS, NAMESPACE, ""),
        ("PATCH", ROLLOUTS, "default", "web"),
        ("DELETE", ROLLOUTS, "default", "web"),
        ("POST", CONFIG_MAPS, NAMESPACE, ""),
    ],
)
async def test_what_the_daemon_does_not_need_is_refused(
    daemons: Transport, method: str, resource: Resource, namespace: str, name: str
) -> None:
    query = {"fieldSelector": resource.fields} if resource.fields else {}
    body = None if method in {"GET", "DELETE"} else b"{}"
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    with pytest.raises(Forbidden):
        await daemons.request(method, resource.path(namespace, name), query=query, body=body, content_type=kind)
