"""A worker on a store, a service that answers what a test told it to, and what came of it."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, ClassVar, NamedTuple, Self

from notifier.delivery.sending import World
from notifier.delivery.worker import Worker
from notifier.model import Letter, Receipt
from notifier.outbox.protocol import Delivery, Settlement, State, Unit
from notifier.outbox.sqlite import SqliteOutbox
from notifier.services.http import Client
from notifier.services.options import Options
from notifier.services.service import Limits
from tests.contract.outbox.samples import NOW, keys, rows
from tests.integration.delivery.virtual_time import elapsed

WIDE = Limits(rate=1e6, burst=1000, concurrency=1000)


class Answer(NamedTuple):
    """What a receiver does with a letter: takes its time, in seconds, then takes it or fails."""

    after: float = 0.0
    error: Exception | None = None
    root: str = ""


class Receiver:
    """A service that never leaves the process: `script` holds answers by key, what it lacks is taken at once."""

    section: ClassVar[str] = "webhook"
    options_model: ClassVar[type[Options]] = Options
    limits: ClassVar[Limits] = WIDE
    counts_recipients: ClassVar[bool] = True

    def __init__(self, **script: list[Answer]) -> None:
        self.script = defaultdict[str, deque[Answer]](deque, {key: deque(given) for key, given in script.items()})
        self.begun: list[tuple[str, float]] = []
        self.letters: list[Letter] = []
        self.under_way = self.most_under_way = 0

    @classmethod
    def from_config(cls, config: Mapping[str, Any], client: Client, secrets: frozenset[str]) -> Self:
        """A receiver without a script."""
        del config, client, secrets
        return cls()

    @classmethod
    def default_limits(cls) -> Limits:
        """The limits of this class of receivers."""
        return cls.limits

    def place(self, recipient: str) -> str:
        """See `Service`."""
        return recipient if self.counts_recipients else ""

    async def send(self, letter: Letter) -> Receipt:
        """Answer as told."""
        self.begun.append((letter.key, round(elapsed(), 3)))
        self.letters.append(letter)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(letter.key)
        finally:
            self.under_way -= 1

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _answer(self, key: str) -> Receipt:
        answer = self.script[key].popleft() if self.script[key] else Answer()
        await asyncio.sleep(answer.after)
        if answer.error:
            raise answer.error
        return Receipt("200", root=answer.root)

    def at(self, key: str) -> list[float]:
        """When attempts at a delivery began, in seconds since the test began."""
        return [at for sent, at in self.begun if sent == key]

    @property
    def order(self) -> list[str]:
        """The keys in the order their attempts began."""
        return [key for key, _ in self.begun]


class Services:
    """Services and secrets that a test may change."""

    def __init__(self, **services: Receiver) -> None:
        self.services, self.secrets = services, dict[str, str]()

    def service(self, name: str) -> Receiver | None:
        """A service, if it is there."""
        return self.services.get(name)


class Heard:
    """What the observer was told: keys and states."""

    def __init__(self) -> None:
        self.attempts: list[tuple[str, State]] = []
        self.settlements: list[tuple[str, State]] = []

    def attempted(self, delivery: Delivery, settlement: Settlement, seconds: float) -> None:
        """See `Observer`."""
        assert seconds >= 0
        self.attempts.append((delivery.key, settlement.state))

    def settled(self, delivery: Delivery, settlement: Settlement) -> None:
        """See `Observer`."""
        self.settlements.append((delivery.key, settlement.state))


class Deliverer:
    """A worker at work."""

    def __init__(self, outbox: SqliteOutbox, services: Services, **options: Any) -> None:
        self.outbox, self.services, self.heard = outbox, services, Heard()
        clock = asyncio.get_running_loop().time
        in_hand = options.pop("in_hand", 200)
        world = World(**{"clock": clock, "steady": clock, "random": lambda: 1.0} | options)
        self.worker = Worker(outbox, services, self.heard, world, in_hand=in_hand)
        self.running = asyncio.create_task(self.worker.run())

    async def put(self, *deliveries: Delivery) -> None:
        """Commit deliveries and hand over those that came leased, as the daemon does."""
        self.worker.hand(await store(self.outbox, *deliveries))

    async def row(self, key: str) -> Delivery:
        """A delivery as it is stored."""
        return (await rows(self.outbox))[key]

    async def stop(self, grace: float) -> None:
        """Stop claiming, then stop, as the daemon does."""
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        await self.worker.stop(grace)


@asynccontextmanager
async def delivering(outbox: SqliteOutbox, receiver: Receiver, **options: Any) -> AsyncIterator[Deliverer]:
    """A worker whose service `slack` is the receiver; neither it nor any of its tasks may have failed by the end."""
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    deliverer = Deliverer(outbox, Services(slack=receiver), **options)
    try:
        yield deliverer
        assert deliverer.running.cancelled() or not deliverer.running.done()
    finally:
        await deliverer.stop(0)
    gc.collect()
    assert faults == []


async def store(outbox: SqliteOutbox, *deliveries: Delivery) -> list[Delivery]:
    """Commit deliveries; returns those that are leased to the store that did."""
    [committed] = await outbox.commit([Unit((), (), deliveries)], NOW + elapsed())
    assert committed is not None
    assert committed.keys == set(keys(deliveries))
    return list(committed.leased)


@contextmanager
def held_up(outbox: SqliteOutbox) -> Iterator[None]:
    """Keep the store's thread busy: what is asked of it meanwhile is done after this."""
    let_go = threading.Event()
    work = asyncio.ensure_future(outbox._writer.run(lambda _: let_go.wait()))
    try:
        yield
    finally:
        let_go.set()
        assert not work.cancelled()


def in_hand() -> list[int]:
    """With which deliveries the tasks began that carry deliveries now."""
    names = (task.get_name() for task in asyncio.all_tasks())
    return [int(name.removeprefix("delivery-")) for name in names if name.startswith("delivery-")]


async def execute(outbox: SqliteOutbox, statement: str) -> None:
    """Do something to a store that no user of it would."""
    await outbox._writer.run(lambda connection: connection.execute(statement).fetchall())
