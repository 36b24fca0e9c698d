"""What the store keeps: versions of objects, encoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from notifier.sandbox.columns import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifier.model import ChangeType, Object
    from notifier.sandbox.kinds import Resource


class Key(NamedTuple):
    """An object's place among those of its kind; the namespace is "" for cluster-wide kinds."""

    namespace: str
    name: str


class Version(NamedTuple):
    """An object as it was at one resourceVersion; `raw` is its JSON, the rest what selectors ask for."""

    resource: Resource
    key: Key
    resource_version: int
    raw: bytes
    labels: Mapping[str, str]
    fields: Mapping[str, str]

    def decode(self) -> Object:
        """Return the object, the caller's to change."""
        decoded: Object = msgspec.json.decode(self.raw)
        return decoded

    @property
    def item(self) -> bytes:
        """Its JSON as a list shows it: of built-in kinds a list's items name neither apiVersion nor kind."""
        return self.raw if self.resource.custom else b"{" + self.raw[len(self.resource.head) :]

    def restamped(self, resource_version: int) -> Version:
        """Return the same state as of another resourceVersion."""
        return version(self.resource, self.decode(), resource_version)


class Write(NamedTuple):
    """One change of one object; `before` is None when it was created."""

    type: ChangeType
    version: Version
    before: Version | None


def version(resource: Resource, obj: Object, resource_version: int) -> Version:
    """Encode an object at a resourceVersion; its `managedFields` are not kept."""
    metadata = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    metadata["resourceVersion"] = str(resource_version)
    content = {name: value for name, value in obj.items() if name not in ("apiVersion", "kind")} | {
        "metadata": metadata
    }
    key = Key(metadata.get("namespace", ""), metadata["name"])
    raw = resource.head + msgspec.json.encode(content)[1:]
    return Version(resource, key, resource_version, raw, metadata.get("labels") or {}, _fields(resource, obj))


def _fields(resource: Resource, obj: Object) -> dict[str, str]:
    return {path: _text(lookup(obj, path)) for path in resource.selectable}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
