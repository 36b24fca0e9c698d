"""Sending what is in the outbox: concurrent over lanes, in order within each, until it is taken or given up.

    claim → wait for the destination → send → settle → the lane's next

An attempt's outcome is written down even while the worker is being stopped; one that is cut off is not an outcome, and
the delivery goes back to be sent again, under the same key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import random
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog

from notifier.delivery.destinations import Destination, Sleep
from notifier.delivery.limits import Limiter
from notifier.delivery.retry import Again, Dead, Policy, decide
from notifier.errors import ConfigError, DeliveryError, Permanent, StoreError, Temporary
from notifier.model import Letter, Message, Receipt
from notifier.outbox.protocol import Delivery, Outbox, Settlement, State
from notifier.secrets import fill
from notifier.services import Limits, Service

_log = structlog.get_logger(__name__)
_message = msgspec.json.Decoder(Message).decode
_POLL = 5.0
_RENEW = 20.0


class Directory(Protocol):
    """The services in force: asked anew at each attempt, so that what is mended applies to what waits."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that placeholders in messages stand for."""

    def service(self, name: str) -> Service | None:
        """A configured service."""


class Observer(Protocol):
    """Who is told what deliveries come to: metrics, logs, Kubernetes Events."""

    def attempted(self, delivery: Delivery, settlement: Settlement, seconds: float) -> None:
        """An attempt was made; a delivery that is pending after it will be tried again."""

    def settled(self, delivery: Delivery, settlement: Settlement) -> None:
        """A delivery is delivered, suppressed or dead."""


@dataclass(frozen=True)
class WorkerOptions:
    """How many deliveries are held `in_hand`, when to give up, and the world: how to wait, what time it is, dice."""

    policy: Policy = field(default_factory=Policy)
    in_hand: int = 5000
    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random


class _Attempt(NamedTuple):
    settlement: Settlement
    seconds: float


class Worker:
    """Carries deliveries from one outbox to the services of a directory."""

    def __init__(self, outbox: Outbox, directory: Directory, observer: Observer, options: WorkerOptions) -> None:
        self._outbox, self._directory, self._observer, self._options = outbox, directory, observer, options
        self._carriers: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[Any]] = set()
        self._in_hand: set[int] = set()
        self._destinations: dict[str, Destination] = {}
        self._nudged = asyncio.Event()
        self._stopping = False

    def hand(self, deliveries: Iterable[Delivery]) -> None:
        """Take deliveries that are already leased."""
        for delivery in () if self._stopping else deliveries:
            # A lease that ran out while this process was not running may be claimed by ourselves.
            if delivery.id not in self._in_hand:
                self._in_hand.add(delivery.id)
                task = asyncio.create_task(self._carry(delivery), name=f"delivery-{delivery.id}")
                self._carriers.add(task)
                task.add_done_callback(self._carriers.discard)

    async def run(self) -> None:
        """Claim what is due, for ever; cancelled to stop. Raises StoreError where the store fails: start anew then."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew(), name="leases")
            while True:
                self._nudged.clear()
                room = self._options.in_hand - len(self._carriers)
                claimed = await self._outbox.claim(self._options.clock(), min(room, 500)) if room > 0 else []
                self.hand(claimed)
                if not claimed:
                    await self._rest()

    async def stop(self, grace: float) -> None:
        """Let attempts under way end for `grace` seconds, then cut them off and give back what is not settled."""
        self._stopping = True
        for idle in self._carriers - self._busy:
            idle.cancel()
        if self._carriers:
            await asyncio.wait(self._carriers, timeout=grace)
        for carrier in self._carriers:
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)
        await self._outbox.release(self._options.clock())

    async def _renew(self) -> None:
        while True:
            await self._options.sleep(_RENEW)
            await self._outbox.renew(self._in_hand, self._options.clock())

    async def _rest(self) -> None:
        due = await self._outbox.next_due()
        wait = _POLL if due is None else min(max(due - self._options.clock(), 0.05), _POLL)
        waiting = [asyncio.ensure_future(what) for what in (self._options.sleep(wait), self._nudged.wait())]
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
            attempt = await self._attempt(delivery)
            return await asyncio.shield(self._settle(delivery, attempt))
        except StoreError as error:
            _log.warning("an outcome cannot be written, it is sent again", delivery=delivery.id, why=str(error))
            return None
        finally:
            self._in_hand.discard(delivery.id)

    async def _attempt(self, delivery: Delivery) -> _Attempt:
        service = self._directory.service(delivery.service)
        if service is None or self._is_expired(delivery):
            return await self._try(delivery)
        destination = self._destination(delivery, service)
        async with destination.attempt(), self._at_work():
            return await self._try(delivery, destination)

    async def _try(self, delivery: Delivery, destination: Destination | None = None) -> _Attempt:
        """Make an attempt with what is in force now: a delivery may have waited long for its destination."""
        if self._is_expired(delivery):
            return _Attempt(Settlement(State.SUPPRESSED, "expired", attempted=False), 0.0)
        began = self._options.steady()
        try:
            receipt = await self._send(delivery)
        except DeliveryError as error:
            if destination and isinstance(error, Temporary) and error.retry_after is not None:
                destination.hold(min(error.retry_after, self._options.policy.horizon))
            return self._failed(delivery, error, self._options.steady() - began)
        return _Attempt(Settlement(State.DELIVERED, status=receipt.status), self._options.steady() - began)

    def _is_expired(self, delivery: Delivery) -> bool:
        return delivery.expires is not None and delivery.expires <= self._options.clock()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Mark this task as one that is not cut off at once when the worker stops."""
        task = asyncio.current_task()
        if task:
            self._busy.add(task)
        try:
            yield
        finally:
            self._busy.discard(task)

    async def _send(self, delivery: Delivery) -> Receipt:
        service = self._directory.service(delivery.service)
        if service is None:
            raise Temporary(f"there is no service {delivery.service!r} any more")
        try:
            message = _message(delivery.message)
            body = fill(message.body, self._directory.secrets)
            text = fill(message.message, self._directory.secrets)
        except msgspec.MsgspecError as error:
            raise Permanent("this version cannot read the stored message") from error
        except ConfigError as error:
            raise Temporary(str(error)) from error
        letter = Letter(delivery.recipient, Message(text, body), delivery.key, delivery.created, delivery.attempts + 1)
        try:
            return await service.send(letter)
        except DeliveryError:
            raise
        except Exception as error:
            # A service's fault must not end the worker; its text may hold anything, so only its name is kept.
            _log.exception("a service failed in a way it should not", delivery=delivery.id, service=delivery.service)
            raise Temporary(f"internal error: {type(error).__name__}") from error

    def _failed(self, delivery: Delivery, error: DeliveryError, seconds: float) -> _Attempt:
        now = self._options.clock()
        options = self._options
        outcome = decide(delivery.attempts + 1, error, now - delivery.created, options.policy, options.random())
        match outcome:
            case Again(at_delay=delay, reason=reason):
                return _Attempt(Settlement(State.PENDING, reason, error.status, due=now + delay), seconds)
            case Dead(reason=reason):
                return _Attempt(Settlement(State.DEAD, reason, error.status), seconds)

    async def _settle(self, delivery: Delivery, attempt: _Attempt) -> Delivery | None:
        settlement = attempt.settlement
        following = await self._outbox.settle(delivery, settlement, self._options.clock())
        if settlement.attempted:
            self._observer.attempted(delivery, settlement, attempt.seconds)
        if settlement.state is State.PENDING:
            self._nudged.set()
        else:
            self._observer.settled(delivery, settlement)
        return following

    def _destination(self, delivery: Delivery, service: Service) -> Destination:
        limits = service.default_limits()
        name = f"{delivery.service}|{delivery.recipient}" if limits.per_recipient else delivery.service
        if name not in self._destinations:
            self._destinations[name] = _destination(limits, self._options)
        return self._destinations[name]


def _destination(limits: Limits, options: WorkerOptions) -> Destination:
    return Destination(Limiter(limits.rate, limits.burst, limits.concurrency), options.steady, options.sleep)
