"""Real servers on loopback for the services to talk to: a receiver, a raw socket that misbehaves, a proxy."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

HOST = "127.0.0.1"
TAKEN = b'{"ok": true, "channel": "C0DEPLOYS", "ts": "1700000000.000100"}'
"""An answer by which every service knows that its message was taken."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Got(NamedTuple):
    """A request as it arrived; `peer` tells connections apart."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    peer: object
    certificate: object

    @property
    def everything(self) -> str:
        """All of the request as one text."""
        return f"{self.method} {self.target} {self.headers} {self.body.decode()}"


@dataclass
class Receiver:
    """What a receiver got and what it answers: `status`, `headers` and `body`, or an echo of the request."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = TAKEN
    echo: bool = False
    got: list[Got] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        transport = request.transport
        assert transport is not None
        peer, certificate = transport.get_extra_info("peername"), transport.get_extra_info("peercert")
        headers = {name.lower(): value for name, value in request.headers.items()}
        got = Got(request.method, request.raw_path, headers, await request.read(), peer, certificate)
        self.got.append(got)
        body = f"{got.everything}".encode() if self.echo else self.body
        return web.Response(status=self.status, headers=self.headers, body=body)


@asynccontextmanager
async def serve(tls: ssl.SSLContext | None = None, host: str = HOST) -> AsyncIterator[Receiver]:
    """A receiver, at `url`."""
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.answer, access_log=None))  # type: ignore[arg-type]  # a handler of aiohttp's own kind
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, 0, ssl_context=tls)
        await site.start()
        receiver.url = f"{'https' if tls else 'http'}://{host}:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()


class Names(AbstractResolver):
    """For which every name has the addresses of the first of `answers`, then those of the next, the last for ever."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers, self.asked = answers, 0

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """See aiohttp; a name without addresses is not known."""
        addresses = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
            for address in addresses
        ]

    async def close(self) -> None:
        """See aiohttp."""


@asynccontextmanager
async def talk(conversation: Talk) -> AsyncIterator[int]:
    """A server that has `conversation` with whoever connects, at a port; it ends when the test does."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await conversation(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, HOST, 0, limit=2**20)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """A request's head and as much of its body as it says there is."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0]) if lengths else 0)


def says(answer: bytes, *, then_hangs: bool = False) -> Talk:
    """Reads a request, answers these bytes, and hangs up or hangs."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer)
        await writer.drain()
        if then_hangs:
            await reader.read()

    return conversation


async def never_reads(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the connection and nothing more."""
    await writer.wait_closed()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads a request and resets the connection."""
    await read_request(reader)
    no_goodbye = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_goodbye)
    writer.transport.abort()


async def never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts with a body that has no end."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def full() -> AsyncIterator[int]:
    """A port whose queue of connections is full: connecting to it never ends."""
    loop = asyncio.get_running_loop()
    with socket.create_server((HOST, 0), backlog=0) as listener, socket.socket() as waiting:
        waiting.setblocking(False)
        await loop.sock_connect(waiting, listener.getsockname())
        yield listener.getsockname()[1]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Proxy:
    """An HTTP proxy (absolute form and CONNECT) for which every name is at `upstream` (a port of ours)."""

    upstream: int
    refusal: bytes = b""
    url: str = ""
    heads: list[str] = field(default_factory=list)

    async def conversation(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep the head of the request, refuse it if told to, and pass it all on."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head.decode())
        if self.refusal:
            writer.write(self.refusal)
            return await writer.drain()
        up_reader, up_writer = await asyncio.open_connection(HOST, self.upstream)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            up_writer.write(head)
        both = asyncio.gather(_pump(reader, up_writer), _pump(up_reader, writer))
        try:
            await both
        finally:
            up_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy_to(upstream: int, refusal: bytes = b"") -> AsyncIterator[Proxy]:
    """A proxy before `upstream`, at `url`."""
    proxy = Proxy(upstream, refusal)
    async with talk(proxy.conversation) as port:
        proxy.url = f"http://{HOST}:{port}"
        yield proxy
