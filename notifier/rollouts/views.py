"""Reading Kubernetes objects: typed views of the fields that tell what happened, whatever else is there.

A field of the wrong type makes the object unreadable (`msgspec.ValidationError` names the path); an absent or null one
does not. Shapes: argo-rollouts `pkg/apis/rollouts/v1alpha1/types.go` and `analysis_types.go`.
"""

from __future__ import annotations

from typing import Any

import msgspec


class View(msgspec.Struct, rename="camel", frozen=True):
    """The base of all views: Kubernetes' camelCase, unknown fields skipped."""


class Owner(View, frozen=True):
    """An owner reference."""

    kind: str
    name: str
    uid: str
    controller: bool | None = None


class Metadata(View, frozen=True):
    """What every object carries."""

    name: str
    uid: str
    namespace: str = ""
    resource_version: str = "0"
    generation: int = 0
    creation_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[Owner] | None = None

    @property
    def version(self) -> int:
        """The resourceVersion as an integer, 0 where it is none: newer is greater."""
        return int(self.resource_version) if self.resource_version.isdecimal() else 0


class Condition(View, frozen=True):
    """One of `status.conditions`."""

    type: str
    status: str = ""
    reason: str = ""
    message: str | None = None
    last_transition_time: str | None = None


class Container(View, frozen=True):
    """A container's name and image."""

    name: str
    image: str = ""


class PodSpec(View, frozen=True):
    """A pod's containers."""

    containers: list[Container] | None = None
    init_containers: list[Container] | None = None


class PodTemplate(View, frozen=True):
    """What pods are made from."""

    spec: PodSpec | None = None

    @property
    def images(self) -> dict[str, str]:
        """Image by container name, init containers last."""
        spec = self.spec or PodSpec()
        return {c.name: c.image for c in [*(spec.containers or []), *(spec.init_containers or [])]}


class Canary(View, frozen=True):
    """`spec.strategy.canary`."""

    steps: list[dict[str, Any]] | None = None


class BlueGreen(View, frozen=True):
    """`spec.strategy.blueGreen`."""

    auto_promotion_enabled: bool | None = None
    auto_promotion_seconds: int | None = None
    preview_service: str | None = None


class Strategy(View, frozen=True):
    """`spec.strategy`: one of the two."""

    canary: Canary | None = None
    blue_green: BlueGreen | None = None

    @property
    def name(self) -> str | None:
        """Canary, BlueGreen or None."""
        return "Canary" if self.canary else "BlueGreen" if self.blue_green else None


class RolloutSpec(View, frozen=True):
    """`spec` of a Rollout."""

    replicas: int | None = None
    paused: bool | None = None
    restart_at: str | None = None
    workload_ref: dict[str, Any] | None = None
    template: PodTemplate | None = None
    strategy: Strategy | None = None


class PauseCondition(View, frozen=True):
    """One of `status.pauseConditions`."""

    reason: str
    start_time: str


class Weight(View, frozen=True):
    """A weight in percent."""

    weight: int = 0


class Weights(View, frozen=True):
    """`status.canary.weights`."""

    canary: Weight | None = None


class CanaryStatus(View, frozen=True):
    """`status.canary`."""

    weights: Weights | None = None


class RolloutStatus(View, frozen=True):
    """`status` of a Rollout; `observed_generation` is a number in a text, as the controller writes it."""

    phase: str | None = None
    message: str | None = None
    abort: bool | None = None
    aborted_at: str | None = None
    promote_full: bool | None = None
    pause_conditions: list[PauseCondition] | None = None
    current_pod_hash: str | None = None
    stable_rs: str | None = msgspec.field(name="stableRS", default=None)
    current_step_index: int | None = None
    current_step_hash: str | None = None
    observed_generation: str | None = None
    workload_observed_generation: str | None = None
    updated_replicas: int | None = None
    conditions: list[Condition] | None = None
    canary: CanaryStatus | None = None


class RolloutView(View, frozen=True):
    """A Rollout."""

    metadata: Metadata
    spec: RolloutSpec = RolloutSpec()
    status: RolloutStatus | None = None


class ReplicaSetSpec(View, frozen=True):
    """`spec` of a ReplicaSet."""

    replicas: int | None = None
    template: PodTemplate | None = None


class ReplicaSetView(View, frozen=True):
    """A ReplicaSet."""

    metadata: Metadata
    spec: ReplicaSetSpec = ReplicaSetSpec()


class Measurement(View, frozen=True):
    """One measurement of a metric."""

    phase: str = ""
    value: str | None = None
    message: str | None = None


class MetricResult(View, frozen=True):
    """`status.metricResults[]` of an AnalysisRun."""

    name: str
    phase: str = ""
    message: str | None = None
    count: int = 0
    failed: int = 0
    error: int = 0
    measurements: list[Measurement] | None = None


class MetricSpec(View, frozen=True):
    """`spec.metrics[]` of an AnalysisRun; counts may be numbers or texts."""

    name: str
    interval: str | None = None
    success_condition: str | None = None
    failure_condition: str | None = None
    count: int | str | None = None
    failure_limit: int | str | None = None
    consecutive_error_limit: int | str | None = None


class AnalysisRunSpec(View, frozen=True):
    """`spec` of an AnalysisRun."""

    metrics: list[MetricSpec] | None = None


class AnalysisRunStatus(View, frozen=True):
    """`status` of an AnalysisRun."""

    phase: str | None = None
    message: str | None = None
    metric_results: list[MetricResult] | None = None


class AnalysisRunView(View, frozen=True):
    """An AnalysisRun."""

    metadata: Metadata
    spec: AnalysisRunSpec = AnalysisRunSpec()
    status: AnalysisRunStatus | None = None


class ExperimentStatus(View, frozen=True):
    """`status` of an Experiment."""

    phase: str | None = None
    message: str | None = None


class ExperimentView(View, frozen=True):
    """An Experiment."""

    metadata: Metadata
    status: ExperimentStatus | None = None


class EventSource(View, frozen=True):
    """`source` of a Kubernetes Event."""

    component: str | None = None


class InvolvedObject(View, frozen=True):
    """What a Kubernetes Event is about."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    uid: str = ""


class EventSeries(View, frozen=True):
    """`series` of a Kubernetes Event."""

    count: int = 0


class EventView(View, frozen=True):
    """A core/v1 Event."""

    metadata: Metadata
    involved_object: InvolvedObject = InvolvedObject()
    reason: str = ""
    message: str = ""
    type: str = "Normal"
    count: int | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    source: EventSource = EventSource()
    reporting_component: str | None = None
    series: EventSeries | None = None
