"""Digests, events and deliveries to store, and short ways to put them there and to look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from notifier.model import Destination, Event, Kind, Severity
from notifier.outbox.protocol import Delivery, Filter, Outbox, Record, Settlement, State, Unit

NOW = 1_000.0
LATER = NOW + 1e6
"""A time at which every lease has run out and every delivery is due."""
TEAM = Destination("slack", "team")
"""Whom deliveries are for unless told otherwise."""

DELIVERED = Settlement(State.DELIVERED, status="200")
DEAD = Settlement(State.DEAD, "gone", "410")
DROPPED = Settlement(State.SUPPRESSED, "dropped by a person", attempted=False)

_EVENT = Event(
    id="event",
    ts="2026-11-21T08:00:00Z",
    reason="RolloutUpdated",
    severity=Severity.INFO,
    source="state",
    kind="Rollout",
    namespace="shop",
    name="cart",
    uid="cart-uid",
    revision="2",
    summary="Rollout cart updated",
)
_DELIVERY = Delivery(
    key="key",
    lane="lane",
    service="slack",
    recipient="team",
    trigger="on-rollout-updated",
    event="event",
    reason="RolloutUpdated",
    namespace="shop",
    name="cart",
    uid="cart-uid",
    revision="2",
    message=b'{"message":"Rollout cart updated"}',
    created=NOW,
    due=NOW,
)


def digest(uid: str, root: str = "", **columns: Any) -> Record:
    """A digest that is not stored yet, of a Rollout in namespace shop unless told otherwise."""
    new = Record(uid, Kind.ROLLOUT, "shop", root or uid, version=1, shape=1, writes=0, body=b"{}")
    return new._replace(**columns)


def event(event_id: str, **fields: Any) -> Event:
    """An event by its id."""
    return msgspec.structs.replace(_EVENT, id=event_id, **fields)


def delivery(key: str, lane: str = "lane", **fields: Any) -> Delivery:
    """A delivery by its key and lane."""
    return msgspec.structs.replace(_DELIVERY, key=key, lane=lane, **fields)


def unneeded(key: str, lane: str = "lane", **fields: Any) -> Delivery:
    """A delivery that is suppressed from the start."""
    return delivery(key, lane, state=State.SUPPRESSED, why="unknown service", settled=NOW, **fields)


async def enqueue(outbox: Outbox, *keys: str, lane: str = "lane", to: Destination = TEAM) -> list[Delivery]:
    """Put deliveries into one lane at NOW; returns those leased to the store that put them."""
    [committed] = await outbox.commit([Unit((), (), [delivery(key, lane, **to._asdict()) for key in keys])], NOW)
    assert committed is not None
    return list(committed.leased)


async def lease(outbox: Outbox, *keys: str, lane: str = "lane", to: Destination = TEAM) -> Delivery:
    """Put deliveries into an empty lane; returns its head, leased."""
    [head] = await enqueue(outbox, *keys, lane=lane, to=to)
    return head


async def rows(outbox: Outbox) -> dict[str, Delivery]:
    """All deliveries by key."""
    return {found.key: found for found in await outbox.deliveries(Filter(limit=100_000))}


async def states(outbox: Outbox) -> dict[str, State]:
    """The state of every delivery by key."""
    return {key: found.state for key, found in (await rows(outbox)).items()}


def keys(deliveries: Iterable[Delivery]) -> list[str]:
    """The keys of some deliveries."""
    return [found.key for found in deliveries]
