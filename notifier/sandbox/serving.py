"""An HTTP server on loopback for as long as a `with` block lasts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

HOST = "127.0.0.1"
LARGEST_BODY = 8 * 2**20
GRACE = 0.05
"""Seconds that requests still open get when the server stops; watches never end by themselves."""


class LoopbackServer(ABC):
    """Answers every request with `handle`; `url` is known once entered. Port 0 takes any that is free."""

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._port, self._tls = port, tls
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=GRACE)

    @abstractmethod
    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""

    @property
    def url(self) -> str:
        """Where the server is, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self._runner.addresses[0][1]}"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port, ssl_context=self._tls, backlog=1024).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
