"""One row for each service: how it is configured for a receiver of ours, with every secret it can have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from notifier.model import Letter, Message
from notifier.services import SERVICES, Service
from notifier.services.http import Client

PLANTED = {
    "path": "T0PATHSECRET/B0",
    "query": "QUERYSECRET+/=",
    "header": "HEADERSECRET",
    "password": "PASSWORD secret\"'",
    "template": "TEMPLATESECRET",
    "signing": "SIGNINGSECRET",
}
"""What must never be seen; each row says where a service has it."""


@dataclass(frozen=True)
class Row:
    """A service's part in the contract; `sent` names what of `PLANTED` a receiver gets to see as it is."""

    type: str
    config: Callable[[str], dict[str, Any]]
    message: Message
    sent: tuple[str, ...]

    def service(self, client: Client, url: str, secrets: frozenset[str] | None = None, **more: object) -> Service:
        """The service for a receiver at `url`, with `more` options."""
        known = frozenset(PLANTED.values()) if secrets is None else secrets
        return SERVICES[self.type].from_config(self.config(url) | more, client, known)

    def letter(self, **body: object) -> Letter:
        """One letter; `body` goes over the row's own section."""
        message = Message(self.message.message, self.message.body | body)
        return Letter(recipient="#deploys", message=message, key="key-1", created=0.0, attempt=1)


def _webhook(url: str) -> dict[str, Any]:
    return {
        "url": f"{url}/{PLANTED['path']}?token=QUERYSECRET%2B%2F%3D",
        "headers": [{"name": "X-Token", "value": PLANTED["header"]}],
        "basicAuth": {"username": "ci", "password": PLANTED["password"]},
        "secret": PLANTED["signing"],
        "hmacHeader": "X-Signature",
        "timeout": "10s",
    }


ROWS: Mapping[str, Row] = {
    row.type: row
    for row in (
        Row(
            type="webhook",
            config=_webhook,
            message=Message("it is done", {"body": f"done {PLANTED['template']}"}),
            sent=("path", "header", "template"),
        ),
    )
}
