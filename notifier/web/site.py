"""An application on an address."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from aiohttp import web

from notifier.errors import ConfigError

_GRACE = 1.0
"""Seconds that requests still open get when the server stops."""


class Site:
    """Serves while the `async with` block lasts; entering it raises ConfigError if the address cannot be listened on.

    `what` it is says that error; `runner` are options of aiohttp's AppRunner.
    """

    def __init__(self, app: web.Application, address: tuple[str, int], what: str, **runner: Any) -> None:
        self._address, self._what = address, what
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE, **runner)

    @property
    def url(self) -> str:
        """Where it is served, without a slash at the end."""
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        host, port = self._address
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigError(f"{self._what} cannot be served on {host}:{port}: {error.strerror}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
