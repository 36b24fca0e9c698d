"""The contract's parameters: every service, a client of its own, a receiver that answers what it is told."""

from collections.abc import AsyncIterator

import pytest

from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from notifier.services import SERVICES
from notifier.services.http import Client, connect
from tests.contract.services.rows import ROWS, Row
from tests.contract.services.servers import Receiver, serve


@pytest.fixture(params=sorted(SERVICES.keys() - {"email"}))
def row(request: pytest.FixtureRequest) -> Row:
    """A service without a row fails here; mail does not go over HTTP, its contract is `tests/contract/email`."""
    return ROWS[request.param]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with connect({}) as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with serve() as receiver:
        yield receiver


@pytest.fixture
async def workspace() -> AsyncIterator[SlackWorkspace]:
    """A Slack that takes messages as fast as they come."""
    async with SlackWorkspace("deploys", outside=["secret"], archived=["old"], pace=Pace(rate=float("inf"))) as running:
        yield running
