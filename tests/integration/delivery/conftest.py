"""Everything in this folder lives in virtual time, on a store that nobody else has open."""

from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from notifier.outbox.sqlite import SqliteOutbox
from tests.integration.delivery.virtual_time import VirtualLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], VirtualLoop]]:
    return {"virtual": VirtualLoop}


@pytest.fixture
async def outbox() -> AsyncIterator[SqliteOutbox]:
    """An empty store."""
    outbox = SqliteOutbox.open(":memory:")
    yield outbox
    await outbox.close()
