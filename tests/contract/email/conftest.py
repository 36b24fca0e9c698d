"""A sink, a client, and a service that is closed when the test ends."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from notifier.sandbox.mail import MailSink
from notifier.services.email import Email
from notifier.services.http import Client, connect
from tests.contract.email.mailing import service


async def made() -> Client:
    async with connect({}) as client:
        return client


@pytest.fixture(scope="session")
def client() -> Client:
    """A client whose HTTP connections are closed: a mail needs but its trust, which takes time to make, and policy."""
    return asyncio.run(made())


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as sink:
        yield sink


@pytest.fixture
async def email(client: Client, sink: MailSink) -> AsyncIterator[Email]:
    email = service(client, sink.port, timeout="500ms")
    yield email
    await email.close()
