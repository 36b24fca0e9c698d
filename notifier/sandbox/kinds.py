"""The kinds of object the sandbox serves; a further kind is one further line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from notifier.sandbox.columns import AGE, NAME, Column, age, entries, fraction, number, reference, text

if TYPE_CHECKING:
    from notifier.model import Object


@dataclass(frozen=True, eq=False, kw_only=True)
class Resource:
    """A kind as the API serves it; `fields` are the dotted paths that a field selector may name besides the usual two.

    `has_status` says that the status is a subresource: a write to the object itself leaves it alone.
    """

    api_version: str
    kind: str
    plural: str
    short_names: tuple[str, ...] = ()
    namespaced: bool = True
    has_status: bool = False
    fields: tuple[str, ...] = ()
    columns: tuple[Column, ...] = (NAME, AGE)

    def __str__(self) -> str:
        """`rollouts.argoproj.io`, as error messages name it."""
        return f"{self.plural}.{self.group}".rstrip(".")

    @cached_property
    def group(self) -> str:
        """The API group, "" for the core one."""
        return self.api_version.rpartition("/")[0]

    @property
    def custom(self) -> bool:
        """Whether a CRD defines it, with its stricter rules of update and patch."""
        return "." in self.group

    @property
    def counts_generations(self) -> bool:
        """Whether `metadata.generation` is kept; core kinds have none."""
        return bool(self.group)

    @cached_property
    def selectable(self) -> frozenset[str]:
        """Every dotted path that a field selector may name."""
        return frozenset({"metadata.name", "metadata.namespace", *self.fields})

    @cached_property
    def head(self) -> bytes:
        """The JSON that every encoded object of the kind begins with."""
        return f'{{"apiVersion":"{self.api_version}","kind":"{self.kind}",'.encode()


ARGO = "argoproj.io/v1alpha1"
SIZES = (number("Desired", "spec.replicas"), number("Current", "status.replicas"))
UPDATED = (number("Up-to-date", "status.updatedReplicas"), number("Available", "status.availableReplicas"))
PHASE = (NAME, text("Status", "status.phase"), AGE)
EVENT_COLUMNS = (
    age("Last Seen", "lastTimestamp"),
    text("Type", "type"),
    text("Reason", "reason"),
    reference("Object", "involvedObject"),
    text("Message", "message"),
)
EVENT_FIELDS = (
    *(f"involvedObject.{name}" for name in ("apiVersion", "kind", "namespace", "name", "uid")),
    "reason",
    "type",
)

ROLLOUTS = Resource(
    api_version=ARGO,
    kind="Rollout",
    plural="rollouts",
    short_names=("ro",),
    has_status=True,
    columns=(NAME, *SIZES, *UPDATED, AGE),
)
ANALYSIS_RUNS = Resource(
    api_version=ARGO,
    kind="AnalysisRun",
    plural="analysisruns",
    short_names=("ar",),
    columns=PHASE,
)
EXPERIMENTS = Resource(
    api_version=ARGO,
    kind="Experiment",
    plural="experiments",
    short_names=("exp",),
    columns=PHASE,
)
REPLICA_SETS = Resource(
    api_version="apps/v1",
    kind="ReplicaSet",
    plural="replicasets",
    short_names=("rs",),
    has_status=True,
    columns=(NAME, *SIZES, number("Ready", "status.readyReplicas"), AGE),
)
DEPLOYMENTS = Resource(
    api_version="apps/v1",
    kind="Deployment",
    plural="deployments",
    short_names=("deploy",),
    has_status=True,
    columns=(NAME, fraction("Ready", "status.readyReplicas", "spec.replicas"), *UPDATED, AGE),
)
PODS = Resource(
    api_version="v1",
    kind="Pod",
    plural="pods",
    short_names=("po",),
    has_status=True,
    fields=("spec.nodeName", "status.phase"),
    columns=PHASE,
)
SERVICES = Resource(
    api_version="v1",
    kind="Service",
    plural="services",
    short_names=("svc",),
    has_status=True,
    columns=(NAME, text("Type", "spec.type"), text("Cluster-IP", "spec.clusterIP"), AGE),
)
NAMESPACES = Resource(
    api_version="v1",
    kind="Namespace",
    plural="namespaces",
    short_names=("ns",),
    namespaced=False,
    has_status=True,
    columns=PHASE,
)
CONFIG_MAPS = Resource(
    api_version="v1",
    kind="ConfigMap",
    plural="configmaps",
    short_names=("cm",),
    columns=(NAME, entries("Data", "data"), AGE),
)
SECRETS = Resource(
    api_version="v1",
    kind="Secret",
    plural="secrets",
    fields=("type",),
    columns=(NAME, text("Type", "type"), entries("Data", "data"), AGE),
)
EVENTS = Resource(
    api_version="v1",
    kind="Event",
    plural="events",
    short_names=("ev",),
    fields=EVENT_FIELDS,
    columns=EVENT_COLUMNS,
)

RESOURCES = (
    ROLLOUTS,
    ANALYSIS_RUNS,
    EXPERIMENTS,
    REPLICA_SETS,
    DEPLOYMENTS,
    PODS,
    SERVICES,
    NAMESPACES,
    CONFIG_MAPS,
    SECRETS,
    EVENTS,
)
BY_PATH = {(resource.api_version, resource.plural): resource for resource in RESOURCES}
BY_KIND = {(resource.api_version, resource.kind): resource for resource in RESOURCES}


def resource_of(obj: Object) -> Resource:
    """Return the resource that an object belongs to by its apiVersion and kind; KeyError if none is served."""
    return BY_KIND[obj["apiVersion"], obj["kind"]]
