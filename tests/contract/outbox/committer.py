"""Commits units as fast as it can and prints the key of each once it is confirmed. Runs until it is killed."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from notifier.outbox.protocol import Outbox, Unit
from tests.contract.outbox.samples import NOW, delivery, digest, event
from tests.contract.outbox.stores import Store


def unit(key: str) -> Unit:
    """A unit whose digest, event and delivery are named alike."""
    return Unit([digest(key)], [event(key)], [delivery(key, lane=f"lane of {key}")])


async def commit_for_ever(outbox: Outbox, prefix: str) -> None:
    """Commit one unit after the other, each in its own call."""
    for number in itertools.count():
        key = f"{prefix}-{number}"
        await outbox.commit([unit(key)], NOW)
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


async def main(store: Store, life: str) -> None:
    """Four who commit at once, so that transactions hold several units."""
    async with store.open() as outbox, asyncio.TaskGroup() as group:
        for writer in range(4):
            group.create_task(commit_for_ever(outbox, f"{life}-{writer}"))


if __name__ == "__main__":
    name, folder, life = sys.argv[1:]
    asyncio.run(main(Store(name, Path(folder)), life))
