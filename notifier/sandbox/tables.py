"""Objects as the rows and columns that `kubectl get` prints."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notifier.model import Object
    from notifier.sandbox.columns import Column
    from notifier.sandbox.kinds import Resource
    from notifier.sandbox.versions import Version

_UNITS = ((2 * 86400, 86400, "d"), (3 * 3600, 3600, "h"), (10 * 60, 60, "m"))
"""From how many seconds on an age is told in a unit of so many seconds, and the unit's letter."""


def table(resource: Resource, versions: Iterable[Version], *, include: str, now: float) -> Object:
    """Make a Table; each row holds the object's metadata, or what `include` says (`Object`, `None`)."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": [_definition(column) for column in resource.columns],
        "rows": [_row(resource, version.decode(), include, now) for version in versions],
    }


def _definition(column: Column) -> Object:
    form = "name" if column.name == "Name" else ""
    kind = "string" if column.type == "date" else column.type
    return {"name": column.name, "type": kind, "format": form, "description": column.name, "priority": 0}


def _row(resource: Resource, obj: Object, include: str, now: float) -> Object:
    row: Object = {"cells": [_cell(column, obj, now) for column in resource.columns]}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        row["object"] = {**partial, "metadata": obj["metadata"]}
    return row


def _cell(column: Column, obj: Object, now: float) -> Any:
    value = column.cell(obj)
    return _age(value, now) if column.type == "date" else value


def _age(since: str | None, now: float) -> str:
    if not since:
        return "<unknown>"
    seconds = max(0, int(now - datetime.fromisoformat(since).timestamp()))
    for least, unit, letter in _UNITS:
        if seconds >= least:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"
