"""Telling operators and owners: logs, metrics, and Warning Events on the object somebody must mend."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from notifier import times
from notifier.intake import Told
from notifier.kube import resources
from notifier.kube.access import Involved, Warned, warn
from notifier.kube.errors import KubeError
from notifier.kube.transport import Transport
from notifier.metrics import Metrics
from notifier.model import Problem, Target, Uid
from notifier.outbox.protocol import Delivery, Settlement, State

_log = structlog.get_logger(__name__)
_SAY_AGAIN_SECONDS = 3600.0
_FLUSH_SECONDS = 5.0
_RESOURCES = {r.kind: r for r in (*resources.WATCHED, resources.CONFIG_MAPS, resources.SECRETS)}


class Reporter:
    """Says each problem once an hour. Warning Events are written behind, so that the API server holds nobody up."""

    def __init__(self, transport: Transport, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self._transport, self._metrics, self._clock = transport, metrics, clock
        self._said: dict[Problem, float] = {}
        self._configurations: dict[str, frozenset[Problem]] = {}
        self._warnings: asyncio.Queue[tuple[Target, str, str]] = asyncio.Queue(1000)

    async def run(self) -> None:
        """Write Warning Events as they come up, until cancelled."""
        while True:
            await self._write(*await self._warnings.get())

    async def flush(self) -> None:
        """Write the Warning Events that are left, but not for long: the daemon stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                while not self._warnings.empty():
                    await self._write(*self._warnings.get_nowait())

    async def _write(self, on: Target, reason: str, message: str) -> None:
        about = Involved(_RESOURCES[on.kind], on.namespace, on.name, Uid(on.uid))
        try:
            await warn(self._transport, about, Warned(reason, message, times.text(self._clock())))
        except KubeError as error:
            _log.warning(
                "a Warning Event cannot be written", object=f"{on.kind} {on.namespace}/{on.name}", why=str(error)
            )

    def told(self, told: Told) -> None:
        """Count and log what came of changes."""
        for kind, number in told.changes.items():
            self._metrics.change(kind, number)
        for (trigger, result), number in told.judged.items():
            self._metrics.evaluation(trigger, result, number)
        for event in told.events:
            self._metrics.event(event.reason)
            _log.debug("event", what=event.summary, reason=event.reason, id=event.id)
        if told.problems:
            self.problems(told.problems)

    def configured(self, problems: Iterable[Problem], on: Target | None, namespace: str = "") -> None:
        """Say what of a configuration that has just come into force cannot work, and did so before.

        `namespace` is whose configuration it is, "" for the central one.
        """
        now = frozenset(problems)
        for problem in sorted(now - self._configurations.get(namespace, frozenset()), key=str):
            self._say(problem, on)
        self._configurations[namespace] = now

    def problems(self, problems: Iterable[Problem]) -> None:
        """Say what cannot work."""
        now = self._clock()
        self._said = {problem: at for problem, at in self._said.items() if now - at < _SAY_AGAIN_SECONDS}
        for problem in problems:
            if problem not in self._said:
                self._said[problem] = now
                self._say(problem, problem.on)

    def _say(self, problem: Problem, on: Target | None) -> None:
        _log.warning("cannot work", object=problem.object, key=problem.key, line=problem.line, why=problem.message)
        self._warn(on, "NotificationMisconfigured", str(problem))

    def attempted(self, delivery: Delivery, settlement: Settlement, seconds: float) -> None:
        """An attempt was made."""
        self._metrics.attempt(delivery, settlement.state, seconds)
        if settlement.state is not State.DELIVERED:
            _log.warning("attempt failed", **_named(delivery), why=settlement.why, attempt=delivery.attempts + 1)

    def settled(self, delivery: Delivery, settlement: Settlement) -> None:
        """A delivery is delivered, suppressed or dead."""
        self._metrics.settled(delivery, settlement.state, self._clock() - delivery.created)
        if settlement.state is not State.DEAD:
            _log.debug("settled", **_named(delivery), state=settlement.state, status=settlement.status)
            return
        _log.error("given up", **_named(delivery), why=settlement.why)
        retry = f"after mending the cause: rollouts-notifier deliveries retry {delivery.id}"
        message = f"{delivery.trigger} could not be delivered to {delivery.service}: {settlement.why}; {retry}"
        self._warn(_owner(delivery), "NotificationFailed", message)

    def _warn(self, on: Target | None, reason: str, message: str) -> None:
        if on is not None and on.kind in _RESOURCES and not self._warnings.full():
            self._warnings.put_nowait((on, reason, message))


def _named(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery.id,
        "service": delivery.service,
        "trigger": delivery.trigger,
        "object": f"{delivery.kind} {delivery.namespace}/{delivery.name}",
    }


def _owner(delivery: Delivery) -> Target:
    return Target(delivery.kind, delivery.namespace, delivery.name, delivery.uid)
