"""Every service: what an answer means, and what it means that there is none."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from email.utils import formatdate
from functools import partial
from time import time

import pytest

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.services import Service
from notifier.services.http import ANSWER_LIMIT, LONGEST_RETRY_AFTER, Client
from tests.contract.services.rows import Row
from tests.contract.services.servers import (
    HOST,
    Receiver,
    Talk,
    free_port,
    full,
    never_ends,
    never_reads,
    resets,
    says,
    talk,
)

NO_CONTENT = 204
TEMPORARY = {408, 429, *range(500, 600)} - {501}


async def failure(service: Service, row: Row, **body: object) -> DeliveryError:
    """The error of an attempt that must fail, and soon."""
    with pytest.raises(DeliveryError) as caught:
        async with asyncio.timeout(3):
            await service.send(row.letter(**body))
    return caught.value


async def outcome(service: Service, row: Row) -> tuple[str, str]:
    """What an attempt came to, and what is said of it."""
    try:
        receipt = await service.send(row.letter())
    except DeliveryError as error:
        return f"{type(error).__name__} {error.status}", str(error)
    return receipt.status, receipt.detail


async def decision(service: Service, row: Row) -> str:
    return (await outcome(service, row))[0]


async def test_every_status_has_its_decision(row: Row, client: Client, receiver: Receiver) -> None:
    service = row.service(client, receiver.url)
    for receiver.status in range(200, 600):
        status = receiver.status
        bad = "Temporary" if status in TEMPORARY else "Permanent"
        good = row.unread(status) if status == NO_CONTENT else row.taken(status)
        assert await decision(service, row) == (good if status < 300 else f"{bad} {status}")


async def test_a_refusal_is_told_by_the_receivers_own_word(row: Row, client: Client, receiver: Receiver) -> None:
    service = row.service(client, receiver.url)
    for (receiver.status, receiver.body), wanted in row.refusals.items():
        assert await decision(service, row) == wanted


async def test_the_error_says_host_status_and_the_start_of_the_answer(
    row: Row, client: Client, receiver: Receiver
) -> None:
    receiver.status, receiver.body = 410, b"gone:\n\tno such\x1b[31m hook " + b"x" * 500
    error = await failure(row.service(client, receiver.url), row)
    assert str(error).startswith(f"{receiver.url.removeprefix('http://')} answered 410: gone: no such [31m hook xxx")
    assert len(str(error)) < 250


async def test_redirects_are_refused_and_not_followed(row: Row, client: Client, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 307, {"Location": f"{receiver.url}/elsewhere"}
    error = await failure(row.service(client, receiver.url), row)
    assert isinstance(error, Permanent)
    assert "answered 307" in str(error)
    assert "redirects are not followed" in str(error)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": formatdate(1060, usegmt=True), "Date": formatdate(1000, usegmt=True)}, 60),
        ({"Retry-After": formatdate(0, usegmt=True)}, 0),
        ({"Retry-After": "9" * 400}, LONGEST_RETRY_AFTER),
    ],
    ids=["seconds", "date by the receiver's clock", "past date", "absurd"],
)
async def test_retry_after_is_handed_on(
    row: Row, client: Client, receiver: Receiver, headers: dict[str, str], wanted: float
) -> None:
    receiver.status, receiver.headers = 503, headers
    error = await failure(row.service(client, receiver.url), row)
    assert isinstance(error, Temporary)
    assert error.retry_after == wanted


async def test_retry_after_a_date_is_by_our_clock_where_the_receiver_tells_none(
    row: Row, client: Client, receiver: Receiver
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": formatdate(time() + 1000, usegmt=True), "Date": ""}
    error = await failure(row.service(client, receiver.url), row)
    assert isinstance(error, Temporary)
    assert error.retry_after == pytest.approx(1000, abs=60)


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "inf"])
async def test_a_retry_after_that_says_nothing_is_none(
    row: Row, client: Client, receiver: Receiver, value: str
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": value}
    error = await failure(row.service(client, receiver.url), row)
    assert isinstance(error, Temporary)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("server", "scheme", "text"),
    [
        (full, "http", "no connection to {place} within 0.25 s"),
        (partial(talk, never_reads), "https", "no connection to {place} within 0.25 s"),
        (partial(talk, says(b"", then_hangs=True)), "http", "no answer from {place} within 0.5 s"),
        (
            partial(talk, says(b"HTTP/1.1 200 OK\r\nX-", then_hangs=True)),
            "http",
            "no answer from {place} within 0.5 s",
        ),
        (
            partial(talk, says(b"HTTP/1.1 103 Early Hints\r\n\r\n", then_hangs=True)),
            "http",
            "no answer from {place} within",
        ),
    ],
    ids=["connecting", "TLS", "first byte", "rest of the head", "after an interim answer"],
)
async def test_no_phase_outlasts_its_timeout(
    row: Row, client: Client, server: Callable[[], AbstractAsyncContextManager[int]], scheme: str, text: str
) -> None:
    async with server() as port:
        error = await failure(row.service(client, f"{scheme}://{HOST}:{port}", timeout=0.5), row)
    assert isinstance(error, Temporary)
    assert str(error).startswith(text.format(place=f"{HOST}:{port}"))


async def test_sending_does_not_outlast_its_timeout(row: Row, client: Client) -> None:
    bulk = row.bulk("x" * 20_000_000)
    async with talk(never_reads) as port:
        error = await failure(row.service(client, f"http://{HOST}:{port}", timeout=0.5), row, **bulk)
    assert isinstance(error, Temporary)
    assert str(error) == f"no answer from {HOST}:{port} within 0.5 s"


async def test_a_host_where_nobody_listens_is_temporary(row: Row, client: Client) -> None:
    port = free_port()
    error = await failure(row.service(client, f"http://{HOST}:{port}"), row)
    assert isinstance(error, Temporary)
    assert str(error).startswith(f"no connection to {HOST}:{port} (")


async def test_a_name_without_address_is_temporary(row: Row, client: Client) -> None:
    error = await failure(row.service(client, "http://receiver.invalid", timeout=2), row)
    assert isinstance(error, Temporary)
    assert str(error) == "the name of receiver.invalid cannot be resolved"


@pytest.mark.parametrize(
    ("conversation", "text"),
    [
        (resets, "the connection to {place} broke"),
        (says(b""), "{place} closed the connection without an answer"),
        (says(b"220 mail.example ESMTP\r\n"), "{place} answered something that is not HTTP"),
        (says(b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n"), "{place} answered something that is not HTTP"),
        (says(b"\x16\x03\x01\x00\xff" * 99), "{place} answered something that is not HTTP"),
        (
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "{place} answered something that is not HTTP",
        ),
        (says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99_999), "{place} answered something that is not HTTP"),
    ],
    ids=["reset", "closed", "another protocol", "bad header", "binary", "bad chunk", "endless header"],
)
async def test_a_broken_answer_is_temporary(row: Row, client: Client, conversation: Talk, text: str) -> None:
    async with talk(conversation) as port:
        error = await failure(row.service(client, f"http://{HOST}:{port}"), row)
    assert isinstance(error, Temporary)
    assert str(error).startswith(text.format(place=f"{HOST}:{port}"))


@pytest.mark.parametrize(
    "conversation",
    [
        never_ends,
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", then_hangs=True),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"),
        says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
    ],
    ids=["endless", "stalls", "cut off", "no gzip"],
)
async def test_a_bad_body_decides_only_where_the_status_does_not(row: Row, client: Client, conversation: Talk) -> None:
    async with talk(conversation) as port, asyncio.timeout(3):
        decided, words = await outcome(row.service(client, f"http://{HOST}:{port}", timeout=0.5), row)
    assert decided == row.unread(200)
    assert len(words) < 250


async def test_no_more_of_an_answer_is_read_than_the_limit(row: Row, client: Client) -> None:
    sent = 0

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await says(b"HTTP/1.1 500 No\r\n\r\n", then_hangs=False)(reader, writer)
        while True:
            writer.write(b"x" * 0x4000)
            await writer.drain()
            sent += 0x4000

    async with talk(counts) as port:
        await failure(row.service(client, f"http://{HOST}:{port}", timeout=30), row)
    assert sent < ANSWER_LIMIT + 20 * 2**20, "the rest is what the kernel's buffers took"


async def test_cancelling_an_attempt_closes_its_connection_and_nothing_else(row: Row, client: Client) -> None:
    arrived, closed = asyncio.Event(), asyncio.Event()

    async def waits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await says(b"")(reader, writer)
        arrived.set()
        await reader.read()
        closed.set()

    async with talk(waits) as port, asyncio.timeout(3):
        service = row.service(client, f"http://{HOST}:{port}", timeout=30)
        attempt = asyncio.create_task(service.send(row.letter()))
        await arrived.wait()
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        await closed.wait()
        arrived.clear()
        again = asyncio.create_task(service.send(row.letter()))
        await arrived.wait()
        again.cancel()
        await asyncio.wait([again])


async def test_two_letters_use_one_connection(row: Row, client: Client, receiver: Receiver) -> None:
    for service in (row.service(client, receiver.url), row.service(client, receiver.url)):
        await service.send(row.letter())
        await service.send(row.letter())
    assert len(receiver.got) == 4
    assert len({got.peer for got in receiver.got}) == 1
