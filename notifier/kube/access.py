"""One object at a time."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from notifier.kube import wire
from notifier.kube.errors import Conflict, NotFound
from notifier.kube.resources import EVENTS
from notifier.model import COMPONENT

if TYPE_CHECKING:
    from notifier.kube.resources import Resource
    from notifier.kube.transport import Transport
    from notifier.model import Object, Uid

_MAX_MESSAGE = 1024
_MAX_NAME = 200


async def get(transport: Transport, resource: Resource, namespace: str, name: str) -> bytes:
    """An object's JSON, listed by its name: who may watch may do that. Raises NotFound and the rest of KubeError."""
    query = {"fieldSelector": resource.named(name).fields}
    answer = await transport.request("GET", resource.path(namespace), query=query)
    items = wire.page(answer.body, resource).items
    if not items:
        raise NotFound(f"{namespace} holds no {resource.kind} of this name")
    return items[0].raw


class Involved(NamedTuple):
    """The object that a Kubernetes Event is about."""

    resource: Resource
    namespace: str
    name: str
    uid: Uid


class Warned(NamedTuple):
    """What a Kubernetes Event says: `reason` in CamelCase, `message` for its owner, `ts` in RFC 3339."""

    reason: str
    message: str
    ts: str


async def warn(transport: Transport, about: Involved, warned: Warned) -> None:
    """Create a Warning Event. One that says the same of the same object is kept, not repeated. Raises KubeError."""
    event = _event(about, warned)
    with suppress(Conflict):
        await transport.request("POST", EVENTS.path(about.namespace), body=msgspec.json.encode(event))


def _event(about: Involved, warned: Warned) -> Object:
    # The name is made of content, so replicas and restarts that warn of the same thing meet in one Event.
    content = msgspec.json.encode((about.uid, warned.reason, warned.message))
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {
            "name": f"{about.name[:_MAX_NAME].rstrip('-.')}.{hashlib.sha256(content).hexdigest()[:16]}",
            "namespace": about.namespace,
        },
        "involvedObject": {
            "apiVersion": about.resource.api_version,
            "kind": about.resource.kind,
            "namespace": about.namespace,
            "name": about.name,
            "uid": about.uid,
        },
        "type": "Warning",
        "reason": warned.reason,
        "message": warned.message[:_MAX_MESSAGE],
        "source": {"component": COMPONENT},
        "firstTimestamp": warned.ts,
        "lastTimestamp": warned.ts,
        "count": 1,
    }
