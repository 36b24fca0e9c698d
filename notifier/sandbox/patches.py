"""The patch languages: JSON merge patch (RFC 7386), JSON patch (RFC 6902), enough of Kubernetes' strategic one.

Pure: none changes what it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifier.sandbox.status import ApiError, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "conditions": "type",
    "ownerReferences": "uid",
}
"""Lists that a strategic merge patch takes for mappings, and what tells their entries apart."""


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch: null removes, everything but objects replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def strategic_merge_patch(target: Any, patch: Any) -> Any:
    """Apply a strategic merge patch; of its directives `$patch: delete` is obeyed and the rest left out."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif name in _MERGE_KEYS and isinstance(value, list):
            merged[name] = _merge_list(merged.get(name) or [], value, _MERGE_KEYS[name])
        elif not name.startswith("$"):
            merged[name] = strategic_merge_patch(merged.get(name), value)
    return merged


def _merge_list(target: list[Any], patch: list[Any], key: str) -> list[Any]:
    merged = {entry.get(key): entry for entry in target}
    for entry in patch:
        if entry.get("$patch") == "delete":
            merged.pop(entry.get(key), None)
        else:
            merged[entry.get(key)] = strategic_merge_patch(merged.get(entry.get(key)), entry)
    return list(merged.values())


def json_patch(target: Any, operations: Any) -> Any:
    """Apply a JSON patch; ApiError 400 if it is none, 422 if a path does not exist or a test fails."""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch is a list of operations")
    for operation in operations:
        try:
            target = _OPERATIONS[operation["op"]](target, operation)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            message = f"the JSON patch cannot be applied: {operation}"
            raise ApiError(422, "Invalid", message) from error
    return target


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise ValueError(text)
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _value(target: Any, path: list[str]) -> Any:
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    return target


def _changed(target: Any, path: list[str], change: Callable[[Any, str], None]) -> Any:
    """Return a copy in which `change` was made to the container that the path's last part is in."""
    container = dict(target) if isinstance(target, dict) else list(target)
    if len(path) == 1:
        change(container, path[0])
    else:
        place: Any = int(path[0]) if isinstance(container, list) else path[0]
        container[place] = _changed(container[place], path[1:], change)
    return container


def _insert(container: Any, part: str, value: Any) -> None:
    if isinstance(container, list):
        place = len(container) if part == "-" else int(part)
        if not 0 <= place <= len(container):
            raise IndexError(part)
        container.insert(place, value)
    else:
        container[part] = value


def _remove(container: Any, part: str) -> None:
    del container[int(part) if isinstance(container, list) else part]


def _add(target: Any, operation: dict[str, Any]) -> Any:
    path, value = _pointer(operation["path"]), operation["value"]
    return _changed(target, path, lambda container, part: _insert(container, part, value)) if path else value


def _delete(target: Any, operation: dict[str, Any]) -> Any:
    return _changed(target, _pointer(operation["path"]), _remove)


def _replace(target: Any, operation: dict[str, Any]) -> Any:
    return _add(_delete(target, operation), operation) if operation["path"] else operation["value"]


def _copy(target: Any, operation: dict[str, Any]) -> Any:
    return _add(target, {"path": operation["path"], "value": _value(target, _pointer(operation["from"]))})


def _move(target: Any, operation: dict[str, Any]) -> Any:
    value = _value(target, _pointer(operation["from"]))
    return _add(_delete(target, {"path": operation["from"]}), {"path": operation["path"], "value": value})


def _test(target: Any, operation: dict[str, Any]) -> Any:
    if _value(target, _pointer(operation["path"])) != operation["value"]:
        raise ValueError(operation["path"])
    return target


_OPERATIONS = {"add": _add, "remove": _delete, "replace": _replace, "copy": _copy, "move": _move, "test": _test}
