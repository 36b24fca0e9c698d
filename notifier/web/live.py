"""Telling open pages that there is something new: Server-Sent Events, as long as somebody listens."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from notifier.errors import StoreError
from notifier.outbox.reading import Reader

_LOOK_SECONDS = 1.0
_PING_SECONDS = 15.0
_MOST = 64
"""Viewers at once."""


class Changes:
    """The store's version, looked at once a second while somebody wants to know."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._version = -1
        self._viewers = 0
        self._changed = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None
        self.closing = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Say `change` with the new version whenever it is not the one the viewer has. Raises web.HTTPException."""
        if self._viewers >= _MOST:
            raise web.HTTPServiceUnavailable(text=f"{_MOST} pages are open already: reload this one by hand")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        self._viewers += 1
        self._looking = self._looking or asyncio.create_task(self._look(), name="page-changes")
        try:
            with suppress(ConnectionResetError):
                await self._tell(response, request.headers.get("Last-Event-ID") or request.query.get("since", ""))
        finally:
            self._viewers -= 1
            await self._rest()
        return response

    async def stop(self, _app: web.Application) -> None:
        """Let all viewers go."""
        self.closing.set()
        async with self._changed:
            self._changed.notify_all()

    async def _tell(self, response: web.StreamResponse, seen: str) -> None:
        await response.write(b"retry: 2000\n\n")
        while True:
            version = await self._after(seen)
            if self.closing.is_set():
                return
            if version == seen:
                await response.write(b": still here\n\n")
            else:
                await response.write(f"id: {version}\nevent: change\ndata: {version}\n\n".encode())
            seen = version

    async def _after(self, seen: str) -> str:
        """The version once it is another one, or after a while the same."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PING_SECONDS), self._changed:
                await self._changed.wait_for(lambda: self.closing.is_set() or self._version not in (-1, _number(seen)))
        return str(self._version) if self._version != -1 else seen

    async def _look(self) -> None:
        while True:
            with suppress(StoreError):
                version = await self._reader.version()
                if version != self._version:
                    async with self._changed:
                        self._version = version
                        self._changed.notify_all()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _rest(self) -> None:
        if self._viewers or not self._looking:
            return
        looking, self._looking = self._looking, None
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        self._version = -1


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1
