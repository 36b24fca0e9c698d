"""What was confirmed is in the store, whenever the process is killed, and no unit is there in part."""

import asyncio
import random
import signal
import sys

from tests.contract.outbox.samples import rows
from tests.contract.outbox.stores import Store

LIVES = 3
ANY = random.SystemRandom()


async def commit_until_killed(store: Store, life: int) -> set[str]:
    """Let a process commit, kill it after a random number of confirmed units; returns the keys it confirmed."""
    command = (sys.executable, "-m", "tests.contract.outbox.committer", store.name, str(store.folder), f"{life}")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(ANY.randrange(1, 400))]
    process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -signal.SIGKILL
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


async def test_what_was_confirmed_survives_sigkill(store: Store) -> None:
    confirmed: set[str] = set()
    for life in range(LIVES):
        confirmed |= await commit_until_killed(store, life)
    async with store.open() as outbox:
        stored = set(await rows(outbox))
        told = {event.id for event in await outbox.story("shop", "cart")}
        known = {record.uid for record in await outbox.recall(stored | told)}
    assert len(confirmed) >= LIVES
    assert confirmed <= stored
    assert stored == told == known
