"""Email: one mail for all recipients of a subscription, configured as in Argo, over connections that are kept a while.

Where the template has no section for email, the plain message is the body and its first line the subject.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PlainValidator, field_validator, model_validator

from notifier.model import Letter, Receipt
from notifier.services.http import Client
from notifier.services.mime import Mailbox, domain_in_ascii, mailboxes, written
from notifier.services.options import HttpOptions, Options
from notifier.services.redaction import Redactor
from notifier.services.service import Limits
from notifier.services.smtp import TLS_PORT, Connections, Security, Server

_ARGOS_KEY = "insecure_skip_verify"
_SUBMISSION_PORT = 587
_WITH_PORT = re.compile(r"([^:]+|\[.*\]):\d+")


def _sender(value: object) -> Mailbox:
    with suppress(ValueError):
        (found,) = mailboxes(str(value))
        return found
    raise ValueError('not one mail address, such as deploys@example.com or "Deploys" <deploys@example.com>')


class EmailOptions(HttpOptions):
    """Argo's options and ours; without `port` the one that is usual for `tls`."""

    host: str
    port: Annotated[int | None, Field(ge=1, le=65_535)] = None
    username: str = ""
    password: str = ""
    sender: Annotated[Mailbox, PlainValidator(_sender), Field(alias="from")]
    html: bool = False
    security: Annotated[Security, Field(alias="tls")] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _as_argo_spells(cls, config: object) -> object:
        """Of all services' options in Argo this one alone is in snake case."""
        if not isinstance(config, Mapping):
            return config
        return {"insecureSkipVerify" if str(key).lower() == _ARGOS_KEY else key: value for key, value in config.items()}

    @field_validator("host")
    @classmethod
    def _reachable(cls, host: str) -> str:
        """Anything else would fail at every attempt."""
        bare = host.strip().removeprefix("[").removesuffix("]").removesuffix(".")
        with suppress(ValueError):
            return str(ip_address(bare))
        if _WITH_PORT.fullmatch(host.strip()):
            raise ValueError("the port is an option of its own, `port`")
        if not (name := domain_in_ascii(bare)):
            raise ValueError("not the name or the address of a host")
        return name

    @staticmethod
    def recipient_fault(recipient: str) -> str:
        """See `Options`."""
        try:
            return "" if mailboxes(recipient) else "names no mail address: write one, or several with commas"
        except ValueError as error:
            return str(error)

    def server(self, client: Client) -> Server:
        """Where mail is handed in. Raises ConfigError if the TLS settings cannot be used."""
        return Server(
            host=self.host,
            port=self.port or (TLS_PORT if self.security == "tls" else _SUBMISSION_PORT),
            security=self.security,
            timeout=self.timeout,
            username=self.username,
            password=self.password,
            trust=client.trust(replace(self.tls(client), alpn="")),
            resolve=client.addresses,
        )

    def secrets(self) -> set[str]:
        """What of the options an answer must not show, in the forms in which it is sent."""
        return {self.key, self.password, f"\0{self.username}\0{self.password}"} if self.password else {self.key}


class Email:
    """A configured mail server; the recipient of a letter is one address, or several with commas."""

    section: ClassVar[str] = "email"
    options_model: ClassVar[type[Options]] = EmailOptions

    def __init__(self, options: EmailOptions, client: Client, secrets: frozenset[str]) -> None:
        self._options = options
        redact = Redactor(secrets | options.secrets())
        self._connections = Connections(options.server(client), redact, self.default_limits().concurrency)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], client: Client, secrets: frozenset[str]) -> Self:
        """See `Service`."""
        return cls(EmailOptions.read(config), client, secrets)

    @classmethod
    def default_limits(cls) -> Limits:
        """What a relay takes from one client without being asked; a burst goes over few connections."""
        return Limits(rate=20, burst=20, concurrency=4)

    def place(self, recipient: str) -> str:
        """See `Service`: all share what the receiver bears."""
        del recipient
        return ""

    async def send(self, letter: Letter) -> Receipt:
        """See `Service`. What a server has taken is done, whatever it says afterwards."""
        mail = written(letter, self._options.sender, html=self._options.html)
        if not mail.recipients:
            return Receipt(status="250", detail="all recipients have it already")
        return Receipt(status="250", detail=await self._connections.deliver(mail))

    async def close(self) -> None:
        """See `Service`."""
        self._connections.close()
