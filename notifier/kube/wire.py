"""What the API server says, decoded no further than needed: objects stay the bytes they came as. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import msgspec

from notifier.kube.errors import Garbled, refusal
from notifier.model import ChangeType, Uid

if TYPE_CHECKING:
    from notifier.kube.resources import Resource

_T = TypeVar("_T")


class Item(NamedTuple):
    """An object's JSON, apiVersion and kind included, and what tells it from others and from its earlier self."""

    uid: Uid
    resource_version: str
    raw: bytes


class Page(NamedTuple):
    """A part of a list; `token` asks for the next one, "" where there is none."""

    items: list[Item]
    resource_version: str
    token: str


class Told(NamedTuple):
    """One line of a watch; a BOOKMARK's item is no object, only a place."""

    type: ChangeType | Literal["BOOKMARK"]
    item: Item


class _Meta(msgspec.Struct, rename="camel"):
    resource_version: str
    uid: str = ""


class _Head(msgspec.Struct, rename="camel"):
    metadata: _Meta
    api_version: str = ""
    kind: str = ""


class _ListMeta(msgspec.Struct):
    resource_version: str = msgspec.field(name="resourceVersion")
    token: str = msgspec.field(name="continue", default="")


class _List(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None


class _Line(msgspec.Struct):
    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: msgspec.Raw


_HEAD = msgspec.json.Decoder(_Head)
_LIST = msgspec.json.Decoder(_List)
_LINE = msgspec.json.Decoder(_Line)


def page(body: bytes, resource: Resource) -> Page:
    """A list's answer. Raises Garbled for what is none."""
    decoded = _decoded(_LIST, body)
    if not decoded.metadata.resource_version:
        raise Garbled("a list without a resourceVersion")
    items = [_item(raw, resource) for raw in decoded.items or ()]
    return Page(items, decoded.metadata.resource_version, decoded.metadata.token)


def told(line: bytes, resource: Resource) -> Told:
    """A watch's line. Raises Garbled for what is none, and what an ERROR event stands for."""
    decoded = _decoded(_LINE, line)
    if decoded.type == "ERROR":
        raise refusal(0, bytes(decoded.object))
    return Told(decoded.type, _item(decoded.object, resource))


def _item(raw: msgspec.Raw, resource: Resource) -> Item:
    head = _decoded(_HEAD, raw)
    return Item(Uid(head.metadata.uid), head.metadata.resource_version, _whole(bytes(raw), head, resource))


def _whole(raw: bytes, head: _Head, resource: Resource) -> bytes:
    """The object with apiVersion and kind, which a list says once and not for each of its items."""
    missing = {}
    if not head.api_version:
        missing["apiVersion"] = resource.api_version
    if not head.kind:
        missing["kind"] = resource.kind
    return msgspec.json.encode(missing)[:-1] + b"," + raw[1:] if missing else raw


def _decoded(decoder: msgspec.json.Decoder[_T], data: bytes | msgspec.Raw) -> _T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Garbled(f"not what a Kubernetes API server says: {error}") from None
