"""The one way out over SMTP, and the only module that knows aiosmtplib.

A connection is kept for a burst and then closed; what a server says becomes `Temporary` or `Permanent` in one place,
with a text that holds of its words only a redacted excerpt. Once a mail was handed over, nothing is tried again here.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple

import aiosmtplib
from aiosmtplib import SMTPRecipientRefused, SMTPResponseException, SMTPServerDisconnected

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.services.dialling import Resolve, dialled
from notifier.services.egress import Address
from notifier.services.mime import Mail
from notifier.services.redaction import EXCERPT, Redactor

IDLE = 15.0
"""Seconds that a connection is kept for the next mail."""

TLS_PORT = 465
"""Where servers expect encryption from the start."""

_CLOSING = 421
_TEMPORARY, _PERMANENT = range(400, 500), range(500, 600)
_SHOWN = 5
"""Refused recipients that an error names."""

Security = Literal["auto", "starttls", "tls", "none"]
"""When a connection is encrypted: by the port and what the server offers, by STARTTLS, from the start, never."""


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """Where mail is handed in, and how; `timeout` is seconds for each thing that is waited for."""

    host: str
    port: int
    security: Security
    timeout: float
    username: str
    password: str
    trust: ssl.SSLContext
    resolve: Resolve

    @property
    def place(self) -> str:
        """Host and port, as they may be shown."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def implicit_tls(self) -> bool:
        """Whether encryption is there from the start."""
        return self.security == "tls" or (self.security == "auto" and self.port == TLS_PORT)


class Refusal(NamedTuple):
    """What a server said about one recipient it does not take."""

    recipient: str
    code: int
    words: str


class _Connection(aiosmtplib.SMTP):
    """A connection that ends when it is closed, and says what it can do before it is asked to do anything."""

    async def introduce(self) -> None:
        """Say hello, in the old way where the server does not know the new one."""
        await self._ehlo_or_helo_if_needed()

    def close(self) -> None:
        """Let go at once: TLS would wait half a minute for the other side's goodbye."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()

    def hang_up(self) -> None:
        """Say goodbye and wait for no answer."""
        if self.protocol:
            with suppress(SMTPServerDisconnected):
                self.protocol.write(b"QUIT\r\n")
        self.close()

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """Hang up if something goes wrong: what the server holds of a mail then goes with the connection."""
        try:
            yield
        except BaseException:
            self.hang_up()
            raise


class Connections:
    """Connections to one server, `most` at once."""

    def __init__(self, server: Server, redact: Redactor, most: int, *, idle: float = IDLE) -> None:
        self._server, self._redact, self._seconds = server, redact, idle
        self._room = asyncio.Semaphore(most)
        self._idle: dict[_Connection, asyncio.TimerHandle] = {}
        self._closed = False

    async def deliver(self, mail: Mail) -> str:
        """Hand in a mail; the server's last line. Raises Temporary and Permanent, with who has it all the same."""
        try:
            async with self._room:
                refusals, words = await self._exchange(mail)
        except DeliveryError as refused:
            failure: DeliveryError | None = refused
        except Exception as error:  # noqa: BLE001 - an edge: whatever it trips over, the text may hold anything
            failure = self._failure(error)
        else:
            failure = self._refused(mail, refusals)
        # Outside of the handlers, for aiosmtplib's own errors hold the server's words and must not travel as a context.
        if failure:
            raise failure
        return self._shown(words.rpartition("\n")[2])

    def close(self) -> None:
        """Close what is idle now, and the others when their mail is through."""
        self._closed = True
        for connection in tuple(self._idle):
            self._let_go(connection)

    async def _exchange(self, mail: Mail) -> tuple[list[Refusal], str]:
        """Who was refused, and what the server said in the end."""
        connection, refusals = await self._addressed(mail)
        if len(refusals) == len(mail.recipients):
            connection.hang_up()
            return refusals, ""
        with connection.or_nothing():
            answer = await connection.data(mail.content)
        self._keep(connection)
        return refusals, answer.message

    async def _addressed(self, mail: Mail) -> tuple[_Connection, list[Refusal]]:
        """A connection whose server knows now from whom and to whom; a kept one may turn out to be dead."""
        kept = self._take()
        if kept:
            try:
                return kept, await _envelope(kept, mail, self._server.place)
            except (SMTPServerDisconnected, SMTPResponseException) as error:
                if not _is_closing(error):
                    raise
        fresh = await self._opened()
        return fresh, await _envelope(fresh, mail, self._server.place)

    def _take(self) -> _Connection | None:
        """The connection used last, of those that still are one."""
        while self._idle:
            connection, timer = self._idle.popitem()
            timer.cancel()
            if connection.is_connected:
                return connection
        return None

    def _keep(self, connection: _Connection) -> None:
        if self._closed:
            connection.hang_up()
        else:
            self._idle[connection] = asyncio.get_running_loop().call_later(self._seconds, self._let_go, connection)

    def _let_go(self, connection: _Connection) -> None:
        self._idle.pop(connection).cancel()
        connection.hang_up()

    async def _opened(self) -> _Connection:
        """A new connection, encrypted and logged in as the server and the settings have it."""
        server = self._server
        sock, address = await dialled(server.host, server.port, server.timeout, server.resolve)
        connection = _Connection(
            hostname=server.host,
            sock=sock,
            use_tls=server.implicit_tls,
            start_tls=None if server.security in {"auto", "starttls"} else False,
            tls_context=server.trust,
            timeout=server.timeout,
            local_hostname=_own_name(sock),
        )
        await connection.connect()
        with connection.or_nothing():
            await connection.introduce()
            await _log_in(connection, server, address)
        return connection

    def _failure(self, error: Exception) -> DeliveryError:
        """What an attempt that did not get to its end means."""
        server = self._server
        if isinstance(error, SMTPResponseException) and error.code in (*_TEMPORARY, *_PERMANENT):
            text = f"{server.place} answered {error.code}: {self._shown(error.message)}".removesuffix(": ")
            return (Permanent if error.code in _PERMANENT else Temporary)(text, status=str(error.code))
        root = _root(error)
        text = next(text for cause, text in _FAILURES if isinstance(root, cause))
        return Temporary(text.format(place=server.place, detail=_detail(root), timeout=server.timeout))

    def _refused(self, mail: Mail, refusals: list[Refusal]) -> DeliveryError | None:
        """What it means that some recipients, or all, were refused: who is refused for now decides."""
        if not refusals:
            return None
        by_weight = sorted(refusals, key=lambda refusal: refusal.code not in _PERMANENT)
        told = "; ".join(f"{one.recipient} ({one.code} {self._shown(one.words)})" for one in by_weight[:_SHOWN])
        more = f" and {len(refusals) - _SHOWN} more" if len(refusals) > _SHOWN else ""
        decisive = by_weight[-1].code
        names = {refusal.recipient for refusal in refusals}
        return (Permanent if decisive in _PERMANENT else Temporary)(
            f"{self._server.place} refused {told}{more}",
            status=str(decisive),
            taken=tuple(one for one in mail.recipients if one not in names),
        )

    def _shown(self, words: str) -> str:
        """A server's words, on one line, without secrets, and not too many of them."""
        return self._redact(words)[:EXCERPT]


def _own_name(sock: socket.socket) -> str:
    """Our address as a name: a pod's own name says nothing outside, and looking it up takes time."""
    address = sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _log_in(connection: _Connection, server: Server, address: Address) -> None:
    """Log in where the server asks who we are; a password goes over an open line only where somebody said so."""
    encrypted = connection.get_transport_info("sslcontext") is not None
    if server.security == "starttls" and not encrypted:
        raise Permanent(f"{server.place} does not offer STARTTLS")
    if server.username and not (encrypted or address.is_loopback or server.security == "none"):
        raise Permanent(f"{server.place} offers no encryption, and without it no password is sent (unless tls: none)")
    if server.username and connection.supports_extension("auth"):
        ways = {"cram-md5": connection.auth_crammd5, "plain": connection.auth_plain, "login": connection.auth_login}
        # The first alone: aiosmtplib's own login tries all, and a server that goes away after one would seem to pass.
        way = next((ways[name] for name in connection.supported_auth_methods), None)
        if way is None:
            raise Permanent(f"{server.place} offers no way to log in with a password that we know")
        await way(server.username, server.password)


async def _envelope(connection: _Connection, mail: Mail, place: str) -> list[Refusal]:
    """Say from whom and to whom a mail is; who was refused."""
    if mail.utf8 and not connection.supports_extension("smtputf8"):
        connection.hang_up()
        raise Permanent(f"{place} takes no address that has letters beyond ASCII before the @ (SMTPUTF8)")
    encoding, options = ("utf-8", ["SMTPUTF8"]) if mail.utf8 else ("ascii", [])
    if connection.supports_extension("size"):
        options.append(f"SIZE={len(mail.content)}")
    refusals = []
    with connection.or_nothing():
        await connection.mail(mail.sender, options=options, encoding=encoding)
        for recipient in mail.recipients:
            try:
                await connection.rcpt(recipient, encoding=encoding)
            except SMTPRecipientRefused as refused:
                if _is_closing(refused):
                    raise
                refusals.append(Refusal(recipient, refused.code, refused.message))
    return refusals


def _is_closing(error: Exception) -> bool:
    """Whether a server has gone or says that it goes."""
    return isinstance(error, SMTPServerDisconnected) or getattr(error, "code", None) == _CLOSING


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "the certificate of {place} is not trusted ({detail})"),
    (ssl.SSLError, "no TLS connection to {place} ({detail})"),
    (socket.gaierror, "the name of {place} cannot be resolved"),
    (aiosmtplib.SMTPTimeoutError, "no answer from {place} within {timeout:g} s"),
    (TimeoutError, "no connection to {place} within {timeout:g} s"),
    (SMTPServerDisconnected, "{place} closed the connection"),
    (SMTPResponseException, "{place} answered something that is not SMTP"),
    (ConnectionRefusedError, "no connection to {place} ({detail})"),
    (ConnectionError, "the connection to {place} broke ({detail})"),
    (OSError, "no connection to {place} ({detail})"),
    (Exception, "the connection to {place} broke ({detail})"),
)
"""What went wrong, the first that fits, and how to say it. All of it passes: certificates are renewed."""


def _root(error: BaseException) -> BaseException:
    """What the system or OpenSSL said, from within what aiosmtplib makes of it."""
    while isinstance(error, aiosmtplib.SMTPConnectError | SMTPServerDisconnected) and error.__cause__:
        error = error.__cause__
    return error


def _detail(error: BaseException) -> str:
    """The system's or OpenSSL's own short words; never `str(error)`, which may hold the server's."""
    words = getattr(error, "verify_message", None) or getattr(error, "reason", None)
    number = getattr(error, "errno", None)
    return str(words) if words else os.strerror(number) if number else type(error).__name__
