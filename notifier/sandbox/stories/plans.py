"""Plans: the Rollout of a story as its owner writes it."""

from __future__ import annotations

from typing import Any, NamedTuple

from notifier.model import Object

NAMESPACE = "written"
"""Where written objects are, until somebody plays them elsewhere."""


class Version(NamedTuple):
    """What is deployed: an image, and what `variable` of the environment is set to where that is what changes."""

    image: str
    variable: str = ""
    value: str = ""


class Experiment(NamedTuple):
    """A step of so many `seconds` that runs stable and canary side by side and compares them."""

    seconds: float
    analysis: str
    metrics: tuple[str, ...]
    replicas: int = 1


class Step(NamedTuple):
    """A step of a canary: a weight, a pause (seconds; 0 waits for a person), a metric to analyse or an experiment."""

    weight: int | None = None
    pause: float | None = None
    metric: str = ""
    experiment: Experiment | None = None

    def manifest(self) -> Object:
        """The step as it stands in a Rollout."""
        if self.weight is not None:
            return {"setWeight": self.weight}
        if self.pause is not None:
            return {"pause": {"duration": _duration(self.pause)} if self.pause else {}}
        if self.experiment:
            return {"experiment": _experiment(self.experiment)}
        return {"analysis": {"templates": [{"templateName": self.metric}]}}


class Plan(NamedTuple):
    """A Rollout's spec: a canary's `steps`, its `traffic` routing and `surge`; blue-green where it has `services`.

    `surge` is how many pods there may be too many, and too few, while all are exchanged.
    """

    name: str
    replicas: int
    steps: tuple[Step, ...] = ()
    traffic: Object | None = None
    surge: tuple[int, int] | None = None
    services: tuple[str, str] | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        return {"app": self.name}

    def rollout(self, version: Version) -> Object:
        """The Rollout as it is applied first."""
        return {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": self.name, "namespace": NAMESPACE},
            "spec": {
                "replicas": self.replicas,
                "selector": {"matchLabels": self.labels},
                "strategy": self._strategy(),
                "template": self.template(version),
            },
        }

    def template(self, version: Version) -> Object:
        """The pods of a version."""
        container: dict[str, Any] = {"name": self.name, "image": version.image, "ports": [{"containerPort": 8080}]}
        if version.variable:
            container["env"] = [{"name": version.variable, "value": version.value}]
        return {"metadata": {"labels": self.labels}, "spec": {"containers": [container]}}

    def _strategy(self) -> Object:
        if self.services:
            active, preview = self.services
            blue_green = {"activeService": active, "previewService": preview, "autoPromotionEnabled": False}
            return {"blueGreen": blue_green}
        canary: dict[str, Any] = {}
        if self.steps:
            canary["steps"] = [step.manifest() for step in self.steps]
        if self.traffic:
            canary["trafficRouting"] = self.traffic
        if self.surge:
            canary |= dict(zip(("maxSurge", "maxUnavailable"), self.surge, strict=True))
        return {"canary": canary}


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"


def _experiment(experiment: Experiment) -> Object:
    return {
        "duration": _duration(experiment.seconds),
        "templates": [{"name": role, "specRef": role} for role in ("stable", "canary")],
        "analyses": [{"name": experiment.analysis, "templateName": experiment.analysis}],
    }
