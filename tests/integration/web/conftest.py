"""A page over a store in a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from notifier.objects import Objects
from notifier.outbox.sqlite import SqliteOutbox
from notifier.web.page import Page
from tests.integration.web.looking import Given, Visitor, page_of


class Shown(NamedTuple):
    """A page, who looks at it, and the store below."""

    page: Page
    visitor: Visitor
    outbox: SqliteOutbox


Show = Callable[..., Awaitable[Shown]]


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    """Serve a page; with `actions` it acts."""
    async with AsyncExitStack() as stack:

        async def serve(*, actions: bool = False, given: Given | None = None, live: Objects | None = None) -> Shown:
            path = str(tmp_path / "store.db")
            outbox = SqliteOutbox.open(path)
            stack.push_async_callback(outbox.close)
            page = await stack.enter_async_context(page_of(path, outbox if actions else None, given, live))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Shown(page, Visitor(page.url, session), outbox)

        yield serve
