"""Rollouts and what they need, as a person would write them."""

from __future__ import annotations

from typing import Any

from notifier.model import ANNOTATION_PREFIX, Object
from notifier.reasons import STATE_REASONS, trigger_name

NAME = "web"
_ARGO = "argoproj.io/v1alpha1"


def subscribed(*services: str) -> dict[str, str]:
    """Annotations that subscribe services to everything that can happen."""
    triggers = [trigger_name(reason) for reason in STATE_REASONS]
    return {f"{ANNOTATION_PREFIX}subscribe.{trigger}.{service}": "" for trigger in triggers for service in services}


def pods(image: str = "web:1", name: str = NAME) -> Object:
    """A pod template and the selector of its pods."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": NAME, "image": image}]}}
    return {"selector": {"matchLabels": labels}, "template": template}


def rollout(strategy: Object, *, replicas: int = 2, services: tuple[str, ...] = ("hook",), **spec: Any) -> Object:
    """A Rollout that tells services everything."""
    metadata = {"name": NAME, "annotations": subscribed(*services)}
    spec = {"replicas": replicas, "strategy": strategy, **pods(), **spec}
    return {"apiVersion": _ARGO, "kind": "Rollout", "metadata": metadata, "spec": spec}


def canary(*steps: Object, **rest: Any) -> Object:
    """A Rollout that updates in steps."""
    return rollout({"canary": {"steps": list(steps)}}, **rest)


def weight(percent: int) -> Object:
    """A step that sends a share of the traffic to the canary."""
    return {"setWeight": percent}


PAUSE: Object = {"pause": {}}
"""A step that waits for a person."""


def service(name: str) -> Object:
    """A Service of the Rollout's pods."""
    spec = {"selector": {"app": NAME}, "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def analysis(address: str, query: str) -> Object:
    """An AnalysisTemplate `success-rate`: what a Prometheus answers to a query must be 0.95 at least, twice."""
    provider = {"prometheus": {"address": address, "query": query}}
    metric = {"name": "success-rate", "interval": "1s", "count": 2, "successCondition": "result[0] >= 0.95"}
    spec = {"metrics": [{**metric, "provider": provider}]}
    return {"apiVersion": _ARGO, "kind": "AnalysisTemplate", "metadata": {"name": "success-rate"}, "spec": spec}


ANALYSIS: Object = {"analysis": {"templates": [{"templateName": "success-rate"}]}}
"""A step that waits for an analysis by `success-rate`."""


def experiment(seconds: int) -> Object:
    """A step that runs the update's pods beside the others for a while."""
    return {"experiment": {"duration": f"{seconds}s", "templates": [{"name": "trial", "specRef": "canary"}]}}
