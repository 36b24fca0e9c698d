"""What templates and conditions see: the object after the transition, its analysis runs, the event, the context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from notifier.allowance import Allowance
from notifier.config.schema import Config, bare, scope_of
from notifier.known import Known
from notifier.model import REVISION_ANNOTATION, Destination, Event, Kind, Message, Object
from notifier.objects import Objects
from notifier.render import Rendered, render
from notifier.rollouts.digests import RolloutDigest
from notifier.secrets import SecretNames, confined, harmless


class Said(NamedTuple):
    """What is to be said: by a trigger, with some templates, about an event."""

    trigger: str
    send: Sequence[str]
    event: Event


class Scene:
    """The variables of one change, each object decoded at most once."""

    def __init__(self, config: Config, objects: Objects, known: Known) -> None:
        self._config, self._objects, self._known = config, objects, known
        self._shared: dict[str, dict[str, Any]] = {}
        self._seen: dict[tuple[str, str, str], dict[str, Any]] = {}

    def variables(self, uid: str, event: Event | None, namespace: str = "") -> dict[str, Any]:
        """What is seen of an object at an event of it; `event` is None where a condition is judged on its own.

        `namespace` is whose condition or template looks, "" for a central one.
        """
        key = (uid, event.id if event else "", namespace)
        seen = self._seen.get(key)
        if seen is None:
            event_fields = msgspec.to_builtins(event) if event else None
            seen = self._seen[key] = {
                **self._objects_of(uid),
                "event": event_fields,
                "context": self._config.context_of(namespace),
            }
        return seen

    def _objects_of(self, uid: str) -> dict[str, Any]:
        shared = self._shared.get(uid)
        if shared is None:
            shared = self._shared[uid] = self._of(uid)
        return shared

    def _of(self, uid: str) -> dict[str, Any]:
        rollout = _shaped(self._objects.get(uid) or self._outline(uid))
        return {
            "rollout": rollout,
            "analysisRuns": self._objects.runs(rollout),
            "secrets": self._secrets(""),
        }

    def message(self, said: Said, to: Destination, now: float, allowance: Allowance | None = None) -> Rendered:
        """What a destination reads of an event; templates of a namespace use no other secrets than the namespace's.

        What it takes is taken from `allowance`, if there is one.
        """
        config, namespace, name = self._config, scope_of(said.trigger), bare(to.service)
        variables = self.variables(said.event.uid, said.event, namespace) | {
            "recipient": to.recipient,
            "serviceType": name,
            "secrets": self._secrets(namespace),
            "allowance": allowance,
        }
        entry = config.services.get(to.service)
        templates = [config.templates[name] for name in said.send if name in config.templates]
        service = (entry.type if entry else "", name)
        message, faults = render(templates, service, variables, harmless(said.event.summary), now)
        return Rendered(_confined(message, namespace) if namespace else message, faults)

    def _secrets(self, namespace: str) -> SecretNames:
        return SecretNames(self._config.secrets_of(namespace), namespace)

    def _outline(self, uid: str) -> Object:
        """What the digest knows of an object this process has not seen itself."""
        digest = self._known.digest(uid)
        if digest is None:
            return {"metadata": {"uid": uid}}
        metadata = {"name": digest.name, "namespace": digest.namespace, "uid": uid, "labels": dict(digest.labels)}
        if not isinstance(digest, RolloutDigest):
            return {"metadata": metadata}
        status = {"phase": digest.phase, "currentPodHash": digest.pod_hash, "stableRS": digest.stable}
        metadata["annotations"] = {REVISION_ANNOTATION: digest.revision, **digest.subscriptions}
        return {"kind": "Rollout", "metadata": metadata, "spec": {"replicas": digest.replicas}, "status": status}


def _shaped(found: Object) -> Object:
    """A Rollout as Argo's own types make it: its status is there from the beginning, and so are two parts of it."""
    if found.get("kind") == Kind.ROLLOUT:
        found["status"] = {"blueGreen": {}, "canary": {}, **(found.get("status") or {})}
    return found


def _confined(message: Message, namespace: str) -> Message:
    """A message of a namespace's own templates: with no secrets but its own, and in no thread of anybody else's."""
    thread = message.thread and f"{namespace}\n{message.thread}"
    return Message(confined(message.message, namespace), confined(message.body, namespace), thread)
