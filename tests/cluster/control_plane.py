"""etcd, kube-apiserver, kube-controller-manager and the Argo Rollouts controller, real ones, on loopback."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
import trustme

from notifier.kube.errors import KubeError
from notifier.kube.transport import Cluster, Transport
from notifier.sandbox.kubeconfig import kubeconfig
from tests.cluster.kubelet import Kubelet
from tests.cluster.processes import Program, beside, free_ports
from tests.cluster.programs import crds, program
from tests.integration.daemon.stage import until

NAMESPACE = "argo-rollouts"
"""Where Argo's controller and the daemon are configured."""

_START = 60.0
_APPLY = "application/apply-patch+yaml"
_AUDIT = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: Metadata, userGroups: ["system:serviceaccounts"]}
  - {level: None}
"""


class StartError(Exception):
    """A part of the cluster has ended or does not answer; the text holds its last words."""


class ControlPlane:
    """A cluster in a folder: `kubeconfig` is an admin's, `audit` holds what service accounts have asked for.

    `argos_metrics` is where Argo's controller counts what it has done.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._etcd_port, etcd_peer_port, self._port, *argo_ports = free_ports(5)
        self.kubeconfig, self.audit = folder / "kubeconfig", folder / "audit.jsonl"
        self.argos_metrics = f"http://127.0.0.1:{argo_ports[0]}/metrics"
        self._write_credentials()
        self._etcd = self._program("etcd", *self._etcd_options(etcd_peer_port))
        self._api_server = self._program("kube-apiserver", *self._api_server_options())
        self._controllers = [
            self._program("kube-controller-manager", *self._controller_manager_options()),
            self._program("rollouts-controller", *self._argo_options(*argo_ports), POD_NAMESPACE=NAMESPACE),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Transport]:
        """All parts from readiness until the block ends; gives an admin's connection. Raises StartError."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._etcd)
            await stack.enter_async_context(self._api_server)
            admin = await stack.enter_async_context(Transport.connect(Cluster(kubeconfig=str(self.kubeconfig))))
            await self._ready(admin)
            await install(admin)
            for controller in self._controllers:
                await stack.enter_async_context(controller)
            yield admin

    async def restart_api_server(self, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
        """Stop the API server, do something while it is away, start it. Returns once it is ready."""
        await self._api_server.stop()
        if meanwhile:
            await meanwhile()
        await self._api_server.start()
        async with Transport.connect(Cluster(kubeconfig=str(self.kubeconfig))) as admin:
            await self._ready(admin)

    async def compact(self) -> None:
        """Let etcd forget all but the present."""
        async with aiohttp.ClientSession(f"http://127.0.0.1:{self._etcd_port}", raise_for_status=True) as etcd:
            async with etcd.post("/v3/kv/range", json={"key": "AA=="}) as answer:
                revision = (await answer.json())["header"]["revision"]
            async with etcd.post("/v3/kv/compaction", json={"revision": revision, "physical": True}):
                return

    async def _ready(self, admin: Transport) -> None:
        try:
            await until(lambda: self._is_ready(admin), within=_START)
        except TimeoutError:
            raise StartError(f"the API server is not ready:\n{self._api_server.last_words()}") from None

    async def _is_ready(self, admin: Transport) -> bool:
        for part in (self._etcd, self._api_server):
            if part.has_ended():
                raise StartError(f"{part.log.stem} has ended:\n{part.last_words()}")
        try:
            await admin.request("GET", "/readyz")
        except KubeError:
            return False
        return True

    def _program(self, name: str, *options: str, **environment: str) -> Program:
        return Program(program(name), *options, log=self._folder / f"{name}.log", environment=environment)

    def _write_credentials(self) -> None:
        """A CA of this cluster's own, an admin's token, and what the API server serves and signs with."""
        authority, token = trustme.CA(), secrets.token_hex(16)
        served = authority.issue_cert("127.0.0.1")
        served.private_key_pem.write_to_path(self._folder / "key.pem")
        (self._folder / "certificate.pem").write_bytes(b"".join(pem.bytes() for pem in served.cert_chain_pems))
        (self._folder / "tokens.csv").write_text(f"{token},admin,1,system:masters\n")
        (self._folder / "audit-policy.yaml").write_text(_AUDIT)
        url = f"https://127.0.0.1:{self._port}"
        self.kubeconfig.write_text(kubeconfig(url, token=token, authority=authority.cert_pem.bytes()))

    def _etcd_options(self, peer_port: int) -> list[str]:
        clients, peers = f"http://127.0.0.1:{self._etcd_port}", f"http://127.0.0.1:{peer_port}"
        return [
            *(f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}"),
            *(f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}"),
            *(f"--initial-cluster=default={peers}", f"--data-dir={self._folder / 'etcd'}"),
            *("--unsafe-no-fsync", "--log-level=warn"),
        ]

    def _api_server_options(self) -> list[str]:
        key, certificate = self._folder / "key.pem", self._folder / "certificate.pem"
        return [
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            *("--bind-address=127.0.0.1", f"--secure-port={self._port}"),
            *("--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"),
            *(f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}", f"--cert-dir={self._folder}"),
            *(f"--token-auth-file={self._folder / 'tokens.csv'}", "--authorization-mode=RBAC"),
            *("--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}"),
            *(f"--service-account-signing-key-file={key}", "--disable-admission-plugins=ServiceAccount"),
            *(f"--audit-policy-file={self._folder / 'audit-policy.yaml'}", f"--audit-log-path={self.audit}"),
            *("--service-cluster-ip-range=10.96.0.0/16", "--shutdown-delay-duration=0s"),
        ]

    def _controller_manager_options(self) -> list[str]:
        controllers = "deployment,replicaset,namespace,garbagecollector,endpointslice,job,disruption"
        return [
            *(f"--kubeconfig={self.kubeconfig}", f"--controllers={controllers}"),
            *("--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0"),
        ]

    def _argo_options(self, metrics_port: int, health_port: int) -> list[str]:
        return [
            *(f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--loglevel=warn"),
            *("--qps=400", "--burst=800", f"--metricsPort={metrics_port}", f"--healthzPort={health_port}"),
        ]


@asynccontextmanager
async def kubelet(kubeconfig: Path, ready_after: float = 0.5) -> AsyncIterator[Kubelet]:
    """A little kubelet beside a cluster, until the block ends."""
    async with Transport.connect(Cluster(kubeconfig=str(kubeconfig))) as transport:
        little = Kubelet(transport, ready_after)
        async with beside(little.run()):
            yield little


async def install(admin: Transport) -> None:
    """Argo's namespace and custom resource definitions, once they are served."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    await _apply(admin, f"/api/v1/namespaces/{NAMESPACE}", msgspec.json.encode(namespace))
    for manifest in (path.read_bytes() for path in crds()):
        crd = msgspec.yaml.decode(manifest)
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd['metadata']['name']}"
        await _apply(admin, path, manifest)
        await until(partial(_is_served, admin, crd["spec"]["names"]["plural"]), within=_START)


async def _apply(admin: Transport, path: str, manifest: bytes) -> None:
    query = {"fieldManager": "tests", "force": "true"}
    await admin.request("PATCH", path, query=query, body=manifest, content_type=_APPLY)


async def _is_served(admin: Transport, plural: str) -> bool:
    try:
        await admin.request("GET", f"/apis/argoproj.io/v1alpha1/{plural}")
    except KubeError:
        return False
    return True
