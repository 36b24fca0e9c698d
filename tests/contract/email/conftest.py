"""A sink, a client, and a service that is closed when the test ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
from aiohttp import ThreadedResolver

from notifier.sandbox.mail import MailSink
from notifier.services.email import Email
from notifier.services.http import Client, connect
from notifier.services.pools import Pools
from tests.contract.email.mailing import service


async def made() -> Client:
    async with connect({}) as client:
        return client


@pytest.fixture(scope="session")
def closed_client() -> Client:
    """A client whose connections are closed, for its trust, which takes time to make."""
    return asyncio.run(made())


@pytest.fixture
async def client(closed_client: Client) -> AsyncIterator[Client]:
    async with aclosing(Pools(ThreadedResolver(), ThreadedResolver())) as pools:
        yield replace(closed_client, pools=pools)


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as sink:
        yield sink


@pytest.fixture
async def email(client: Client, sink: MailSink) -> AsyncIterator[Email]:
    email = service(client, sink.port, timeout="500ms")
    yield email
    await email.close()
