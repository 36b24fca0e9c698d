"""A real cluster with Argo Rollouts: one of our own on loopback, or the one that E2E_KUBECONFIG names."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import yaml

from notifier.kube.resources import Resource
from notifier.kube.transport import Cluster, Transport
from notifier.model import Object
from tests.cluster import programs
from tests.cluster.control_plane import NAMESPACE, ControlPlane, kubelet
from tests.cluster.prometheus import Prometheus

GIVEN = os.environ.get("E2E_KUBECONFIG", "")
ACCOUNT = "rollouts-notifier"
KUSTOMIZE = Path(__file__).parents[3] / "deploy" / "kustomize"
BASE = KUSTOMIZE / "base"

_KUBECTL = Path(sys.executable).with_name("kubectl")
_RIGHTS = {"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
_PATIENCE = 60
"""Seconds for a command that takes one, on a machine that others work on."""


async def execute(*command: str | Path, stdin: str = "") -> str:
    """What a command prints; it has to succeed."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=STDOUT)
    async with asyncio.timeout(_PATIENCE):
        out, _ = await process.communicate(stdin.encode())
    assert process.returncode == 0, out.decode()
    return out.decode()


def lacking() -> str:
    """Why there is no cluster to be had here, "" where there is one."""
    if GIVEN:
        return "" if _plugin() else "E2E_KUBECONFIG needs kubectl-argo-rollouts on the PATH, or `make cluster`'s"
    if programs.are_built():
        return ""
    if not shutil.which("go"):
        return "no Go toolchain to build a real cluster with, and none is in the cache"
    return "" if os.environ.get("CI_E2E") == "1" else "no real cluster is built: `make cluster`, or CI_E2E=1"


def _plugin() -> Path | None:
    if programs.are_built():
        return programs.program("kubectl-argo-rollouts")
    found = shutil.which("kubectl-argo-rollouts")
    return Path(found) if found else None


class RealCluster:
    """A cluster and who may do everything in it; `plane` is None where it is not ours to restart."""

    def __init__(self, config: Path, admin: Transport, prometheus: Prometheus, plane: ControlPlane | None) -> None:
        self.config, self.admin, self.prometheus, self.plane = config, admin, prometheus, plane

    async def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What kubectl prints."""
        return await execute(_KUBECTL, *arguments, f"--kubeconfig={self.config}", stdin=stdin)

    async def argo(self, *arguments: str) -> str:
        """What `kubectl argo rollouts` prints."""
        return await execute(str(_plugin()), *arguments, f"--kubeconfig={self.config}")

    async def apply(self, *objects: Object) -> None:
        """Let objects be as they are here."""
        await self.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(objects))

    async def get(self, resource: Resource, namespace: str, name: str = "") -> Any:
        """An object, or the list of all."""
        return msgspec.json.decode((await self.admin.request("GET", resource.path(namespace, name))).body)

    async def items(self, resource: Resource, namespace: str) -> list[Object]:
        """All objects of a namespace."""
        return list((await self.get(resource, namespace))["items"])

    async def configure(
        self, entries: Mapping[str, str], name: str = "rollouts-notifier-config", namespace: str = NAMESPACE
    ) -> None:
        """Write a ConfigMap, whole."""
        metadata = {"name": name, "namespace": namespace}
        await self.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(entries)})

    async def hide(self, values: Mapping[str, str], name: str, namespace: str = NAMESPACE) -> None:
        """Write a Secret, whole."""
        metadata = {"name": name, "namespace": namespace}
        await self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(values)})

    async def manifests(self, kustomization: Path = BASE) -> list[Object]:
        """All that `kubectl apply -k` would apply."""
        return list(yaml.safe_load_all(await self.kubectl("kustomize", str(kustomization))))

    async def account(self, folder: Path, kustomization: Path = BASE) -> Path:
        """A kubeconfig of a kustomization's service account, with the rights that are given there and no others."""
        given = [manifest for manifest in await self.manifests(kustomization) if manifest["kind"] in _RIGHTS]
        await self.apply(*given)
        name = next(manifest["metadata"]["name"] for manifest in given if manifest["kind"] == "ServiceAccount")
        token = (await self.kubectl("create", "token", name, f"--namespace={NAMESPACE}")).strip()
        config = yaml.safe_load(await self.kubectl("config", "view", "--raw", "--minify", "--flatten"))
        config["users"][0]["user"] = {"token": token}
        (path := folder / "daemon.kubeconfig").write_text(yaml.safe_dump(config))
        return path


def variant(folder: Path, other: Path, name: str, *patches: Object) -> Path:
    """A kustomization like another one, for a daemon beside that: all its names end in `-name`."""
    resources = [os.path.relpath(other, folder)]
    text = yaml.safe_dump({"resources": resources, "nameSuffix": f"-{name}", "patches": list(patches)})
    (folder / "kustomization.yaml").write_text(text)
    return folder


@asynccontextmanager
async def real_cluster(folder: Path) -> AsyncIterator[RealCluster]:
    """The cluster to test with, started here unless it is given."""
    async with Prometheus() as prometheus:
        if GIVEN:
            async with Transport.connect(Cluster(kubeconfig=GIVEN)) as admin:
                yield RealCluster(Path(GIVEN), admin, prometheus, None)
            return
        programs.build(print)
        plane = ControlPlane(folder)
        async with plane.running() as admin, kubelet(plane.kubeconfig):
            yield RealCluster(plane.kubeconfig, admin, prometheus, plane)
