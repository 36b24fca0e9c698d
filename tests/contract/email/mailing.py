"""A service for a sink of ours, letters for it, and what came of them."""

import ssl
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
import trustme

from notifier.errors import DeliveryError
from notifier.model import Letter, Message
from notifier.sandbox.mail import MailSink
from notifier.services.email import Email
from notifier.services.http import Client
from tests.contract.services.servers import HOST

FROM = '"Deploys, all" <deploys@shop.example>'
CA = trustme.CA()
PEM = CA.cert_pem.bytes().decode()
SECRET = "TEMPLATESECRET"
KEY = "0123456789abcdef0123456789abcdef"


@lru_cache
def server_tls(name: str = HOST, *, picky: bool = False, alpn: str = "") -> ssl.SSLContext:
    """A server's context with a certificate for `name`; who is picky wants the client's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert(name).configure_cert(context)
    if picky:
        CA.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


def service(client: Client, port: int, **more: Any) -> Email:
    """The service for a server at a port, that trusts our CA and knows what `SECRET` is."""
    return Email.from_config({"host": HOST, "port": port, "from": FROM, "ca": PEM} | more, client, frozenset({SECRET}))


def letter(recipient: str = "b@x.example", message: str = "it is done", thread: str = "", **body: Any) -> Letter:
    """A letter whose email section is `body`."""
    return Letter(recipient, Message(message, body, thread), key=KEY, created=1_700_000_000.0, attempt=1)


async def failure(email: Email, sent: Letter) -> DeliveryError:
    """The error of an attempt that must fail."""
    with pytest.raises(DeliveryError) as caught:
        await email.send(sent)
    return caught.value


async def decision(email: Email, sent: Letter) -> str:
    """What came of an attempt, in short."""
    try:
        return (await email.send(sent)).status
    except DeliveryError as error:
        return f"{type(error).__name__} {error.status}"


def shown(error: BaseException | None) -> Iterator[str]:
    """All that a logger could print of an error: its texts, its fields and those it came from."""
    while error:
        yield f"{error!s} {error!r} {vars(error)} {error.args}"
        error = error.__cause__ or error.__context__


def recipients(sink: MailSink) -> list[tuple[str, ...]]:
    """To whom each mail was."""
    return [mail.recipients for mail in sink.mails]
