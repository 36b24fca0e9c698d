"""The ledger: every write of an object is a line, with the next resourceVersion, a moment after the one before."""

from __future__ import annotations

import copy
import hashlib
import uuid
from collections.abc import Mapping

import msgspec

from notifier import times
from notifier.model import ChangeType, Object
from notifier.sandbox.player import Line

_MOMENT = 0.025
"""Seconds between two writes."""
_SAFE = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


class Ledger:
    """What is written from a time on (seconds since the epoch); `lines` are copies, objects may change after them."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.lines: list[Line] = []
        self._version = 1

    @property
    def time(self) -> str:
        """The present as it stands in objects: RFC 3339, whole seconds."""
        return stamp(self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def add(self, obj: Object) -> None:
        """Create an object."""
        metadata = obj["metadata"]
        metadata |= {"creationTimestamp": self.time, "generation": 1, "uid": _uid(obj)}
        self._keep("ADDED", obj)

    def write(self, obj: Object, *, spec: bool = False) -> None:
        """Write a changed object; a changed spec counts the generation up."""
        obj["metadata"]["generation"] += spec
        self._keep("MODIFIED", obj)

    def annotate(self, obj: Object, annotations: Mapping[str, str | None]) -> None:
        """Write annotations of an object; None takes one away."""
        merge(obj["metadata"].setdefault("annotations", {}), annotations)
        self.write(obj)

    def _keep(self, change: ChangeType, obj: Object) -> None:
        self._version += 1
        obj["metadata"]["resourceVersion"] = str(self._version)
        self.lines.append(Line(change, copy.deepcopy(obj), times.text(self.now)))
        self.now += _MOMENT


def stamp(seconds: float) -> str:
    """A time as it stands in objects: RFC 3339, whole seconds."""
    return times.text(int(seconds)).replace(".000", "")


def merge(into: Object, fields: Mapping[str, object]) -> None:
    """Set fields; None takes one away."""
    for name, value in fields.items():
        if value is None:
            into.pop(name, None)
        else:
            into[name] = value


def digest(content: object) -> str:
    """A hash like those of pod templates and steps: ten letters that no word is made of."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:10].translate(_SAFE)


def _uid(obj: Object) -> str:
    metadata = obj["metadata"]
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{obj['kind']}/{metadata['namespace']}/{metadata['name']}"))
