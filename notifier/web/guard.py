"""What keeps others out: which hosts a request may name, what a page may load, who may act."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SAME = frozenset({"same-origin", "none"})
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
"""A page loads its own files, and runs nothing that stands in it."""
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""A mail styles itself; it runs, fetches and reaches nothing."""
TOKEN = "token"  # noqa: S105  # the field's name
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would make browsers hide the origin of our own forms from us; to others this tells as little.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Answers for one page; `hosts` are names it is reached by, besides loopback's and addresses.

    A browser that a stranger's page has led here by a name of his own (DNS rebinding) names that host.
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = {"localhost", *(host.lower() for host in hosts)}
        self.token = secrets.token_urlsafe(24)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let through what may come in, and say what may be done with the answer. Raises web.HTTPException."""
        if not self._is_ours(request.host):
            raise web.HTTPMisdirectedRequest(text="this page is not served under that name; use --page-hosts to add it")
        return await handler(request)

    async def allow(self, request: web.Request) -> None:
        """Let an action through that one of our own forms asks for. Raises web.HTTPForbidden."""
        if not self._is_own_form(request):
            raise web.HTTPForbidden(text="the form is not this page's own")
        form = await request.post()
        given = str(form.get(TOKEN, "")) or request.headers.get("X-CSRF-Token", "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise web.HTTPForbidden(text="the form is of an earlier start of the daemon: go back, reload, try again")

    def _is_ours(self, host: str) -> bool:
        name = _hostname(host)
        with suppress(ValueError):
            return bool(ipaddress.ip_address(name))
        return name in self._hosts or name.endswith(".localhost")

    def _is_own_form(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
            return False
        return request.headers.get("Sec-Fetch-Site", "none") in _SAME


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers of an answer before it goes out; one that has a policy of its own keeps it."""
    del request
    for name, value in {**_HEADERS, "Content-Security-Policy": PAGE_POLICY}.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".") if "@" not in host else ""
    except ValueError:
        return ""
