"""Argo's objects in, ours and the report out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from notifier.migration.migrating import Wishes, migrate
from notifier.validation.configuration import is_ours
from notifier.validation.documents import File, Manifest, read

RECORDINGS = Path(__file__).parents[2] / "recordings"
ARGOS = RECORDINGS / "argo" / "configmap.yaml"
NAME = "argo-rollouts-notification-configmap"


class Result(NamedTuple):
    """The entries of our ConfigMap, what is said of each entry, and all objects."""

    data: dict[str, str]
    said: dict[str, list[str]]
    objects: tuple[dict[str, Any], ...]


def migrated(data: Mapping[str, Any], *others: dict[str, Any], wishes: Wishes | None = None) -> Result:
    """Migrate a ConfigMap with these entries, beside other objects."""
    config_map = {"kind": "ConfigMap", "metadata": {"name": NAME, "namespace": "argo-rollouts"}, "data": dict(data)}
    return of_text(yaml.safe_dump_all([config_map, *others]), wishes)


def of_text(text: str, wishes: Wishes | None = None) -> Result:
    """Migrate the ConfigMap in a file's text."""
    manifests = [part for part in read(File("argo.yaml", text)) if isinstance(part, Manifest)]
    (config_map,) = filter(is_ours, manifests)
    found = migrate(config_map, [m for m in manifests if m.kind == "Secret"], wishes or Wishes())
    said: dict[str, list[str]] = {}
    for line in found.lines:
        said.setdefault(line.key, []).append(": ".join(filter(None, (line.verdict, line.message))))
    return Result(found.objects[0]["data"], said, found.objects)


def secret(**values: str) -> dict[str, Any]:
    """Argo's Secret."""
    metadata = {"name": "argo-rollouts-notification-secret", "namespace": "argo-rollouts"}
    return {"kind": "Secret", "metadata": metadata, "stringData": values}
