"""A story: a namespace with a Rollout, what a person does to it, the daemon beside it and who is told."""

from __future__ import annotations

import asyncio
import signal
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from notifier.kube.reflector import Complete, ReflectorOptions, Seen, WatchHealth, reflect
from notifier.kube.resources import ANALYSIS_RUNS, EVENTS, EXPERIMENTS, ROLLOUTS, Resource
from notifier.model import Object, Scope
from notifier.reasons import STATE_REASONS
from notifier.sandbox.receivers import Received, WebhookSink
from notifier.sandbox.waiting import Waiting
from tests.cluster.control_plane import NAMESPACE
from tests.e2e.cluster.objects import NAME
from tests.e2e.cluster.real import RealCluster
from tests.e2e.program import COMMAND, Run
from tests.integration.daemon.stage import KEY, until

MOMENT = 90.0
"""Seconds within which whatever is waited for has to be, even if others work on the machine: no claim is about them."""

REST = 0.4
"""Seconds without a write that say that the controller has nothing to do."""

REVISION = "rollout.argoproj.io/revision"
SCALING = "ScalingReplicaSet"


class Daemon(Run):
    """A daemon under its own service account."""

    def signal(self, how: signal.Signals) -> None:
        """Send a signal, and do not wait for what it does."""
        self._process.send_signal(how)

    def pardon(self) -> None:
        """Let what it has been refused so far not count."""
        self.log.clear()

    def disturbances(self) -> list[dict[str, Any]]:
        """What it has been refused."""
        return [line for line in self.log if line.get("reason") in {"forbidden", "unauthorized"}]


class Story:
    """A namespace of its own, a receiver `sink` and a store for the daemons that run beside it."""

    def __init__(self, cluster: RealCluster, namespace: str, sink: WebhookSink, folder: Path) -> None:
        self.cluster, self.namespace, self.sink, self.store = cluster, namespace, sink, folder / "store.db"
        self.rollout: Any = {"metadata": {"generation": 0}}
        self._kills = 0
        self._changed, self._changed_at = Waiting(), time.monotonic()

    @asynccontextmanager
    async def daemon(self, config: Path, *options: str) -> AsyncIterator[Daemon]:
        """A daemon that has seen all there is; killed at the end if it still runs, and refused nothing meanwhile."""
        where = {"kubeconfig": config, "store": self.store, "config-namespace": NAMESPACE, "page-address": "none"}
        given = [f"--{name}={value}" for name, value in {**where, "address": "127.0.0.1:0"}.items()]
        process = await asyncio.create_subprocess_exec(COMMAND, "run", *given, *options, stderr=PIPE, limit=2**22)
        running = Daemon(process)
        try:
            await running.ready(MOMENT)
            yield running
            assert not running.disturbances()
        finally:
            await running.stop(signal.SIGKILL)

    async def kill(self, daemon: Daemon) -> None:
        """End a daemon as it stands."""
        self._kills += 1
        await daemon.stop(signal.SIGKILL)

    async def argo(self, *arguments: str) -> str:
        """`kubectl argo rollouts` in the namespace, once the controller rests."""
        await self.rest()
        said = await self.cluster.argo(*arguments, f"--namespace={self.namespace}")
        self._changed_at = time.monotonic()
        return said

    async def image(self, image: str) -> None:
        """Begin an update."""
        await self.argo("set", "image", NAME, f"{NAME}={image}")

    async def patch(self, change: Object) -> None:
        """Change the Rollout, once the controller rests."""
        await self.rest()
        body = msgspec.json.encode(change)
        path = ROLLOUTS.path(self.namespace, NAME)
        await self.cluster.admin.request("PATCH", path, body=body, content_type="application/merge-patch+json")
        self._changed_at = time.monotonic()

    async def rest(self) -> None:
        """Wait until the controller has nothing to do: what it is told amid a write of its own is lost."""
        await until(lambda: self._has_settled() and time.monotonic() - self._changed_at > REST, MOMENT)

    async def put(self, *objects: Object) -> None:
        """Apply objects to the namespace."""
        for obj in objects:
            obj["metadata"]["namespace"] = self.namespace
        await self.cluster.apply(*objects)

    async def deploy(self, rollout: Object) -> None:
        """Apply a Rollout for the first time."""
        await self.put(rollout)
        await self.healthy()

    async def items(self, resource: Resource) -> list[Object]:
        """All objects of a kind in the namespace."""
        return await self.cluster.items(resource, self.namespace)

    async def until(self, holds: Callable[[Any], object]) -> None:
        """Wait until the controller has acted on what was asked for, and something holds for the Rollout's status."""
        try:
            await self._changed.until(lambda: self._has_settled() and bool(holds(self.rollout["status"])), MOMENT)
        except TimeoutError:
            raise AssertionError(f"it never came to that: {self.rollout.get('status')}") from None

    def _has_settled(self) -> bool:
        observed = self.rollout.get("status", {}).get("observedGeneration")
        return bool(observed == str(self.rollout["metadata"]["generation"]))

    async def watch(self) -> None:
        """Keep `rollout` current until cancelled."""

        async def put(item: Seen | Complete) -> None:
            if isinstance(item, Seen):
                self.rollout = msgspec.json.decode(item.raw)
                self._changed_at = time.monotonic()
                self._changed.notify()

        options = ReflectorOptions(backoff=(0.1, 0.5))
        await reflect(self.cluster.admin, ROLLOUTS, Scope(self.namespace), put, WatchHealth(), options=options)

    async def healthy(self, image: str = "web:1") -> None:
        """Wait until the Rollout is Healthy with an image."""
        await self.until(
            lambda status: (
                status.get("phase") == "Healthy"
                and status["stableRS"] == status["currentPodHash"]
                and self.rollout["spec"]["template"]["spec"]["containers"][0]["image"] == image
            )
        )

    async def degraded(self) -> None:
        """Wait until the Rollout is Degraded."""
        await self.until(lambda status: status.get("phase") == "Degraded")

    async def paused(self, step: int) -> None:
        """Wait until the Rollout is paused at a step, the first being 0."""
        await self.until(lambda status: status.get("pauseConditions") and status.get("currentStepIndex") == step)

    def requests(self) -> list[Received]:
        """What was told about this namespace, in order of arrival."""
        return [got for got in self.sink.requests if got.json()["rollout"]["namespace"] == self.namespace]

    def told(self, *, scaling: bool = False) -> list[str]:
        """The reasons of what was told, each message once however often it came, scaling only where asked for."""
        by_key = {request.headers[KEY]: request.json()["reason"] for request in self.requests()}
        return [reason for reason in by_key.values() if scaling or reason != SCALING]

    async def tells(self, *reasons: str, unseen: Sequence[str] = ()) -> None:
        """Wait until these have been told, in this order, as often as the cluster says, and nothing twice.

        Each kill of a daemon may repeat, under its key, what a receiver had taken and nobody had written down.
        `unseen` is of what Argo's Events say that no state shows any longer to who was away.
        """
        with suppress(TimeoutError):
            await until(lambda: len(self.told()) >= len(reasons), MOMENT)
        assert self.told() == list(reasons), f"told was {self.told()}"
        assert len(self.repeated()) <= self._kills
        await self._agrees(Counter(unseen))

    async def _agrees(self, unseen: Counter[str]) -> None:
        """Wait until what was told is what Argo's own Events and the objects say, as far as these go."""
        differing: dict[str, int] = {}

        async def same() -> bool:
            nonlocal differing
            happened = await self.happened() | await self.shown()
            told = Counter(self.told(scaling=True))
            told += unseen
            differing = {
                reason: told[reason] - happened[reason] for reason in happened if told[reason] != happened[reason]
            }
            return not differing

        try:
            await until(same, MOMENT)
        except TimeoutError:
            raise AssertionError(f"told more or less often than the cluster says: {differing}") from None

    def repeated(self) -> dict[str, int]:
        """The keys that came more than once."""
        keys = Counter(request.headers[KEY] for request in self.requests())
        return {key: count for key, count in keys.items() if count > 1}

    async def happened(self) -> Counter[str]:
        """What Argo's own Kubernetes Events say of the reasons that state tells, too."""
        count = Counter[str]()
        for event in await self.items(EVENTS):
            if event["involvedObject"]["kind"] == ROLLOUTS.kind and event["reason"] in STATE_REASONS:
                count[event["reason"]] += event["count"]
        return count

    async def shown(self) -> Counter[str]:
        """What the objects themselves show: how many revisions there were, and how runs and experiments have ended."""
        count = Counter({"RolloutUpdated": int(self.rollout["metadata"]["annotations"][REVISION])})
        for resource in (ANALYSIS_RUNS, EXPERIMENTS):
            count.update(f"{resource.kind}{obj['status']['phase']}" for obj in await self.items(resource))
        return count
