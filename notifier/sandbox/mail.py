"""A mail server on loopback: it takes mails, remembers them and refuses as badly as it is asked to."""

from __future__ import annotations

import asyncio
import enum
import logging
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifier.sandbox.serving import HOST
from notifier.sandbox.waiting import Waiting

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from email.message import EmailMessage
    from types import TracebackType

NAME = "mail.sandbox.invalid"


class Stage(enum.StrEnum):
    """When in a conversation something is said: to whoever connects, to a command, or at the END of a mail."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    HELO = "HELO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "END"
    QUIT = "QUIT"


class Reply(NamedTuple):
    """What is said instead of the usual, `delay` seconds later; without `text` it is the usual after all.

    One that `hangs` says nothing ever; one that `closes` ends the connection, after the text if there is one, as do a
    421 and whatever is said to who connects. At the END a text that begins with 2 takes the mail, in these words.
    """

    text: str = ""
    delay: float = 0
    hangs: bool = False
    closes: bool = False


class Mail(NamedTuple):
    """A mail as it was taken; `at` is epoch seconds, mails of one `connection` came over the same one."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    connection: int
    at: float

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain text, its lines ended as in Python, "" if there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML, "" if there is none."""
        return self._part("html")

    @property
    def key(self) -> str:
        """The idempotency key, "" if there is none."""
        return str(self.message.get("X-Rollouts-Notifier-Key", ""))

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


@dataclass
class _Script:
    stage: Stage
    reply: Reply
    address: str
    times: float


class MailSink:
    """A mail server on loopback: `mails` holds what was taken, in order; `connections` counts those ever made.

    Everything is taken until `reply` says otherwise. `tls` is there from the start, `starttls` is offered, a `login`
    (name and password) is asked for, after STARTTLS where that is offered. `largest` is a mail's size in bytes. Port 0
    takes any that is free.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        largest: int = 2**25,
        utf8: bool = True,
    ) -> None:
        self.starttls, self.login, self.largest, self.utf8 = starttls, login, largest, utf8
        self.mails: list[Mail] = []
        self.connections = 0
        self._port, self._tls = port, tls
        self._open: set[_Conversation] = set()
        self._scripts: list[_Script] = []
        self._changed = Waiting()
        # It tells all that is said, of which a mail's text may be secret.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    @property
    def port(self) -> int:
        """Where the server is, once entered."""
        return self._port

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        return len(self._open)

    def reply(self, stage: Stage, reply: Reply | str, *, address: str = "", times: int | None = None) -> None:
        """Say this the next `times` (None: from now on) at a stage; `address` picks recipients.

        Replies that are limited are used up in the order given; of the others the latest counts.
        """
        said = reply if isinstance(reply, Reply) else Reply(reply)
        self._scripts.append(_Script(stage, said, address, float("inf") if times is None else times))

    async def wait_for(self, count: int, *, within: float = 5) -> list[Mail]:
        """Return the first `count` mails once they are there; TimeoutError if not within so many seconds."""
        await self._changed.until(lambda: len(self.mails) >= count, within)
        return self.mails[:count]

    async def wait_for_connections(self, count: int, *, within: float = 5) -> None:
        """Return once so many connections are open; TimeoutError if not within so many seconds."""
        await self._changed.until(lambda: len(self._open) == count, within)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self, loop), HOST, self._port, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for conversation in tuple(self._open):
            await conversation.end()

    def came(self, conversation: _Conversation) -> int:
        """Count a connection; its number."""
        self._open.add(conversation)
        self.connections += 1
        self._changed.notify()
        return self.connections

    def went(self, conversation: _Conversation) -> None:
        """Forget a connection."""
        self._open.discard(conversation)
        self._changed.notify()

    def take(self, envelope: Envelope, connection: int) -> None:
        """Remember a mail."""
        content = envelope.original_content or b""
        mail = Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, connection, time.time())
        self.mails.append(mail)
        self._changed.notify()

    def next_reply(self, stage: str, argument: str) -> Reply:
        """What is said to a command with this argument."""
        fitting = [script for script in self._scripts if script.stage == stage and script.address in argument]
        limited = [script for script in fitting if script.times < float("inf")]
        script = next(iter(limited), fitting[-1] if fitting else None)
        if script is None:
            return Reply()
        script.times -= 1
        if script.times <= 0:
            self._scripts.remove(script)
        return script.reply


class _Conversation(SMTP):
    """One connection to a sink."""

    def __init__(self, sink: MailSink, loop: asyncio.AbstractEventLoop) -> None:
        self._sink, self._number = sink, 0
        super().__init__(
            SimpleNamespace(handle_DATA=self._ended),
            data_size_limit=sink.largest,
            enable_SMTPUTF8=sink.utf8,
            hostname=NAME,
            ident="sandbox",
            tls_context=sink.starttls,
            # Where no login is asked for, none is offered: that takes a TLS of aiosmtpd's own.
            auth_require_tls=sink.login is None or sink.starttls is not None,
            authenticator=self._knows,
            loop=loop,
        )
        self._smtp_methods = {verb: partial(self._obey, verb, usual) for verb, usual in self._smtp_methods.items()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and go on after STARTTLS."""
        super().connection_made(transport)
        self._number = self._number or self._sink.came(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Stop, whatever the reason: nobody would ask for it."""
        super().connection_lost(None)

    async def end(self) -> None:
        """Break off and wait until nothing runs any more."""
        if self._handler_coroutine:
            self._abort()
            self._handler_coroutine.cancel()
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)

    async def _handle_client(self) -> None:
        try:
            # Who hangs up while we speak does no wrong.
            with suppress(ConnectionError), closing(self._writer):
                await self._scripted(Stage.CONNECT)
                await super()._handle_client()
        finally:
            self._sink.went(self)

    async def _obey(self, verb: str, usual: Callable[[str | None], Awaitable[None]], argument: str | None) -> None:
        text = await self._scripted(verb, argument or "")
        if not text and verb == Stage.MAIL and self._sink.login and self.session and not self.session.authenticated:
            text = "530 5.7.0 Authentication required"
        await (self.push(text) if text else usual(argument))

    async def _ended(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        text = await self._scripted(Stage.END) or f"250 2.0.0 taken as {len(self._sink.mails) + 1}"
        if text.startswith("2"):
            self._sink.take(envelope, self._number)
        return text

    async def _scripted(self, stage: str, argument: str = "") -> str:
        """The text to say instead of the usual, "" for the usual; it does not return where a connection ends."""
        reply = self._sink.next_reply(stage, argument)
        await asyncio.sleep(reply.delay)
        closes = reply.closes or reply.text.startswith("421") or (reply.text and stage == Stage.CONNECT)
        if closes and reply.text:
            await self.push(reply.text)
        if closes:
            self._abort()
        if closes or reply.hangs:
            await asyncio.Event().wait()
        return reply.text

    def _abort(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _knows(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        name, password = self._sink.login or ("", "")
        # Unhandled, or aiosmtpd would let the client wait for an answer.
        return AuthResult(success=given == LoginPassword(name.encode(), password.encode()), handled=False)
