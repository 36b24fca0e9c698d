"""The webhook sink remembers what came in and answers as badly as asked to."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import aiohttp
import pytest
import trustme

from notifier.sandbox.receivers import Manner, Reply, WebhookSink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AT_ONCE = aiohttp.ClientTimeout(total=5)


@pytest.fixture
async def sink() -> AsyncIterator[WebhookSink]:
    async with WebhookSink() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=AT_ONCE) as running:
        yield running


async def status(session: aiohttp.ClientSession, url: str) -> int:
    async with session.post(url) as answer:
        await answer.read()
        return answer.status


async def test_a_request_is_remembered_as_it_came(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    async with session.put(f"{sink.url}/hook?a=1", json={"b": 2}, headers={"X-Key": "k"}) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    (request,) = sink.requests
    assert (request.method, request.path, request.query, request.json()) == ("PUT", "/hook", {"a": "1"}, {"b": 2})
    assert request.headers["x-key"] == "k"


async def test_connections_are_told_apart(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    for _ in range(2):
        await status(session, sink.url)
    async with aiohttp.ClientSession() as other:
        await status(other, sink.url)
    assert [request.connection for request in sink.requests] == [1, 1, 2]


async def test_arrivals_can_be_waited_for(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    waiting = asyncio.create_task(sink.wait_for(2))
    for path in ("/a", "/b", "/c"):
        await status(session, sink.url + path)
    assert [request.path for request in await waiting] == ["/a", "/b"]
    with pytest.raises(TimeoutError):
        await sink.wait_for(4, within=0.01)


async def test_answers_go_by_path_and_run_out(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    sink.reply(Reply(500))
    sink.reply(Reply(404), path="/gone")
    sink.reply(Reply(429), times=1)
    sink.reply(Reply(503), times=1)
    sink.reply(Reply(410), path="/gone", times=1)
    said = [await status(session, sink.url + path) for path in ("/gone", "/gone", "/", "/gone", "/")]
    assert said == [410, 429, 503, 404, 500]
    sink.reply(Reply(204))
    assert await status(session, sink.url) == 204


async def test_an_answer_has_headers_body_and_delay(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    sink.reply(Reply(429, {"Retry-After": "3"}, b"slow down", delay=0.05))
    begin = asyncio.get_running_loop().time()
    async with session.get(sink.url) as answer:
        assert (answer.status, answer.headers["Retry-After"], await answer.read()) == (429, "3", b"slow down")
    assert asyncio.get_running_loop().time() - begin >= 0.05


async def test_a_receiver_that_never_answers_has_read_all_the_same(
    sink: WebhookSink, session: aiohttp.ClientSession
) -> None:
    sink.reply(Reply(manner=Manner.NEVER))
    with pytest.raises(TimeoutError):
        await session.post(sink.url, data=b"hello", timeout=aiohttp.ClientTimeout(total=0.1))
    assert sink.requests[0].body == b"hello"


@pytest.mark.parametrize(
    ("manner", "read"), [(Manner.CLOSE_BEFORE_READING, b""), (Manner.CLOSE_AFTER_READING, b"hello")]
)
async def test_a_receiver_that_closes_has_read_or_not(
    sink: WebhookSink, session: aiohttp.ClientSession, manner: Manner, read: bytes
) -> None:
    sink.reply(Reply(manner=manner), times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await session.post(sink.url, data=b"hello")
    assert [request.body for request in sink.requests] == [read]
    assert await status(session, sink.url) == 200


async def test_garbage_is_no_http(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    sink.reply(Reply(manner=Manner.GARBAGE))
    with pytest.raises(aiohttp.ClientResponseError):
        await session.get(sink.url)


async def test_an_endless_body_ends_when_nobody_reads_it(sink: WebhookSink, session: aiohttp.ClientSession) -> None:
    sink.reply(Reply(200, manner=Manner.ENDLESS_BODY), times=1)
    async with session.get(sink.url) as answer:
        assert len(await answer.content.readexactly(1_000_000)) == 1_000_000
    assert await status(session, sink.url) == 200


async def test_it_speaks_tls_at_a_port_of_choice(unused_tcp_port: int) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(theirs)
    async with WebhookSink(port=unused_tcp_port, tls=ours) as sink:
        assert sink.url == f"https://127.0.0.1:{unused_tcp_port}"
        connector = aiohttp.TCPConnector(ssl=theirs)
        async with aiohttp.ClientSession(connector=connector, timeout=AT_ONCE) as session:
            assert await status(session, sink.url) == 200
