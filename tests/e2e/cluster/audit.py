"""What a daemon asks an API server for, as the audit log says, and what its manifests allow it to."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from notifier.model import Object
from tests.cluster.control_plane import NAMESPACE
from tests.e2e.cluster.real import ACCOUNT

Right = tuple[str, str, str, str]
"""Verb, API group, resource and the name that it is about, "" for any."""


class Audit:
    """What a daemon's service account asks for from now on."""

    def __init__(self, log: Path, account: str = ACCOUNT) -> None:
        self._log, self._begin = log, log.stat().st_size
        self._user = f"system:serviceaccount:{NAMESPACE}:{account}"

    def entries(self) -> list[Any]:
        """Its entries of the log, in order."""
        with self._log.open("rb") as log:
            log.seek(self._begin)
            whole, _, _ = log.read().rpartition(b"\n")
        return [entry for entry in map(msgspec.json.decode, whole.splitlines()) if self._is_its(entry)]

    def asked(self) -> set[Right]:
        """The rights that it has made use of, or tried to."""
        return {_right(entry) for entry in self.entries()}

    def decisions(self) -> set[str]:
        """What RBAC has said to that: a namespace may refuse for other reasons."""
        return {entry["annotations"]["authorization.k8s.io/decision"] for entry in self.entries()}

    def watching(self) -> set[str]:
        """What it is watching: a watch was answered, and is not over."""
        watches = {}
        for entry in self.entries():
            if entry["stage"] == "ResponseStarted":
                watches[entry["auditID"]] = entry["objectRef"]["resource"]
            else:
                watches.pop(entry["auditID"], None)
        return set(watches.values())

    def _is_its(self, entry: Any) -> bool:
        return bool(entry["user"]["username"] == self._user)


def _right(entry: Any) -> Right:
    about, verb = entry["objectRef"], entry["verb"]
    name = "" if verb == "create" else about.get("name", "")
    return verb, about.get("apiGroup", ""), about["resource"], name


def granted(manifests: Iterable[Object]) -> set[Right]:
    """The single rights that the rules among manifests give."""
    return {right for manifest in manifests for rule in manifest.get("rules", []) for right in _rights(rule)}


def _rights(rule: Object) -> Iterable[Right]:
    return product(rule["verbs"], rule["apiGroups"], rule["resources"], rule.get("resourceNames", [""]))
