"""The contract's parameters: every store alone, every store that several may open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.outbox.protocol import Outbox
from tests.contract.outbox.stores import SHARED, STORES, Store


@pytest.fixture(params=STORES)
async def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    """An empty store, open."""
    async with STORES[request.param](tmp_path) as outbox:
        yield outbox


@pytest.fixture(params=SHARED)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store that may be opened as often as one likes."""
    return Store(request.param, tmp_path)


@pytest.fixture
async def pair(store: Store) -> AsyncIterator[tuple[Outbox, Outbox]]:
    """Two users of one empty store."""
    async with store.open() as one, store.open() as other:
        yield one, other
