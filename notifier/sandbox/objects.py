"""The verbs on single objects, and on all of a selection at once, as the API server carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from notifier.sandbox.patches import json_patch, merge_patch, strategic_merge_patch
from notifier.sandbox.status import bad_request, invalid, not_found, unsupported_media_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from notifier.model import Object
    from notifier.sandbox.calls import Call, Target
    from notifier.sandbox.kinds import Resource
    from notifier.sandbox.store import Store
    from notifier.sandbox.versions import Version

APPLY = "application/apply-patch+yaml"
STRATEGIC = "application/strategic-merge-patch+json"
PATCHES: dict[str, Callable[[Any, Any], Any]] = {
    "application/merge-patch+json": merge_patch,
    "application/json-patch+json": json_patch,
    STRATEGIC: strategic_merge_patch,
    APPLY: strategic_merge_patch,
}


async def create(store: Store, call: Call) -> Version:
    """Create the object in the body; ApiError 400, 409, 415 or 422 if that cannot be."""
    return store.create(call.resource, _addressed(await _body(call), call.target))


async def update(store: Store, call: Call) -> Version:
    """Replace an object, or its status, by the body; ApiError 400, 404, 409, 415 or 422 if that cannot be."""
    new = _addressed(await _body(call), call.target)
    if call.resource.custom and not new["metadata"].get("resourceVersion"):
        why = "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
        raise invalid(call.resource, call.target.name, why)
    return store.update(call.resource, new, subresource=call.target.subresource)


async def patch(store: Store, call: Call) -> Version:
    """Patch an object, or its status; a server-side apply creates what is missing.

    ApiError 400, 404, 409, 415 or 422 if that cannot be; custom resources take no strategic merge patch.
    """
    language = call.request.content_type
    accepted = [name for name in PATCHES if not (call.resource.custom and name == STRATEGIC)]
    if language not in accepted:
        raise unsupported_media_type(", ".join(accepted))
    target, changes = call.target, await _decoded(call)
    current = store.find(call.resource, target.namespace, target.name)
    if current is None and language == APPLY and not target.subresource:
        return store.create(call.resource, _addressed(changes, target))
    if current is None:
        raise not_found(call.resource, target.name)
    patched = PATCHES[language](current.decode(), changes)
    return store.update(call.resource, _addressed(patched, target), subresource=target.subresource)


async def delete(store: Store, call: Call) -> Object:
    """Delete an object and return the `Status` that says so; ApiError 404 or 409 if that cannot be."""
    target = call.target
    last = store.delete(call.resource, target.namespace, target.name, await _options(call)).decode()
    details = {"name": target.name, "group": call.resource.group, "kind": call.resource.plural}
    details["uid"] = last["metadata"].get("uid", "")
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


async def delete_collection(store: Store, call: Call) -> list[Version]:
    """Delete all objects of a selection and return their last versions."""
    options = await _options(call)
    selected = store.items(call.resource, call.selection())
    return [store.delete(call.resource, *version.key, options) for version in selected]


async def _body(call: Call) -> Object:
    if call.request.content_type not in ("application/json", "application/yaml", "application/octet-stream"):
        raise unsupported_media_type("application/json, application/yaml")
    body: Object = await _decoded(call)
    return body


async def _options(call: Call) -> Any:
    return await _body(call) if call.request.body_exists else None


async def _decoded(call: Call) -> Any:
    raw = await call.request.read()
    try:
        return yaml.safe_load(raw) if "yaml" in call.request.content_type else msgspec.json.decode(raw)
    except (yaml.YAMLError, msgspec.DecodeError) as error:
        raise bad_request("the body of the request cannot be decoded") from error


def _addressed(obj: Any, target: Target) -> Object:
    """Return an object of which what its path says is filled in; ApiError 400 if the two contradict each other."""
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
        raise bad_request("the body is no object with metadata")
    _check_kind(obj, target.resource)
    metadata = dict(obj["metadata"])
    for part, said in (("namespace", target.namespace), ("name", target.name)):
        if said and metadata.setdefault(part, said) != said:
            raise bad_request(f"the {part} of the object ({metadata[part]}) does not match the one on the URL ({said})")
    if target.resource.namespaced and not metadata.get("namespace"):
        raise bad_request("an empty namespace may not be set during creation")
    return {**obj, "metadata": metadata}


def _check_kind(obj: Object, resource: Resource) -> None:
    said = obj.get("apiVersion", resource.api_version), obj.get("kind", resource.kind)
    if said != (resource.api_version, resource.kind):
        raise bad_request(f"{said[0]} {said[1]} in the body, {resource.api_version} {resource.kind} on the URL")
