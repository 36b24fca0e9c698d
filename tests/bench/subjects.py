"""What is measured with: what a real controller wrote about Rollouts, copied as often as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from notifier.model import ANNOTATION_PREFIX, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.player import Line, load, recast

TRIGGERS = (
    "on-analysis-run-error",
    "on-analysis-run-failed",
    "on-analysis-run-running",
    "on-rollout-aborted",
    "on-rollout-completed",
    "on-rollout-paused",
    "on-rollout-step-completed",
    "on-rollout-updated",
    "on-scaling-replica-set",
)
"""The nine that Argo ships."""

_RECORDINGS = Path(__file__).parents[1] / "recordings"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NUMBER = b"#####"


class Mould(NamedTuple):
    """A state of an object of which there may be many copies, each in a namespace and with uids of its own."""

    raw: bytes

    @classmethod
    def of(cls, obj: Object) -> Mould:
        """The mould of one object."""
        metadata = obj["metadata"]
        own = {**obj, "metadata": {**metadata, "namespace": f"{metadata['namespace']}-{_NUMBER.decode()}"}}
        raw = msgspec.json.encode(own)
        for one in (metadata, *metadata.get("ownerReferences", ())):
            uid = one["uid"].encode()
            raw = raw.replace(uid, uid[: -len(_NUMBER)] + _NUMBER)
        return cls(raw)

    def copy(self, number: int) -> bytes:
        """The JSON of one copy."""
        return self.raw.replace(_NUMBER, b"%05d" % number)


def config_map(url: str, sinks: int) -> dict[str, str]:
    """A configuration's data: webhooks `sink0` and so on, each with a path of its own."""
    return {f"service.webhook.sink{n}": f"url: {url}/{n}" for n in range(sinks)}


def wishes(triggers: tuple[str, ...], sinks: int) -> Mapping[str, str]:
    """The annotations that subscribe as many sinks to triggers."""
    return {f"{ANNOTATION_PREFIX}subscribe.{trigger}.sink{n}": "" for trigger in triggers for n in range(sinks)}


def stories(annotations: Mapping[str, str]) -> Iterator[list[Object]]:
    """All states of each recorded Rollout, subscribed by these annotations alone."""
    for path in sorted(_RECORDINGS.glob("*.jsonl.gz")):
        if states := [line.object for line in _lines(path, annotations) if line.object["kind"] == Kind.ROLLOUT]:
            yield states


def family(annotations: Mapping[str, str]) -> list[Object]:
    """A Rollout of 5.5 kB, as `kubectl apply` leaves one that is more than an example, and its two ReplicaSets."""
    lines = _lines(_RECORDINGS / "x-dynamic-stable-scale.jsonl.gz", annotations)
    last = {line.object["metadata"]["name"]: line.object for line in lines if line.object["kind"] != Kind.EVENT}
    rollout, *replica_sets = sorted(last.values(), key=lambda obj: obj["kind"] != Kind.ROLLOUT)
    return [_grown(rollout), *replica_sets[:2]]


def healthy() -> Object:
    """A Rollout of 5.5 kB that has been updated and is healthy, without uid, annotated by nobody but its controller."""
    lines = _lines(_RECORDINGS / "x-dynamic-stable-scale.jsonl.gz", {})
    states = [line.object for line in lines if line.object["kind"] == Kind.ROLLOUT]
    grown = _grown([state for state in states if state.get("status", {}).get("phase") == "Healthy"][-1], 17)
    annotations = {name: grown["metadata"]["annotations"][name] for name in (REVISION_ANNOTATION, _LAST_APPLIED)}
    return grown | {"metadata": {"annotations": annotations}}


def _grown(rollout: Object, settings: int = 13) -> Object:
    """The Rollout with some environment, and with what was applied as an annotation."""
    grown: Object = msgspec.json.decode(msgspec.json.encode(rollout))
    [container] = grown["spec"]["template"]["spec"]["containers"]
    container["env"] = [
        {"name": f"SETTING_{n}", "value": f"https://{n}.shop.example/v{n * n}"} for n in range(settings)
    ]
    applied = msgspec.json.encode({"kind": Kind.ROLLOUT, "spec": grown["spec"]}).decode()
    grown["metadata"]["annotations"][_LAST_APPLIED] = applied
    return grown


def _lines(path: Path, annotations: Mapping[str, str]) -> Iterator[Line]:
    return recast(load(path), annotate=annotations, drop_subscriptions=True)
