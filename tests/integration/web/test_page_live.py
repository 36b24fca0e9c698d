"""Pages that are open hear of what is new, and of nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from notifier.web import live
from tests.integration.daemon.stage import until
from tests.integration.web.conftest import Show, Shown
from tests.integration.web.filling import cart, fill, told


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(live, "_PING_SECONDS", 0.2)


class Listener:
    """An open page; `said` is the next thing it hears that is not empty."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._lines = answer.content

    async def said(self) -> str:
        async with asyncio.timeout(5):
            while not (line := (await self._lines.readline()).decode().strip()) and not self._lines.at_eof():
                continue
        return line

    async def change(self) -> str:
        """The version of the next change."""
        while not (line := await self.said()).startswith("data: "):
            assert line.startswith(("retry:", "id:", "event: change", ":")), line
        return line.removeprefix("data: ")


@asynccontextmanager
async def listening(shown: Shown, since: str = "", **headers: str) -> AsyncIterator[Listener]:
    url = f"{shown.page.url}/live?since={since}"
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield Listener(answer)


async def test_a_change_is_told_to_everybody_who_looks(show: Show) -> None:
    shown = await show()
    async with listening(shown) as one, listening(shown) as other:
        first = {await one.change(), await other.change()}
        await fill(shown.outbox, told("a"))
        then = {await one.change(), await other.change()}
    assert len(first) == len(then) == 1
    assert first != then


async def test_who_has_the_newest_hears_only_that_we_are_here(show: Show) -> None:
    shown = await show()
    text = (await shown.visitor.get("/")).text
    seen = text.partition('data-live="')[2].partition('"')[0]
    async with listening(shown, since=seen) as page:
        assert await page.said() == "retry: 2000"
        assert await page.said() == ": still here"
        await fill(shown.outbox)
        assert await page.change() != seen


async def test_who_was_away_hears_at_once_that_there_is_something_new(show: Show) -> None:
    shown = await show()
    async with listening(shown) as page:
        seen = await page.change()
    await fill(shown.outbox)
    async with listening(shown, **{"Last-Event-ID": seen}) as page:
        assert await page.change() != seen


async def test_nobody_looks_at_the_store_when_nobody_looks_at_the_page(show: Show) -> None:
    shown = await show()
    async with listening(shown) as page:
        await page.change()
    await until(lambda: not any(task.get_name() == "page-changes" for task in asyncio.all_tasks()))


async def test_no_more_than_so_many_may_look(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST", 1)
    shown = await show()
    async with listening(shown) as page:
        await page.change()
        assert (await shown.visitor.get("/live")).status == 503


async def test_a_page_that_stops_lets_its_viewers_go(show: Show) -> None:
    shown = await show()
    await fill(shown.outbox, digests=(cart(),))
    async with listening(shown) as page:
        await page.change()
        async with asyncio.timeout(0.9):
            await shown.page.__aexit__(None, None, None)
        assert await page.said() == ""
