"""Listing: a consistent snapshot, in pages if the client likes."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from notifier.sandbox.status import ApiError, bad_request, expired
from notifier.sandbox.tables import table
from notifier.sandbox.versions import Key

if TYPE_CHECKING:
    from notifier.model import Object
    from notifier.sandbox.calls import Call
    from notifier.sandbox.kinds import Resource
    from notifier.sandbox.store import Store
    from notifier.sandbox.versions import Version

_TOKEN_EXPIRED = "The provided continue parameter is too old to display a consistent list result"  # noqa: S105 - a message


class _Token(NamedTuple):
    """Where a list goes on: the resourceVersion of its snapshot, and the last object shown."""

    resource_version: int
    last: Key

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()


class Page(NamedTuple):
    """A part of a list; `token` is "" on the last."""

    resource: Resource
    versions: list[Version]
    resource_version: int
    token: str = ""
    remaining: int = 0

    def body(self) -> bytes:
        """Return the list as JSON."""
        head = {"apiVersion": self.resource.api_version, "kind": f"{self.resource.kind}List", "metadata": self.metadata}
        items = b",".join(version.item for version in self.versions)
        return msgspec.json.encode(head)[:-1] + b',"items":[' + items + b"]}"

    def table(self, include: str, now: float) -> bytes:
        """Return the list as rows and columns."""
        rows = table(self.resource, self.versions, include=include, now=now)
        return msgspec.json.encode(rows | {"metadata": self.metadata})

    @property
    def metadata(self) -> Object:
        """What a list says about itself."""
        own = {"resourceVersion": str(self.resource_version)}
        return own | {"continue": self.token, "remainingItemCount": self.remaining} if self.token else own


def page(store: Store, call: Call) -> Page:
    """Return what a list request asks for.

    ApiError 400 if a parameter cannot be read, 410 if the snapshot is compacted away, 504 if it is yet to come.
    """
    token = _parse(call.text("continue"))
    at = token.resource_version if token else _asked_version(store, call)
    versions = _snapshot(store, call, at)
    start = _after(versions, token.last) if token else 0
    end = start + (call.number("limit") or len(versions))
    shown, rest = versions[start:end], len(versions) - end
    if rest <= 0:
        return Page(call.resource, shown, at)
    return Page(call.resource, shown, at, str(_Token(at, shown[-1].key)), rest)


def _asked_version(store: Store, call: Call) -> int:
    """Return which state is asked for: `resourceVersion` is only a lower bound unless it shall match exactly."""
    asked = call.number("resourceVersion")
    if call.text("resourceVersionMatch") == "Exact":
        return asked
    return max(asked, store.resource_version)


def _snapshot(store: Store, call: Call, at: int) -> list[Version]:
    try:
        return store.items(call.resource, call.selection(), at=at)
    except ApiError as error:
        if call.text("continue") and error.reason == "Expired":
            raise expired(_TOKEN_EXPIRED) from error
        raise


def _after(versions: list[Version], last: Key) -> int:
    return sum(version.key <= last for version in versions)


def _parse(token: str) -> _Token | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token), type=_Token) if token else None
    except (binascii.Error, msgspec.MsgspecError) as error:
        raise bad_request("continue key is not valid") from error
