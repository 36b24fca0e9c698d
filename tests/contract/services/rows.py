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
    "token": "xoxb-TOKENSECRET",
}
"""What must never be seen; each row says where a service has it."""


@dataclass(frozen=True)
class Row:
    """A service's part in the contract; `sent` names what of `PLANTED` a receiver gets to see as it is.

    A decision is a receipt's status, or an error's kind and status: `taken` where the answer is `servers.TAKEN`, by its
    HTTP status; `unread` where nothing can be made of the body; of some refusals, given as HTTP status and body.
    """

    type: str
    config: Callable[[str], dict[str, Any]]
    message: Message
    sent: tuple[str, ...]
    bulk: Callable[[str], dict[str, Any]]
    refusals: Mapping[tuple[int, bytes], str]
    taken: Callable[[int], str] = str
    unread: Callable[[int], str] = str

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


def _slack(url: str) -> dict[str, Any]:
    return {"token": PLANTED["token"], "apiURL": f"{url}/api", "signingSecret": PLANTED["signing"]}


ROWS: Mapping[str, Row] = {
    row.type: row
    for row in (
        Row(
            type="webhook",
            config=_webhook,
            message=Message("it is done", {"body": f"done {PLANTED['template']}"}),
            sent=("path", "header", "template"),
            bulk=lambda text: {"body": text},
            refusals={(410, b"gone"): "Permanent 410", (503, b"busy"): "Temporary 503"},
        ),
        Row(
            type="slack",
            config=_slack,
            message=Message("it is done", {"text": f"done {PLANTED['template']}"}),
            sent=("token", "template"),
            bulk=lambda text: {"attachments": [{"text": text}]},
            refusals={
                (200, b'{"ok": false, "error": "is_archived"}'): "Permanent is_archived",
                (200, b'{"ok": false, "error": "internal_error"}'): "Temporary internal_error",
                (429, b'{"ok": false, "error": "ratelimited"}'): "Temporary 429",
            },
            taken=lambda _status: "ok",
            unread=lambda _status: "Temporary ",
        ),
    )
}
