"""The documents by which a client finds out what is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifier.sandbox import openapi
from notifier.sandbox.kinds import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notifier.model import Object
    from notifier.sandbox.kinds import Resource

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_STATUS_VERBS = ["get", "patch", "update"]
VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.0+sandbox", "platform": "rollouts-notifier/sandbox"}


def document(path: str, missing: Iterable[Resource] = ()) -> Any:
    """Return what is to be found out at a path, None if the path is none of discovery."""
    served = [resource for resource in RESOURCES if resource not in set(missing)]
    match path.strip("/").split("/"):
        case ["version"]:
            return VERSION
        case ["healthz" | "livez" | "readyz"]:
            return "ok"
        case ["openapi", "v3"]:
            return openapi.index()
        case ["openapi", "v3", *root]:
            return openapi.document("/".join(root))
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = [_group(api_version) for api_version in _api_versions(served)]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group]:
            return next((_group(found) for found in _api_versions(served) if found.startswith(f"{group}/")), None)
        case ["api", version]:
            return _resources(version, served)
        case ["apis", group, version]:
            return _resources(f"{group}/{version}", served)
    return None


def _api_versions(served: list[Resource]) -> list[str]:
    return sorted({resource.api_version for resource in served if resource.group})


def _group(api_version: str) -> Object:
    version = {"groupVersion": api_version, "version": api_version.rpartition("/")[2]}
    name = api_version.partition("/")[0]
    return {"kind": "APIGroup", "apiVersion": "v1", "name": name, "versions": [version], "preferredVersion": version}


def _resources(api_version: str, served: list[Resource]) -> Object | None:
    entries = [entry for resource in served if resource.api_version == api_version for entry in _entries(resource)]
    if not entries:
        return None
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": entries}


def _entries(resource: Resource) -> list[Object]:
    common = {"namespaced": resource.namespaced, "kind": resource.kind}
    itself = common | {"name": resource.plural, "singularName": resource.kind.lower(), "verbs": _VERBS}
    if resource.short_names:
        itself["shortNames"] = list(resource.short_names)
    status = common | {"name": f"{resource.plural}/status", "singularName": "", "verbs": _STATUS_VERBS}
    return [itself, status] if resource.has_status else [itself]
