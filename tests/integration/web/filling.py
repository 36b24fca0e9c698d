"""A store with something to look at: a Rollout `shop/cart` that was paused, and who was told of it."""

from __future__ import annotations

from typing import Any

import msgspec

from notifier.model import ANNOTATION_PREFIX, Message, Object
from notifier.outbox.protocol import Delivery, Outbox, Record, Settlement, State, Unit
from notifier.rollouts.digests import VERSION, PauseMark, RolloutDigest, encode
from notifier.times import text
from tests.contract.outbox.samples import delivery, event

NOW = 1_795_000_000.0
SUBSCRIBED = {f"{ANNOTATION_PREFIX}subscribe.on-rollout-paused.slack": "team"}


def cart(**fields: Any) -> RolloutDigest:
    """The digest of a Rollout that waits at its second step, with other fields if wanted."""
    name, namespace = fields.pop("name", "cart"), fields.pop("namespace", "shop")
    uid = fields.pop("uid", f"{name}-uid")
    about: dict[str, Any] = {
        "version": 1,
        "steps": ("setWeight: 20", "pause", "setWeight: 100"),
        "step_index": 1,
        "weight": 20,
        "phase": "Paused",
        "message": "CanaryPauseStep",
        "pauses": (PauseMark("CanaryPauseStep", text(NOW)),),
        "revision": "2",
        "images": {"app": "shop/cart:2.0.0"},
        "subscriptions": SUBSCRIBED,
    }
    return RolloutDigest(uid=uid, root=uid, name=name, namespace=namespace, **(about | fields))


def record(digest: RolloutDigest, writes: int = 0) -> Record:
    """A digest as it is stored, written that often before."""
    return Record(digest.uid, "Rollout", digest.namespace, digest.root, digest.version, VERSION, writes, encode(digest))


def told(key: str, message: str = "Rollout cart waits", body: dict[str, Any] | None = None, **fields: Any) -> Delivery:
    """A delivery about the pause, in a lane of its own."""
    words = msgspec.json.encode(Message(message, body or {}))
    about: dict[str, Any] = {
        "event": "paused",
        "reason": "RolloutPaused",
        "trigger": "on-rollout-paused",
        "created": NOW,
        "due": NOW,
    }
    return delivery(key, key, message=words, **(about | fields))


async def fill(outbox: Outbox, *deliveries: Delivery, digests: tuple[RolloutDigest, ...] = (cart(),)) -> None:
    """Store Rollouts, the pause of the first, and deliveries."""
    happened = event("paused", reason="RolloutPaused", ts=text(NOW), summary="Rollout shop/cart waits at step 1 of 3")
    units = [Unit([record(digest)]) for digest in digests]
    assert None not in await outbox.commit([*units, Unit((), [happened], deliveries)], NOW)


async def settle(outbox: Outbox, state: State, why: str | None = None, status: str | None = None) -> None:
    """Settle everything that is due."""
    for leased in await outbox.claim(NOW + 1e6, 100):
        await outbox.settle(leased, Settlement(state, why, status), NOW)


def rollout(name: str = "cart", **status: Any) -> Object:
    """The Rollout itself, as far as templates look at it."""
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": f"{name}-uid",
        "resourceVersion": "1",
        "annotations": {"rollout.argoproj.io/revision": "2", **SUBSCRIBED},
    }
    spec = {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "image": "shop/cart:2.0.0"}]}}}
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    return {**kind, "metadata": metadata, "spec": spec, "status": {"phase": "Paused", **status}}
