"""A kubelet and a scheduler without machines: pods become ready after a moment, and are gone when they shall go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from notifier.kube.errors import Conflict, KubeError, NotFound
from notifier.kube.reflector import Complete, ReflectorOptions, Seen, WatchHealth, reflect
from notifier.kube.resources import Resource
from notifier.kube.transport import Transport
from notifier.model import Object, Scope

PODS = Resource("Pod", "", "v1", "pods")
NODE = "nowhere"
BAD = "bad"
"""An image with this in its name cannot be pulled."""

_AGAIN = 0.2
_PATIENT = ReflectorOptions(backoff=(0.1, 0.5))


class Kubelet:
    """Runs all pods of a cluster, each ready `ready_after` seconds after it was made."""

    def __init__(self, transport: Transport, ready_after: float = 0.5) -> None:
        self._transport = transport
        self.ready_after = ready_after
        self._started: set[str] = set()
        self._ended: set[str] = set()

    async def run(self) -> None:
        """Run pods until cancelled."""
        async with asyncio.TaskGroup() as tasks:

            async def put(item: Seen | Complete) -> None:
                if isinstance(item, Seen) and item.type != "DELETED":
                    self._see(msgspec.json.decode(item.raw), tasks)

            await reflect(self._transport, PODS, Scope(), put, WatchHealth(), options=_PATIENT)

    def _see(self, pod: Object, tasks: asyncio.TaskGroup) -> None:
        uid = pod["metadata"]["uid"]
        if "deletionTimestamp" in pod["metadata"]:
            if uid not in self._ended:
                self._ended.add(uid)
                tasks.create_task(self._until_done(self._end, pod))
        elif uid not in self._started:
            self._started.add(uid)
            tasks.create_task(self._until_done(self._start, pod))

    async def _until_done(self, do: Callable[[Object], Awaitable[None]], pod: Object) -> None:
        """Do something about a pod, again where the API server is away, not where the pod is."""
        while True:
            try:
                await do(pod)
                break
            except (NotFound, Conflict):
                break
            except KubeError:
                await asyncio.sleep(_AGAIN)

    async def _start(self, pod: Object) -> None:
        await self._bind(pod)
        await asyncio.sleep(self.ready_after)
        body = msgspec.json.encode({"status": status(pod)})
        kind = "application/strategic-merge-patch+json"
        await self._transport.request("PATCH", f"{_path(pod)}/status", body=body, content_type=kind)

    async def _bind(self, pod: Object) -> None:
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod["metadata"]["name"]}}
        with suppress(Conflict):  # it was bound before the API server went away
            body = msgspec.json.encode({**binding, "target": target})
            await self._transport.request("POST", f"{_path(pod)}/binding", body=body)

    async def _end(self, pod: Object) -> None:
        await self._transport.request("DELETE", _path(pod), query={"gracePeriodSeconds": "0"})


def status(pod: Object) -> Object:
    """What a kubelet says about a pod that it has tried to start."""
    containers = [_container(container) for container in pod["spec"]["containers"]]
    ready = all(container["ready"] for container in containers)
    begun = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    conditions = [{"type": name, "status": str(holds), "lastTransitionTime": _now()} for name, holds in begun.items()]
    return {
        "phase": "Running" if ready else "Pending",
        "startTime": _now(),
        "conditions": conditions,
        "containerStatuses": containers,
    }


def _container(container: Object) -> Object:
    image = container["image"]
    pulled = BAD not in image
    state = {"running": {"startedAt": _now()}} if pulled else {"waiting": {"reason": "ImagePullBackOff"}}
    about = {"name": container["name"], "image": image, "imageID": image if pulled else ""}
    return {**about, "ready": pulled, "started": pulled, "restartCount": 0, "state": state}


def _path(pod: Object) -> str:
    return PODS.path(pod["metadata"]["namespace"], pod["metadata"]["name"])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
