"""Sending what is in the outbox: concurrent over lanes, in order within each, until it is taken or given up.

    claim → wait for the destination → send → settle → the lane's next

An attempt's outcome is written down even while the worker is being stopped; one that is cut off is not an outcome, and
the delivery goes back to be sent again, under the same key. Of each destination only so many deliveries are in hand,
the others stay in the store: one that hangs takes up neither memory nor anybody else's place.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

import structlog

from notifier.delivery.sending import Attempt, Directory, Sender, World
from notifier.errors import StoreError
from notifier.model import Destination
from notifier.outbox.protocol import Delivery, Outbox, Settlement, State

_log = structlog.get_logger(__name__)
_POLL = 5.0
_RENEW = 20.0
_IN_HAND = 200


class Observer(Protocol):
    """Who is told what deliveries come to: metrics, logs, Kubernetes Events."""

    def attempted(self, delivery: Delivery, settlement: Settlement, seconds: float) -> None:
        """An attempt was made; a delivery that is pending after it will be tried again."""

    def settled(self, delivery: Delivery, settlement: Settlement) -> None:
        """A delivery is delivered, suppressed or dead."""


class Worker:
    """Carries deliveries from an outbox to the services of a directory, so many of each destination `in_hand`."""

    def __init__(
        self, outbox: Outbox, directory: Directory, observer: Observer, world: World, *, in_hand: int = _IN_HAND
    ) -> None:
        self._outbox, self._observer, self._world, self._room = outbox, observer, world, in_hand
        self._sender = Sender(outbox, directory, world)
        self._carriers: set[asyncio.Task[None]] = set()
        self._chores: set[asyncio.Task[Any]] = set()
        self._in_hand: set[int] = set()
        self._load: Counter[Destination] = Counter()
        self._full: set[Destination] = set()
        self._nudged = asyncio.Event()
        self._stopping = False

    def hand(self, deliveries: Iterable[Delivery]) -> None:
        """Take deliveries that are already leased; what there is no room for goes back to the store."""
        excess = [] if self._stopping else [delivery.id for delivery in deliveries if not self._take(delivery)]
        if excess:
            self._do(self._give_back(excess))

    async def run(self) -> None:
        """Claim what is due, for ever; cancelled to stop. Raises StoreError where the store fails: start anew then."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew(), name="leases")
            while True:
                self._nudged.clear()
                claimed = await self._outbox.claim(self._world.clock(), max(1, self._room // 2), self._full)
                self.hand(claimed)
                if not claimed:
                    await self._rest()

    async def stop(self, grace: float) -> None:
        """Let attempts under way end for `grace` seconds, then cut them off and give back what is not settled."""
        self._stopping = True
        for idle in self._carriers - self._sender.busy:
            idle.cancel()
        if self._carriers:
            await asyncio.wait(self._carriers, timeout=grace)
        for carrier in self._carriers:
            carrier.cancel()
        await asyncio.gather(*self._carriers, *self._chores, return_exceptions=True)
        await self._outbox.release(self._world.clock())

    def _take(self, delivery: Delivery) -> bool:
        """Begin to carry a delivery; whether its destination has room for it."""
        # A lease that ran out while this process was not running may be claimed by ourselves.
        if delivery.id in self._in_hand:
            return True
        destination = self._sender.destination(delivery)
        if destination in self._full:
            return False
        self._load[destination] += 1
        if self._load[destination] >= self._room:
            self._full.add(destination)
        self._in_hand.add(delivery.id)
        task = asyncio.create_task(self._carry(delivery), name=f"delivery-{delivery.id}")
        self._carriers.add(task)
        task.add_done_callback(lambda task: self._put_down(task, destination))
        return True

    def _put_down(self, carrier: asyncio.Task[None], destination: Destination) -> None:
        self._carriers.discard(carrier)
        self._load[destination] -= 1
        if destination in self._full and self._load[destination] <= self._room // 2:
            self._full.discard(destination)
            self._nudged.set()

    async def _give_back(self, deliveries: list[int]) -> None:
        try:
            await self._outbox.give_back(deliveries, self._world.clock())
        except StoreError as error:
            _log.warning("leases cannot be given back, they run out", why=str(error))

    def _do(self, chore: Any) -> None:
        task = asyncio.ensure_future(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _renew(self) -> None:
        while True:
            await self._world.sleep(_RENEW)
            await self._outbox.renew(self._in_hand, self._world.clock())
            self._sender.tidy()
            self._load = +self._load

    async def _rest(self) -> None:
        due = await self._outbox.next_due(self._full)
        wait = _POLL if due is None else min(max(due - self._world.clock(), 0.05), _POLL)
        waiting = [asyncio.ensure_future(what) for what in (self._world.sleep(wait), self._nudged.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def _carry(self, delivery: Delivery) -> None:
        """Send a delivery and what follows it in its lane, until the lane is empty or has to wait."""
        following: Delivery | None = delivery
        while following is not None and not self._stopping:
            following = await self._step(following)

    async def _step(self, delivery: Delivery) -> Delivery | None:
        self._in_hand.add(delivery.id)
        try:
            attempt = await self._sender.attempt(delivery)
            return await asyncio.shield(self._settle(delivery, attempt))
        except StoreError as error:
            _log.warning("an outcome cannot be written, it is sent again", delivery=delivery.id, why=str(error))
            return None
        finally:
            self._in_hand.discard(delivery.id)

    async def _settle(self, delivery: Delivery, attempt: Attempt) -> Delivery | None:
        settlement = attempt.settlement
        following = await self._outbox.settle(delivery, settlement, self._world.clock())
        self._sender.written(delivery, settlement)
        if settlement.attempted:
            self._observer.attempted(delivery, settlement, attempt.seconds)
        if settlement.state is State.PENDING:
            self._nudged.set()
        else:
            self._observer.settled(delivery, settlement)
        return following
