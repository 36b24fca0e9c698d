"""One attempt: wait for the destination's gate, ask the service in force, say what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import random
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog

from notifier.delivery.gates import Gate, Sleep
from notifier.delivery.limits import Limiter
from notifier.delivery.retry import Again, Dead, Policy, decide
from notifier.errors import ConfigError, DeliveryError, Permanent, Temporary
from notifier.model import Destination, Letter, Message
from notifier.outbox.protocol import WHOLE, Delivery, Outbox, Settlement, State
from notifier.secrets import fill
from notifier.services import Service

_log = structlog.get_logger(__name__)
_message = msgspec.json.Decoder(Message).decode


class Directory(Protocol):
    """The services in force: asked anew at each attempt, so that what is mended applies to what waits."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that placeholders in messages stand for."""

    def service(self, name: str) -> Service | None:
        """A configured service."""


@dataclass(frozen=True)
class World:
    """When to give up, how to wait, what time it is, dice."""

    policy: Policy = field(default_factory=Policy)
    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random


class Attempt(NamedTuple):
    """What became of a delivery, and how long the receiver took."""

    settlement: Settlement
    seconds: float


class Sender:
    """Makes attempts at deliveries; `busy` are the tasks in which a receiver is being told."""

    def __init__(self, outbox: Outbox, directory: Directory, world: World) -> None:
        self._outbox, self._directory, self._world = outbox, directory, world
        self._gates: dict[str, Gate] = {}
        self._gated: dict[str, tuple[str, Service | None]] = {}
        self._roots: dict[tuple[str, Destination], str] = {}
        self.busy: set[asyncio.Task[Any]] = set()

    def destination(self, delivery: Delivery) -> Destination:
        """Whose limits a delivery is under: its recipient's, or its service's as a whole."""
        service = self._directory.service(delivery.service)
        own = service is not None and service.place(delivery.recipient)
        return Destination(delivery.service, delivery.recipient if own else WHOLE)

    async def attempt(self, delivery: Delivery) -> Attempt:
        """Make one attempt, as soon as the destination allows."""
        service = self._directory.service(delivery.service)
        if service is None or self._is_expired(delivery):
            return await self._try(delivery)
        gate = self._gate(delivery, service)
        async with gate.attempt():
            with self._at_work():
                return await self._try(delivery, gate)

    def tidy(self) -> None:
        """Forget the gates of destinations nobody writes to any more, and what a service wished that was replaced."""
        self._gates = {place: gate for place, gate in self._gates.items() if not gate.is_idle()}
        self._gated = {place: self._gated[place] for place in self._gates}
        for place, (name, service) in self._gated.items():
            if (now := self._directory.service(name)) is not service:
                self._gates[place].let_go()
                self._gated[place] = name, now

    def written(self, delivery: Delivery, settlement: Settlement) -> None:
        """Take note that an outcome is in the store, and with it where its thread goes on."""
        self._roots.pop((settlement.thread, Destination(delivery.service, delivery.recipient)), None)

    async def _try(self, delivery: Delivery, gate: Gate | None = None) -> Attempt:
        """Make an attempt with what is in force now: a delivery may have waited long for its destination."""
        if self._is_expired(delivery):
            return Attempt(Settlement(State.SUPPRESSED, "expired", attempted=False), 0.0)
        began = self._world.steady()
        try:
            settlement = await self._send(delivery, gate)
        except DeliveryError as error:
            if gate and isinstance(error, Temporary) and error.retry_after is not None:
                gate.hold(min(error.retry_after, self._world.policy.horizon))
            settlement = self._failed(delivery, error)
        return Attempt(settlement, self._world.steady() - began)

    def _is_expired(self, delivery: Delivery) -> bool:
        return delivery.expires is not None and delivery.expires <= self._world.clock()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        task = asyncio.current_task()
        if task:
            self.busy.add(task)
        try:
            yield
        finally:
            self.busy.discard(task)

    async def _send(self, delivery: Delivery, gate: Gate | None) -> Settlement:
        service = self._directory.service(delivery.service)
        if service is None:
            raise Temporary(f"there is no service {delivery.service!r} any more")
        letter = await self._letter(delivery)
        began = self._world.steady()
        try:
            receipt = await service.send(letter)
        except DeliveryError:
            raise
        except Exception as error:
            # A service's fault must not end the worker; its text may hold anything, so only its name is kept.
            _log.exception("a service failed in a way it should not", delivery=delivery.id, service=delivery.service)
            raise Temporary(f"internal error: {type(error).__name__}") from error
        finally:
            if gate:
                gate.answered(self._world.steady() - began)
        if letter.message.thread and receipt.root:
            # Another lane's message of this thread may be next at the gate before this is in the store.
            self._roots[letter.message.thread, Destination(delivery.service, delivery.recipient)] = receipt.root
        return Settlement(
            State.DELIVERED, receipt.detail or None, receipt.status, thread=letter.message.thread, root=receipt.root
        )

    async def _letter(self, delivery: Delivery) -> Letter:
        message = self._message(delivery)
        destination = Destination(delivery.service, delivery.recipient)
        root = self._roots.get((message.thread, destination), "")
        if message.thread and not root:
            root = await self._outbox.root(message.thread, destination)
        attempt = delivery.attempts + 1
        return Letter(delivery.recipient, message, delivery.key, delivery.created, attempt, delivery.taken, root)

    def _message(self, delivery: Delivery) -> Message:
        """The stored message with today's secrets in it."""
        try:
            stored = _message(delivery.message)
            body = fill(stored.body, self._directory.secrets)
            return Message(fill(stored.message, self._directory.secrets), body, stored.thread)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Permanent("this version cannot read the stored message") from error
        except ConfigError as error:
            raise Temporary(str(error)) from error

    def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        now = self._world.clock()
        age = now - delivery.created
        match decide(delivery.attempts + 1, error, age, self._world.policy, self._world.random()):
            case Again(at_delay=delay, reason=reason):
                return Settlement(State.PENDING, reason, error.status, due=now + delay, taken=error.taken)
            case Dead(reason=reason):
                return Settlement(State.DEAD, reason, error.status, taken=error.taken)

    def _gate(self, delivery: Delivery, service: Service) -> Gate:
        place = service.place(delivery.recipient) or delivery.service
        if place not in self._gates:
            limiter = Limiter(*service.default_limits())
            self._gates[place] = Gate(limiter, self._world.steady, self._world.sleep)
            self._gated[place] = delivery.service, service
        return self._gates[place]
