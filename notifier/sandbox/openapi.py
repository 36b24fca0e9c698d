"""As much OpenAPI as kubectl asks for before it leaves the validation of what it sends to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifier.sandbox.kinds import RESOURCES

if TYPE_CHECKING:
    from notifier.model import Object
    from notifier.sandbox.kinds import Resource

_INFO = {"title": "rollouts-notifier sandbox", "version": "v1"}
_PARAMETERS = [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]


def index() -> Object:
    """Return where the document of each group and version is."""
    paths = {_root(resource): {"serverRelativeURL": f"/openapi/v3/{_root(resource)}"} for resource in RESOURCES}
    return {"paths": paths}


def document(root: str) -> Object | None:
    """Return what can be patched below a root such as `apis/apps/v1`, None if nothing is served there."""
    served = [resource for resource in RESOURCES if _root(resource) == root]
    if not served:
        return None
    return {"openapi": "3.0.0", "info": _INFO, "paths": {_path(resource): _patchable(resource) for resource in served}}


def _root(resource: Resource) -> str:
    return f"{'apis' if resource.group else 'api'}/{resource.api_version}"


def _path(resource: Resource) -> str:
    place = "namespaces/{namespace}/" if resource.namespaced else ""
    return f"/{_root(resource)}/{place}{resource.plural}/{{name}}"


def _patchable(resource: Resource) -> Object:
    version = resource.api_version.rpartition("/")[2]
    kind = {"group": resource.group, "version": version, "kind": resource.kind}
    return {"patch": {"parameters": _PARAMETERS, "responses": {}, "x-kubernetes-group-version-kind": kind}}
