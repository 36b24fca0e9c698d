"""The one way out over HTTP; besides `pools` the only module of delivery that knows aiohttp.

Connections are kept and shared per destination and policy; redirects are not followed; answers are read up to a bound;
no phase lasts longer than its timeout. What goes wrong becomes `Temporary` or `Permanent` in one place, with a text
that holds no part of the URL but the host, no header and no body of ours, and of the answer only a redacted excerpt.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import lru_cache
from io import BytesIO
from ipaddress import ip_address
from typing import NamedTuple, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.proxies import Proxies
from notifier.services.egress import Address, Egress, address_of
from notifier.services.pools import Foreign, Guarded, Pools
from notifier.services.redaction import Redactor
from notifier.services.tls import Tls, context

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read."""

LONGEST_RETRY_AFTER = 7 * 86_400.0
"""Seconds; who asks for more has a broken clock."""

_TAKEN = range(200, 300)
_REDIRECTS = range(300, 400)
_PASSING = frozenset({408, 429, *range(500, 1000)}) - {501}
"""Overload and faults of the receiver pass; all else stays until somebody changes something."""

_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "trailer"})
"""Headers that describe the connection, not the message: ours to write, as in Go."""


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One message to one URL; `timeout` is seconds for all of it, of which connecting may take half."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    tls: Tls = field(default_factory=Tls)


class Answer(NamedTuple):
    """What the receiver said, the body cut at `ANSWER_LIMIT`."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """Sends requests where `egress` allows it; made by `connect`.

    `trust` gives the context for TLS settings, the same for equal ones.
    """

    pools: Pools
    proxies: Proxies
    egress: Egress
    trust: Callable[[Tls], ssl.SSLContext]
    now: Callable[[], float]

    def restricted(self, egress: Egress) -> Self:
        """This client under a policy; it is closed with this one. Costs nothing until something is sent."""
        return replace(self, egress=egress)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """The addresses of a host that may be dialled. Raises Permanent if it has none but others, and OSError."""
        if literal := address_of(host):
            self.egress.check(host, port, literal)
            return [literal]
        found = await Guarded(self.pools.names(self.egress), self.egress).resolve(host, port)
        return [ip_address(one["host"]) for one in found]

    async def send(self, request: Request, redact: Redactor) -> Answer:
        """One attempt; the answer has a 2xx status. Raises Temporary and Permanent."""
        try:
            outcome = await self._exchange(URL(request.url), request)
        except DeliveryError as refused:
            failure: DeliveryError | None = refused
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _failure(error, request, self.now())
        else:
            failure = _refusal(outcome, request, redact, self.now())
        # Outside of the handlers, for aiohttp's own errors hold the URL and must not travel as this one's context.
        if failure:
            raise failure
        return outcome

    async def _exchange(self, url: URL, request: Request) -> Answer:
        proxy = self.proxies.route(url.scheme, url.host or "", url.port)
        await self._permit(url, request.timeout / 2, proxied=bool(proxy))
        session = self.pools.proxied if proxy else self.pools.direct(self.egress)
        async with session.request(
            request.method,
            url.with_user(None) if url.host else url,
            data=BytesIO(request.body) if request.body else None,
            headers=_headers(url, request),
            proxy=proxy or None,
            allow_redirects=False,
            ssl=self.trust(request.tls),
            timeout=aiohttp.ClientTimeout(total=request.timeout, connect=request.timeout / 2),
        ) as response:
            return Answer(response.status, response.headers, await _beginning(response.content))

    async def _permit(self, url: URL, seconds: float, *, proxied: bool) -> None:
        """Ask the policy about what no resolver of ours is asked for: addresses, and names that a proxy resolves.

        Where a proxy's address for a name differs from ours, its own rules are what is left.
        """
        host, port = url.raw_host or "", url.port or 0
        if self.egress.everything:
            return
        if literal := address_of(host):
            self.egress.check(host, port, literal)
        elif proxied:
            for address in await self._known(host, port, seconds):
                self.egress.check(host, port, address)

    async def _known(self, host: str, port: int, seconds: float) -> list[Address | None]:
        """All addresses of a host as we know it, None for one that we cannot resolve in so many seconds."""
        with suppress(OSError):
            async with asyncio.timeout(seconds):
                return [ip_address(one["host"]) for one in await self.pools.names(self.egress).resolve(host, port)] or [
                    None
                ]
        return [None]


@asynccontextmanager
async def connect(
    environ: Mapping[str, str],
    *,
    ca: str = "",
    resolver: AbstractResolver | None = None,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Client]:
    """A client that takes its proxies from `environ` and trusts the PEM certificates `ca` everywhere, until closed.

    It is the operator's own, which may send anywhere: see `Client.restricted`.
    Raises ConfigError if one of these cannot be used.
    """
    proxies = Proxies.from_environ(environ)
    trust = lru_cache(maxsize=256)(lambda tls: context(tls, ca))
    trust(Tls())
    foreign = Foreign()
    try:
        async with aclosing(Pools(resolver or aiohttp.ThreadedResolver(), resolver or foreign)) as pools:
            yield Client(pools, proxies, Egress.open(), trust, now)
    finally:
        await foreign.close()


def _headers(url: URL, request: Request) -> dict[str, str]:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN_HEADERS}
    given = {name.lower() for name in headers}
    if url.user is not None and "authorization" not in given:
        headers["Authorization"] = aiohttp.encode_basic_auth(url.user, url.password or "")
    return {"Accept-Encoding": "identity"} | headers


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The first `ANSWER_LIMIT` bytes of an answer, or what came of it: its status has decided already."""
    body = b""
    with suppress(aiohttp.ClientError, OSError):
        while more := await content.read(ANSWER_LIMIT - len(body)):
            body += more
    return body


def _refusal(answer: Answer, request: Request, redact: Redactor, now: float) -> DeliveryError | None:
    """What an answer other than 2xx means."""
    if answer.status in _TAKEN:
        return None
    excerpt = redact.excerpt(answer.body)
    text = f"{_place(request)} answered {answer.status}" + (f": {excerpt}" if excerpt else "")
    return _by_status(answer.status, answer.headers, text, now)


def _by_status(status: int, headers: Mapping[str, str], text: str, now: float) -> DeliveryError:
    if status in _PASSING:
        return Temporary(text, status=str(status), retry_after=retry_after(headers, now))
    redirect = " (redirects are not followed)" if status in _REDIRECTS else ""
    return Permanent(text + redirect, status=str(status))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait as the header says, None where it says nothing.

    A date is taken by the receiver's own clock where it shows it, for clocks differ.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_RETRY_AFTER)
    until, their_now = _epoch(value), _epoch(headers.get("Date", ""))
    if until is None:
        return None
    return min(max(0.0, until - (their_now or now)), LONGEST_RETRY_AFTER)


def _epoch(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


_FAILURES: tuple[tuple[type[Exception], type[DeliveryError], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, Temporary, "the certificate of {place} is not trusted ({detail})"),
    (aiohttp.ClientConnectorDNSError, Temporary, "the name of {place} cannot be resolved"),
    (aiohttp.ClientProxyConnectionError, Temporary, "the proxy on the way to {place} cannot be reached ({detail})"),
    (aiohttp.ConnectionTimeoutError, Temporary, "no connection to {place} within {half:g} s"),
    (TimeoutError, Temporary, "no answer from {place} within {timeout:g} s"),
    (ssl.SSLError, Temporary, "no TLS connection to {place} ({detail})"),
    (aiohttp.ClientConnectorError, Temporary, "no connection to {place} ({detail})"),
    (aiohttp.ClientResponseError, Temporary, "{place} answered something that is not HTTP"),
    (aiohttp.ServerDisconnectedError, Temporary, "{place} closed the connection without an answer"),
    (ValueError, Permanent, "the request to {place} is not valid: look at its URL and headers"),
    (Exception, Temporary, "the connection to {place} broke ({detail})"),
)
"""What went wrong, the first that fits: whether it can pass, and how to say it. Certificates are renewed: they pass."""


def _failure(error: Exception, request: Request, now: float) -> DeliveryError:
    """What an attempt without an answer means."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        text = f"the proxy on the way to {_place(request)} answered {error.status}"
        return _by_status(error.status, error.headers or {}, text, now)
    kind, text = next((kind, text) for cause, kind, text in _FAILURES if isinstance(error, cause))
    facts = {"place": _place(request), "detail": _detail(error), "timeout": request.timeout}
    return kind(text.format_map(facts | {"half": request.timeout / 2}))


def _detail(error: Exception) -> str:
    """The system's or OpenSSL's own short words; never `str(error)`, which may hold the URL."""
    inner = getattr(error, "os_error", None) or error.__cause__ or error
    words = (getattr(inner, name, None) for name in ("verify_message", "reason", "strerror"))
    return next((word for word in words if isinstance(word, str) and word), type(inner).__name__)


def _place(request: Request) -> str:
    """The host and port of a request: all of its URL that may be shown."""
    try:
        return URL(request.url).host_port_subcomponent or "an URL without host"
    except ValueError:
        return "an URL that is none"
