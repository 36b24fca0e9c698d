"""One port for those who look after the daemon: /healthz, /readyz and /metrics."""

from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from notifier.web.site import Site

Check = Callable[[], str]
"""Says why something is not ready, "" when it is; quick, as it holds up the event loop."""


class HealthServer(Site):
    """Health, readiness and metrics.

    /healthz answers while the event loop does, and knows nothing else: a restart helps against nothing else. /readyz is
    200 if all checks are fine, 503 with the first reason if not; /readyz?verbose lists them all.
    """

    def __init__(self, address: tuple[str, int], checks: Mapping[str, Check], registry: CollectorRegistry) -> None:
        self._checks = checks
        app = web.Application()
        app.router.add_get("/healthz", self._healthy)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", make_aiohttp_handler(registry))
        super().__init__(app, address, "health and metrics")

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
