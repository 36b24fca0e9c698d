"""Webhooks: any HTTP endpoint, configured as in Argo, signed and authenticated in more ways.

Where the template has no section for this webhook, the plain message is the body, as in Argo. The method defaults to
POST when there is a body and to GET when there is none (Argo: always GET).
"""

import base64
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from notifier import __version__
from notifier.errors import Permanent
from notifier.model import COMPONENT, Letter, Message, Receipt
from notifier.services.durations import seconds_from_nanoseconds
from notifier.services.http import Client, Request
from notifier.services.options import Headers, HttpOptions, HttpUrl, Options
from notifier.services.redaction import Redactor
from notifier.services.service import Limits
from notifier.services.signing import body_digest, signing_keys, standard_webhook

_GoDuration = Annotated[float, BeforeValidator(seconds_from_nanoseconds)]
_PUBLIC_HEADERS = frozenset({"accept", "content-type", "user-agent"})
_SECRET_LENGTH = 5


class BasicAuth(Options):
    """A user's name and password."""

    username: str = ""
    password: str = ""

    def pair(self) -> str:
        """Both, as they are encoded into the header."""
        return f"{self.username}:{self.password}"


class WebhookOptions(HttpOptions):
    """Argo's options and ours; Argo's about retries are accepted, but the outbox decides."""

    url: HttpUrl
    headers: Headers = {}
    basic_auth: BasicAuth | None = None
    retry_wait_min: _GoDuration = 0
    retry_wait_max: _GoDuration = 0
    retry_max: int = 0
    secret: str = ""
    hmac_header: str = ""

    @field_validator("secret")
    @classmethod
    def _usable(cls, secret: str) -> str:
        signing_keys(secret)
        return secret

    @model_validator(mode="after")
    def _key_to_sign_with(self) -> Self:
        if self.hmac_header and not self.secret.split():
            raise ValueError("hmacHeader needs a secret to sign with")
        return self

    def secrets(self) -> set[str]:
        """What of the options an answer must not show, in the forms in which it is sent."""
        headers = {value for name, value in self.headers.items() if name.lower() not in _PUBLIC_HEADERS}
        tokens = {word for value in headers for word in value.split()[1:]}
        basic = {self.basic_auth.password, self.basic_auth.pair()} if self.basic_auth else set()
        return {self.key, *self.secret.split(), *_parts(self.url), *headers, *tokens, *basic}


class Section(BaseModel):
    """What a template says for a webhook; a body that is no text is sent as JSON."""

    model_config = ConfigDict(hide_input_in_errors=True)

    method: str = ""
    path: str = ""
    body: Any = ""
    headers: Headers = Field(default_factory=dict)

    def content(self) -> bytes:
        """The body as it is sent."""
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else msgspec.json.encode(self.body)

    def is_json(self) -> bool:
        """Whether we know that the body is JSON, because we made it."""
        return not isinstance(self.body, str | None)


class Webhook:
    """A configured webhook; the recipient of a letter means nothing to it."""

    section: ClassVar[str] = "webhook"
    options_model: ClassVar[type[Options]] = WebhookOptions

    def __init__(self, options: WebhookOptions, client: Client, secrets: frozenset[str]) -> None:
        self._options, self._client = options, client
        self._tls = options.tls(client)
        self._redact = Redactor(secrets | options.secrets())
        client.trust(self._tls)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], client: Client, secrets: frozenset[str]) -> Self:
        """See `Service`."""
        return cls(WebhookOptions.read(config), client, secrets)

    @classmethod
    def default_limits(cls) -> Limits:
        """Machines take much; the cap keeps one that hangs from taking all connections."""
        return Limits(rate=1000, burst=100, concurrency=32)

    def place(self, recipient: str) -> str:
        """See `Service`: all share what the receiver bears."""
        del recipient
        return ""

    async def send(self, letter: Letter) -> Receipt:
        """See `Service`."""
        section = _section(letter.message)
        body = section.content()
        request = Request(
            method=section.method.strip().upper() or ("POST" if body else "GET"),
            url=joined(self._options.url, section.path),
            body=body,
            headers=self._headers(letter, section, body),
            timeout=self._options.timeout,
            tls=self._tls,
        )
        answer = await self._client.send(request, self._redact)
        return Receipt(status=str(answer.status), detail=self._redact.excerpt(answer.body))

    async def close(self) -> None:
        """See `Service`: the connections are the client's."""

    def _headers(self, letter: Letter, section: Section, body: bytes) -> dict[str, str]:
        """Ours that may be changed, those of the service, those of the template, ours that may not."""
        json = {"Content-Type": "application/json"} if section.is_json() else {}
        basic = self._options.basic_auth
        return merged(
            {"User-Agent": f"{COMPONENT}/{__version__}"} | json,
            self._options.headers,
            section.headers,
            {"Authorization": f"Basic {base64.b64encode(basic.pair().encode()).decode()}"} if basic else {},
            {"Idempotency-Key": letter.key},
            self._signatures(letter.key, body),
        )

    def _signatures(self, key: str, body: bytes) -> dict[str, str]:
        keys = signing_keys(self._options.secret)
        if not keys:
            return {}
        digest = {self._options.hmac_header: body_digest(keys[0], body)} if self._options.hmac_header else {}
        return standard_webhook(keys, key, int(self._client.now()), body) | digest


def joined(url: str, path: str) -> str:
    """`url` with `path` below its own path and both their queries; the host is always the one of `url`.

    Raises Permanent for a path that would climb out of there.
    """
    if not path.strip():
        return url
    if not {".", ".."}.isdisjoint(re.split(r"[/\\]", unquote(path.partition("?")[0].strip()))):
        raise Permanent("the template's path holds . or .. as a segment")
    tail, _, query = path.strip().lstrip("/").replace("#", "%23").partition("?")
    base = urlsplit(url)
    queries = "&".join(filter(None, (base.query, query)))
    return urlunsplit((base.scheme, base.netloc, f"{base.path.rstrip('/')}/{tail}", queries, ""))


def merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """All headers of all layers; of the same name in any capitals the last wins."""
    headers = {name.lower(): (name, value) for layer in layers for name, value in layer.items()}
    return dict(headers.values())


def _section(message: Message) -> Section:
    try:
        return Section.model_validate(message.body or {"body": message.message})
    except ValidationError as error:
        keys = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
    raise Permanent(f"the template's webhook section is not valid: look at {keys}")


def _parts(url: str) -> set[str]:
    """Pieces of a URL that may be secret; the shortest are left out, for they are words and numbers."""
    split = urlsplit(url)
    pieces = {split.path.rstrip("/"), split.query, *(value for _, value in parse_qsl(split.query))}
    user, password = unquote(split.username or ""), unquote(split.password or "")
    return {piece for piece in pieces | {user, password, f"{user}:{password}"} if len(piece) >= _SECRET_LENGTH}
