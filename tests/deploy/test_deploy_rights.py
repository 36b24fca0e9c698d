"""What the manifests allow is what the daemon asks an API server for: all of it, and nothing more."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.cli.run import command
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from tests.deploy.rbac import Grant, Rbac, grants
from tests.deploy.rendering import KUSTOMIZE, NAMESPACE, Helm, Rendered, kustomized, values
from tests.integration.daemon.stage import Stage, rollout, subscribed, until

_SAID_BY = ("namespaces", "config_map_name", "secret_name", "self_service")
INSTALLED = [
    *("kustomize base", "kustomize overlays/namespaced", "kustomize overlays/self-service"),
    *("helm defaults", "helm namespaced", "helm self-service"),
]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with ApiServer(bookmark_every=0.1) as api, WebhookSink() as sink:
        yield Stage(tmp_path, api, sink)


@pytest.fixture(params=INSTALLED)
def installed(request: pytest.FixtureRequest) -> Rendered:
    how, name = request.param.split()
    if how == "kustomize":
        return kustomized(KUSTOMIZE / name)
    helm: Helm = request.getfixturevalue("helm")
    return helm.template(values(name))


def told(installed: Rendered) -> dict[str, object]:
    """What the Deployment's arguments say about where to look."""
    given = command.make_context("run", list(installed.container["args"][1:])).params
    return {name: given[name] for name in _SAID_BY}


async def test_the_daemon_uses_every_right_it_is_given_and_needs_no_other(stage: Stage, installed: Rendered) -> None:
    stage.api.access = access = Rbac(granted := grants(installed))
    stage.configure({"trigger.broken": "- when: ("})
    stage.secret(token="t")
    async with stage.ready(**told(installed)):
        for namespace in ("shop", "billing"):
            mistaken = subscribed("sentinel", trigger="on-nothing")
            stage.put(rollout(namespace, namespace=namespace, annotations=mistaken))
        await until(lambda: access.used == granted)
        await until(lambda: {"shop", "billing", NAMESPACE} <= {e["metadata"]["namespace"] for e in stage.warnings()})
    assert access.refused == []


async def test_a_daemon_without_its_secret_is_not_ready_and_says_why(stage: Stage) -> None:
    granted = {grant for grant in grants(kustomized(KUSTOMIZE / "base")) if grant.plural != "secrets"}
    stage.api.access = access = Rbac(granted)
    async with stage.daemon() as running:
        await until(lambda: access.refused)
        await until(lambda: "not allowed to list secrets" in running.daemon._configured.not_ready())
        assert (await running.get("/readyz"))[0] == 503


def test_no_role_reads_a_secret_or_configmap_but_by_name(rendered: Rendered) -> None:
    for grant in grants(rendered):
        assert grant.verb in ("list", "watch") or grant == Grant(grant.namespace, "", "events", "create", "")
        assert grant.name or grant.plural not in ("secrets", "configmaps")


def test_nothing_is_granted_outside_the_chosen_namespaces() -> None:
    for grant in grants(kustomized(KUSTOMIZE / "overlays/namespaced")):
        assert grant.namespace in ("shop", "billing", NAMESPACE)


def test_rights_follow_the_daemon_into_another_namespace(tmp_path: Path) -> None:
    base = os.path.relpath(KUSTOMIZE / "base", tmp_path)
    (tmp_path / "kustomization.yaml").write_text(f"namespace: notify\nresources: [{base}]\n", encoding="utf-8")
    moved = {grant._replace(namespace=grant.namespace and "notify") for grant in grants(kustomized(KUSTOMIZE / "base"))}
    assert grants(kustomized(tmp_path)) == moved
