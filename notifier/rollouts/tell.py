"""Making an event: its id, and what every event about an object says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from notifier import times
from notifier.model import Event, Image, Severity, Step
from notifier.rollouts import words
from notifier.rollouts.digests import AnyDigest, ExperimentDigest, RolloutDigest, kind_of

_SEVERITIES = {
    "RolloutPaused": Severity.ACTION_REQUIRED,
    "RolloutManuallyPaused": Severity.ACTION_REQUIRED,
    "AnalysisRunInconclusive": Severity.ACTION_REQUIRED,
    "ExperimentInconclusive": Severity.ACTION_REQUIRED,
    "RolloutSuperseded": Severity.WARNING,
    "RolloutRolledBack": Severity.WARNING,
    "RolloutStepSkipped": Severity.WARNING,
    "RolloutPromotedFully": Severity.WARNING,
    "RolloutDeleted": Severity.WARNING,
    "ExperimentFailed": Severity.WARNING,
    "ExperimentError": Severity.WARNING,
    "RolloutAborted": Severity.CRITICAL,
    "RolloutDegraded": Severity.CRITICAL,
    "ProgressDeadlineExceeded": Severity.CRITICAL,
    "InvalidSpec": Severity.CRITICAL,
    "AnalysisRunFailed": Severity.CRITICAL,
    "AnalysisRunError": Severity.CRITICAL,
}


class Teller(NamedTuple):
    """The object events are told on, as far as it is known."""

    kind: str
    namespace: str
    name: str
    uid: str
    digest: AnyDigest | None = None

    @classmethod
    def of(cls, digest: AnyDigest) -> Teller:
        """The object a digest stands for."""
        return cls(kind_of(digest), digest.namespace, digest.name, digest.uid, digest)


def event_id(uid: str, reason: str, *identity: object) -> str:
    """What tells one event from all others: a function of content, the same for every reader."""
    text = "\x00".join([uid, reason, *map(str, identity)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tell(on: Teller, reason: str, identity: tuple[object, ...], now: float, details: Mapping[str, Any]) -> Event:
    """An event of `reason` on an object; `details` are fields of `Event`, None among them means unknown."""
    known = {k: v for k, v in details.items() if v is not None}
    fields: dict[str, Any] = {
        "id": event_id(on.uid, reason, *identity),
        "ts": times.text(now),
        "reason": reason,
        "severity": _SEVERITIES.get(reason, Severity.INFO),
        "source": "state",
        "kind": on.kind,
        "namespace": on.namespace,
        "name": on.name,
        "uid": on.uid,
        "revision": None,
        "summary": "",
    }
    return words.worded(Event(**(fields | _about(on.digest) | known)))


def images(new: Mapping[str, str], old: Mapping[str, str]) -> tuple[Image, ...]:
    """Every container's image, with the one it had before."""
    return tuple(Image(container, image, old.get(container)) for container, image in new.items())


def step(c: RolloutDigest) -> Step | None:
    """Where a canary stands, None where there are no steps."""
    if not c.steps or c.step_index is None:
        return None
    # A new revision is written before its status: it stands at its first step, whatever the old one reached.
    at = c.step_index if c.hash_revision == c.revision else 0
    return Step(at, len(c.steps), current=_text(c.steps, at), next=_text(c.steps, at + 1))


def _text(steps: tuple[str, ...], index: int) -> str | None:
    return steps[index] if 0 <= index < len(steps) else None


def _about(digest: AnyDigest | None) -> dict[str, Any]:
    match digest:
        case RolloutDigest():
            return _about_rollout(digest)
        case ExperimentDigest():
            return {"revision": digest.revision or None}
        case _:
            return {}


def _about_rollout(c: RolloutDigest) -> dict[str, Any]:
    return {
        "revision": c.revision or None,
        "previous_revision": c.previous_revision or None,
        "update": c.update,
        "retry": bool(c.attempt),
        "strategy": c.strategy,
        "pod_hash": c.revision_hash or (c.pod_hash if c.hash_revision == c.revision else None) or None,
        "stable_hash": c.stable or None,
        "stable_revision": c.stable_revision or None,
        "images": c.changed_images or images(c.images, c.stable_images),
        "step": step(c),
    }
