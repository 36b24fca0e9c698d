"""A Rollout, what is said of it, and who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.explain import Answer, Explanation, Subject, explain
from notifier.model import ANNOTATION_PREFIX, Object

NOW = 1_767_268_800.0
"""2026-01-01T12:00:00Z."""
SERVICES = {
    "service.slack": "token: $slack-token",
    "service.email": "{host: mail.test, from: deploys@shop.example}",
    "service.webhook.hook": "url: http://hook.test",
}


def configured(entries: dict[str, str] | None = None, **secrets: str) -> Config:
    """What a ConfigMap with a service of each type and some entries means."""
    return load(Source("ConfigMap c", SERVICES | (entries or {})), {"slack-token": "xoxb-1", **secrets}, CHECKS)


def rollout(
    *annotations: str, status: dict[str, Any] | None = None, labels: dict[str, str] | None = None, **spec: Any
) -> Object:
    """Rollout shop/web at revision 3, with annotations `key=value`; those without a slash have our prefix."""
    pairs = (annotation.partition("=") for annotation in annotations)
    asked = {key if "/" in key else f"{ANNOTATION_PREFIX}{key}": value for key, _, value in pairs}
    metadata = {
        "name": "web",
        "namespace": "shop",
        "uid": "uid-of-web",
        "labels": labels or {},
        "annotations": {"rollout.argoproj.io/revision": "3", **asked},
    }
    return {"kind": "Rollout", "metadata": metadata, "spec": {"replicas": 4, **spec}, "status": status or {}}


def explained(found: Object, config: Config | None = None, **known: Any) -> Explanation:
    """Everything about a Rollout; `known` are more fields of the subject."""
    return explain(Subject(found, **known), config or configured(), NOW)


def answer(found: Object, config: Config | None = None, **known: Any) -> Answer:
    """What is said to the only one who asked."""
    (only,) = explained(found, config, **known).answers
    return only


def watched(when: str, more: str = "") -> Config:
    """A configuration with a trigger `on-mine` of one condition, whose template says `mine`."""
    trigger = f"- when: {when}\n  send: [mine]\n{more}"
    return configured({"trigger.on-mine": trigger, "template.mine": "message: mine\n"})


def run(phase: str, revision: str = "3", **metadata: Any) -> Object:
    """An AnalysisRun of the Rollout."""
    owner = {"kind": "Rollout", "name": "web", "uid": "uid-of-web"}
    given = {
        "name": "web-run",
        "namespace": "shop",
        "uid": "uid-of-run",
        "ownerReferences": [owner],
        "annotations": {"rollout.argoproj.io/revision": revision},
    }
    return {"kind": "AnalysisRun", "metadata": {**given, **metadata}, "status": {"phase": phase}}


def texts(*answers: Answer) -> Sequence[tuple[str, str]]:
    """Trigger and verdict of answers."""
    return [(one.trigger, one.verdict) for one in answers]
