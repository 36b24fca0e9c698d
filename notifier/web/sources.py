"""What the page is made from, handed in by who starts it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from notifier.config.schema import Config
from notifier.model import Object, Problem
from notifier.outbox.protocol import Delivery
from notifier.outbox.reading import Reader


class Configured(Protocol):
    """The configuration in force; `notifier.directory.Directory` is one."""

    @property
    def config(self) -> Config:
        """All of it."""

    def of(self, namespace: str) -> Config:
        """What applies in a namespace, which may have a configuration of its own."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What in it cannot work."""


class Live(Protocol):
    """The newest states of objects; `notifier.objects.Objects` is one."""

    def get(self, uid: str) -> Object | None:
        """An object, decoded; None where this process has not seen it."""

    def family(self, root: str) -> list[Object]:
        """What a Rollout owns, decoded, in no order."""


class Doing(Protocol):
    """What a person may do with a delivery; every `Outbox` is one."""

    async def retry(self, delivery_id: int, now: float) -> Delivery | None:
        """Send a dead or suppressed one again; None if it is neither."""

    async def drop(self, delivery_id: int, now: float) -> bool:
        """Never send one that waits or is dead; whether there was one."""


class Sources(NamedTuple):
    """Where everything on the page comes from; without `doing` it is read-only. Times are shown in `zone`."""

    reader: Reader
    configured: Configured
    live: Live
    doing: Doing | None = None
    zone: str = "UTC"
    clock: Callable[[], float] = time.time
