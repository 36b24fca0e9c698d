"""Kubernetes objects of one Rollout and its children, small enough to know by heart."""

from __future__ import annotations

from typing import Any

import msgspec

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object
from notifier.objects import Objects, slim

ROOT = "rollout-uid"


def rollout(revision: str = "2", pod_hash: str = "abc", **spec: Any) -> Object:
    """A Rollout."""
    return {
        "kind": "Rollout",
        "metadata": {"name": "cart", "namespace": "shop", "uid": ROOT, "annotations": {REVISION_ANNOTATION: revision}},
        "spec": spec,
        "status": {"currentPodHash": pod_hash},
    }


def child(name: str, revision: str = "2", pod_hash: str = "abc", created: str = "2026-11-21T08:00:00Z") -> Object:
    """An AnalysisRun or a ReplicaSet; its name is its uid too."""
    return {
        "metadata": {
            "name": name,
            "uid": name,
            "creationTimestamp": created,
            "labels": {HASH_LABEL: pod_hash},
            "annotations": {REVISION_ANNOTATION: revision},
        },
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": name}]}}},
    }


def keep(objects: Objects, kind: Kind, found: Object, version: int = 1, root: str = ROOT) -> None:
    """Put an object where it belongs."""
    objects.put(kind, found["metadata"]["uid"], version, root, slim(msgspec.json.encode(found)))
