"""The outbox as its users see it: the states of a delivery, the unit of work, and what a store can do.

Two rules hold in every store.

1. A unit is all or nothing: its digests are written only if nobody wrote them since they were read, and only then are
   its events and deliveries inserted. What one unit loses never undoes another.
2. A delivery is sent at least once. It is sent twice only if the receiver took it and we died before writing that
   down; then it carries the same key.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from notifier.model import Destination, Event, Kind, Scope, Value

LEASE_SECONDS = 60.0

SHADOW = "shadow"
"""Why a delivery is suppressed that would have been sent, had the daemon not been told to send nothing."""

WHOLE = "*"
"""The recipient of a destination that stands for a whole service."""


class State(enum.StrEnum):
    """What a delivery can be."""

    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    SUPPRESSED = "suppressed"
    DEAD = "dead"


TRANSITIONS: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.PENDING, State.LEASED, State.SUPPRESSED}),
    State.PENDING: frozenset({State.LEASED, State.DELIVERED, State.SUPPRESSED, State.DEAD}),
    State.LEASED: frozenset({State.PENDING, State.LEASED, State.DELIVERED, State.SUPPRESSED, State.DEAD}),
    State.DELIVERED: frozenset(),
    State.SUPPRESSED: frozenset({State.PENDING}),
    State.DEAD: frozenset({State.PENDING, State.SUPPRESSED}),
}
"""Which state may follow which; None is before the beginning. Only a person brings back what is settled."""


class Record(NamedTuple):
    """A stored digest. `writes` is 0 for one that is not stored yet; `shape` is the layout of `body`."""

    uid: str
    kind: str
    namespace: str
    root: str
    version: int
    shape: int
    writes: int
    body: bytes
    deleted: float | None = None


class Delivery(Value, frozen=True, kw_only=True):
    """One message to one recipient, as stored. Times are seconds since the epoch; `message` is JSON.

    `taken` are those who have it already, where a recipient is several.
    """

    id: int = 0
    key: str
    lane: str
    state: State = State.PENDING
    service: str
    recipient: str
    trigger: str
    event: str | None
    reason: str | None
    kind: str = Kind.ROLLOUT
    namespace: str
    name: str
    uid: str
    revision: str | None
    message: bytes
    created: float
    due: float
    expires: float | None = None
    attempts: int = 0
    why: str | None = None
    status: str | None = None
    settled: float | None = None
    taken: tuple[str, ...] = ()


class Unit(NamedTuple):
    """What one change of an object brings: digests to compare and set, events, deliveries."""

    records: Sequence[Record]
    events: Sequence[Event] = ()
    deliveries: Sequence[Delivery] = ()


class Committed(NamedTuple):
    """What a unit really added: ids of events and deliveries that were not there; `leased` ones are the caller's."""

    events: frozenset[str]
    keys: frozenset[str]
    leased: Sequence[Delivery]


class Settlement(NamedTuple):
    """What became of a delivery: `state` is delivered, suppressed, dead, or pending with the time it is due again.

    `taken` are those who have it now, where a recipient is several; `thread` and `root` say where what follows belongs.
    """

    state: State
    why: str | None = None
    status: str | None = None
    due: float = 0.0
    attempted: bool = True
    taken: tuple[str, ...] = ()
    thread: str = ""
    root: str = ""


class Census(NamedTuple):
    """How many deliveries of a service are in a state, and when the oldest was made."""

    service: str
    state: str
    number: int
    oldest: float


class Filter(NamedTuple):
    """Which deliveries to list; empty fields do not narrow."""

    state: str = ""
    service: str = ""
    namespace: str = ""
    name: str = ""
    limit: int = 100
    why: str = ""


class Outbox(Protocol):
    """A store. All calls are atomic; all may raise StoreError."""

    async def recall(self, uids: Collection[str]) -> list[Record]:
        """The digests of some objects and of all their relatives."""

    async def commit(self, units: Sequence[Unit], now: float) -> list[Committed | None]:
        """Apply units in order; None stands for one that lost its compare-and-set and changed nothing.

        Later units of the same call about the same root are lost with it: they were derived from what it would be.
        """

    async def is_learned(self, kind: Kind, scope: Scope) -> bool:
        """Whether a list of this kind and scope was learned before."""

    async def learn(self, kind: Kind, scope: Scope, now: float) -> None:
        """Mark a list as learned."""

    async def absent(self, kind: Kind, namespace: str, seen: Collection[str]) -> list[Record]:
        """The digests of a kind, in a namespace ("" is all), whose uid is not among those seen."""

    async def rewind(self, kind: Kind, namespace: str, version: int) -> int:
        """Set back versions that are ahead of `version`, a complete list's own; returns how many were."""

    async def claim(self, now: float, limit: int, full: Collection[Destination] = ()) -> list[Delivery]:
        """Lease the heads of lanes that are due, of each service the `limit` that wait longest.

        What is for a `full` destination is left alone; one whose recipient is `WHOLE` stands for the service.
        """

    async def settle(self, delivery: Delivery, settlement: Settlement, now: float) -> Delivery | None:
        """Write down an outcome; returns the lane's next delivery, leased, if there is one."""

    async def root(self, thread: str, destination: Destination) -> str:
        """What the latest settlement of a thread said of its root, "" where there was none."""

    async def renew(self, deliveries: Collection[int], now: float) -> None:
        """Hold this store's leases of some deliveries longer; the others run out."""

    async def release(self, now: float, *, everybody: bool = False) -> None:
        """Give back this store's leases, or those of everybody who may have died."""

    async def give_back(self, deliveries: Collection[int], now: float) -> None:
        """Give back this store's leases of some deliveries."""

    async def next_due(self, full: Collection[Destination] = ()) -> float | None:
        """When the next delivery is due that nobody here holds, but for `full` destinations (see `claim`)."""

    async def census(self) -> list[Census]:
        """Counts of what is open or dead."""

    async def deliveries(self, which: Filter) -> list[Delivery]:
        """Deliveries, newest first."""

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """One delivery."""

    async def retry(self, delivery_id: int, now: float) -> Delivery | None:
        """Make a dead or suppressed delivery pending again, in its old place; None if it is neither."""

    async def drop(self, delivery_id: int, now: float) -> bool:
        """Suppress a delivery that is not delivered yet, dead ones included; whether there was one."""

    async def story(self, namespace: str, name: str) -> list[Event]:
        """What happened to an object, oldest first."""

    async def forget(self, before: Mapping[str, float]) -> None:
        """Delete what is older than the times given for deliveries, events, threads and tombstones."""

    async def close(self) -> None:
        """Write what is to be written and let go."""
