"""One port for those who look after the daemon: /healthz, /readyz and /metrics."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from notifier.errors import ConfigError

Check = Callable[[], str]
"""Says why something is not ready, "" when it is; quick, as it holds up the event loop."""

_GRACE = 1.0
"""Seconds that requests still open get when the server stops."""


class HealthServer:
    """Serves while the `async with` block lasts; entering it raises ConfigError if the address cannot be listened on.

    /healthz answers while the event loop does, and knows nothing else: a restart helps against nothing else. /readyz is
    200 if all checks are fine, 503 with the first reason if not; /readyz?verbose lists them all.
    """

    def __init__(self, address: tuple[str, int], checks: Mapping[str, Check], registry: CollectorRegistry) -> None:
        self._address, self._checks = address, checks
        app = web.Application()
        app.router.add_get("/healthz", self._healthy)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", make_aiohttp_handler(registry))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE)

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
            raise ConfigError(f"health and metrics cannot be served on {host}:{port}: {error.strerror}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _healthy(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        reasons = {name: check() for name, check in self._checks.items()}
        first = next((f"{name}: {reason}\n" for name, reason in reasons.items() if reason), "")
        text = _listed(reasons) if "verbose" in request.query else first or "ok\n"
        return web.Response(status=503 if first else 200, text=text)


def _listed(reasons: Mapping[str, str]) -> str:
    """Every check on its line, much as Kubernetes' own components list theirs."""
    return "".join(f"[-] {name}: {reason}\n" if reason else f"[+] {name} ok\n" for name, reason in reasons.items())
