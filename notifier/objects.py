"""The objects this process has seen last, kept small: what templates and conditions look at.

Only words and conditions depend on them. What happened is derived from digests alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from notifier.model import HASH_LABEL, REVISION_ANNOTATION, Kind, Object

_FRESH = 2000
"""How many of the objects that changed last stay uncompressed: they are likely to be looked at, or replaced, soon."""
_NOISE = ("kubectl.kubernetes.io/last-applied-configuration", "notified.notifications.argoproj.io")
_NOISE_BYTES = tuple(name.encode() for name in _NOISE)
_decode = msgspec.json.Decoder().decode
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


class _Kept(NamedTuple):
    kind: Kind
    version: int
    root: str
    packed: bytes


class Objects:
    """The newest states seen of Rollouts, Experiments and AnalysisRuns, and of ReplicaSets that lend a template."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._families: dict[str, set[str]] = {}
        self._fresh: dict[str, None] = {}

    def put(self, kind: Kind, uid: str, version: int, root: str, raw: bytes) -> None:
        """Keep a state, slimmed, unless a newer one is there."""
        if version < self.version(uid):
            return
        self.drop(uid)
        self._kept[uid] = _Kept(kind, version, root, raw)
        self._fresh[uid] = None
        if len(self._fresh) > _FRESH:
            self._pack(next(iter(self._fresh)))
        if uid != root:
            self._families.setdefault(root, set()).add(uid)

    def drop(self, uid: str) -> None:
        """Forget an object that is gone."""
        kept = self._kept.pop(uid, None)
        self._fresh.pop(uid, None)
        if kept:
            self._families.get(kept.root, set()).discard(uid)

    def _pack(self, uid: str) -> None:
        del self._fresh[uid]
        kept = self._kept[uid]
        self._kept[uid] = kept._replace(packed=zlib.compress(kept.packed, 1))

    def version(self, uid: str) -> int:
        """The version of the state that is kept, -1 where there is none."""
        kept = self._kept.get(uid)
        return kept.version if kept else -1

    def roots(self) -> list[str]:
        """The uids of all Rollouts."""
        return [uid for uid, kept in self._kept.items() if kept.kind is Kind.ROLLOUT]

    def get(self, uid: str) -> Object | None:
        """An object, decoded; a Rollout that refers to a workload has its pod template from its ReplicaSet."""
        kept = self._kept.get(uid)
        if kept is None:
            return None
        found: Object = _decode(_unpacked(kept.packed))
        if kept.kind is Kind.ROLLOUT and _spec(found).get("workloadRef"):
            self._fill_template(found, uid)
        return found

    def family(self, root: str) -> list[Object]:
        """What a Rollout owns, decoded, in no order."""
        return [found for uid in self._families.get(root, ()) if (found := self.get(uid))]

    def runs(self, rollout: Object) -> list[Object] | None:
        """Argo's `analysisRuns`: the runs of the present hash and revision, newest first, None without any."""
        metadata, status = rollout.get("metadata", {}), rollout.get("status") or {}
        pod_hash, revision = status.get("currentPodHash"), _annotations(rollout).get(REVISION_ANNOTATION)
        runs = [self.get(uid) for uid in self._of(metadata.get("uid", ""), Kind.ANALYSIS_RUN)]
        own = [run for run in runs if run and _belongs(run, pod_hash, revision)]
        own.sort(
            key=lambda run: (str(run["metadata"].get("creationTimestamp", "")), run["metadata"]["name"]), reverse=True
        )
        return own or None

    def _of(self, root: str, kind: Kind) -> list[str]:
        return [uid for uid in self._families.get(root, ()) if self._kept[uid].kind is kind]

    def _fill_template(self, rollout: Object, uid: str) -> None:
        revision = _annotations(rollout).get(REVISION_ANNOTATION)
        sets = [self.get(child) for child in self._of(uid, Kind.REPLICA_SET)]
        found = next((s for s in sets if s and _annotations(s).get(REVISION_ANNOTATION) == revision), None)
        if found:
            rollout["spec"] = {**_spec(rollout), "template": _spec(found).get("template")}


def _unpacked(packed: bytes) -> bytes:
    return packed if packed.startswith(b"{") else zlib.decompress(packed)


def _spec(found: Object) -> dict[str, Any]:
    return found.get("spec") or {}


def _annotations(found: Object) -> Mapping[str, str]:
    return found.get("metadata", {}).get("annotations") or {}


def _belongs(run: Object, pod_hash: Any, revision: str | None) -> bool:
    labels = run["metadata"].get("labels") or {}
    return labels.get(HASH_LABEL) == pod_hash and _annotations(run).get(REVISION_ANNOTATION) == revision


def slim(raw: bytes) -> bytes:
    """An object's JSON without what nobody reads: who manages which field, what was applied last.

    Raises msgspec.DecodeError for what is no object with metadata.
    """
    parts = _parts(raw)
    metadata = _parts(parts.get("metadata", b""))
    metadata.pop("managedFields", None)
    annotated = bytes(metadata.get("annotations", b""))
    if any(noise in annotated for noise in _NOISE_BYTES):
        annotations = _decode(annotated) or {}
        metadata["annotations"] = msgspec.Raw(_encode({k: v for k, v in annotations.items() if k not in _NOISE}))
    return _encode({**parts, "metadata": metadata})
