"""A browser, Debian's Chromium without a window, and a page whose console must stay empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page as Tab, async_playwright

from notifier.outbox.sqlite import SqliteOutbox
from notifier.web.page import Page
from tests.integration.web.filling import rollout
from tests.integration.web.looking import Given, page_of, seen_live

CHROMIUM = Path("/usr/bin/chromium")
_THERE = CHROMIUM.exists()
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


class Looked(NamedTuple):
    """A page, its store, and the browser that looks at it."""

    page: Page
    outbox: SqliteOutbox
    browser: Browser

    @asynccontextmanager
    async def tab(self, path: str, **context: Any) -> AsyncIterator[Tab]:
        """A tab on a path; what the browser complains of fails the test."""
        complaints: list[str] = []
        opened = await self.browser.new_context(**context)
        tab = await opened.new_page()
        tab.set_default_timeout(10_000)
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            await tab.goto(self.page.url + path)
            yield tab
        finally:
            await opened.close()
        assert complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if not _THERE:
        pytest.skip(f"{CHROMIUM} is not installed (Debian's package chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def looked(tmp_path: Path, browser: Browser) -> AsyncIterator[Looked]:
    async with AsyncExitStack() as stack:
        path = str(tmp_path / "store.db")
        outbox = SqliteOutbox.open(path)
        stack.push_async_callback(outbox.close)
        given = Given({"service.slack": "token: $t", "context": "cluster: prod"}, {"t": "xoxb-1-canary"})
        page = await stack.enter_async_context(page_of(path, outbox, given, seen_live(rollout())))
        yield Looked(page, outbox, browser)
