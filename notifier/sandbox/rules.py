"""What the API server does to an object before it keeps it: who owns which part of it. Pure."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from notifier.sandbox.status import conflict, invalid

if TYPE_CHECKING:
    from notifier.model import Object
    from notifier.sandbox.kinds import Resource

_SERVER_OWNED = ("uid", "creationTimestamp", "generation", "namespace", "name")
_STALE = "the object has been modified; please apply your changes to the latest version and try again"


def newborn(resource: Resource, obj: Object, now: str) -> Object:
    """Return an object as it is created at a time (RFC 3339); a status is left out where it is a subresource."""
    content = _without_status(obj) if resource.has_status else obj
    metadata = {name: value for name, value in obj["metadata"].items() if name != "resourceVersion"}
    generated = uuid.uuid4()
    if "name" not in metadata and "generateName" in metadata:
        metadata["name"] = metadata["generateName"] + generated.hex[:5]
    if not metadata.get("name"):
        raise invalid(resource, "", "metadata.name: Required value: name or generateName is required")
    metadata |= {"uid": str(generated), "creationTimestamp": now}
    if resource.counts_generations:
        metadata["generation"] = 1
    return {**content, "metadata": metadata}


def successor(resource: Resource, old: Object, new: Object, *, subresource: str = "") -> Object:
    """Return what an object becomes when somebody writes `new` over `old`, to it or to its subresource.

    ApiError 409 if `new` was made from another version or is meant for another object of that name.
    """
    _check_preconditions(resource, old, new)
    if subresource == "status":
        return {**old, "status": new.get("status", {})}
    content = _with_status_of(old, new) if resource.has_status else new
    owned = {name: old["metadata"][name] for name in _SERVER_OWNED if name in old["metadata"]}
    if resource.counts_generations and _counted(resource, old) != _counted(resource, content):
        owned["generation"] = owned.get("generation", 0) + 1
    metadata = new["metadata"] | owned | {"resourceVersion": old["metadata"]["resourceVersion"]}
    metadata.pop("managedFields", None)
    return {**content, "metadata": metadata}


def check_deletable(resource: Resource, old: Object, options: Any) -> None:
    """Hold a deletion to its preconditions; ApiError 409 if one does not hold."""
    preconditions = (options or {}).get("preconditions") or {}
    _check_preconditions(resource, old, {"metadata": preconditions})


def _check_preconditions(resource: Resource, old: Object, new: Object) -> None:
    kept, wanted = old["metadata"], new["metadata"]
    if wanted.get("uid") not in (None, kept.get("uid")):
        raise conflict(resource, kept["name"], "Precondition failed: UID in precondition and in object meta differ")
    if wanted.get("resourceVersion") not in (None, "", kept["resourceVersion"]):
        raise conflict(resource, kept["name"], _STALE)


def _counted(resource: Resource, obj: Object) -> Object:
    content = _without_status(obj) if resource.has_status else obj
    return {name: value for name, value in content.items() if name != "metadata"}


def _without_status(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name != "status"}


def _with_status_of(old: Object, new: Object) -> Object:
    return _without_status(new) | ({"status": old["status"]} if "status" in old else {})
