"""What can be asked of the API server: kinds, and the paths they are found under."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from notifier.model import HASH_LABEL, Kind


class Resource(NamedTuple):
    """A kind as the API server knows it; `group` is "" for core.

    `selector` and `fields` are the label and field selectors that every list and watch of it carries.
    """

    kind: str
    group: str
    version: str
    plural: str
    selector: str = ""
    fields: str = ""

    @property
    def api_version(self) -> str:
        """As it stands in an object: `argoproj.io/v1alpha1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """As RBAC messages and CRDs are named: `rollouts.argoproj.io`, `configmaps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "") -> str:
        """Where its objects are: all of them, those of a namespace, or one."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")

    def named(self, name: str) -> Resource:
        """The same, for the objects of one name only."""
        return self._replace(fields=f"metadata.name={name}")


_ARGO = ("argoproj.io", "v1alpha1")

ROLLOUTS = Resource(Kind.ROLLOUT, *_ARGO, "rollouts")
ANALYSIS_RUNS = Resource(Kind.ANALYSIS_RUN, *_ARGO, "analysisruns")
EXPERIMENTS = Resource(Kind.EXPERIMENT, *_ARGO, "experiments")
REPLICA_SETS = Resource(Kind.REPLICA_SET, "apps", "v1", "replicasets", selector=HASH_LABEL)
EVENTS = Resource(Kind.EVENT, "", "v1", "events", fields=f"involvedObject.apiVersion={'/'.join(_ARGO)}")
"""Only those about Argo's objects: in a busy cluster all others together are the largest stream there is."""

WATCHED = (ROLLOUTS, ANALYSIS_RUNS, EXPERIMENTS, REPLICA_SETS, EVENTS)

CONFIG_MAPS = Resource("ConfigMap", "", "v1", "configmaps")
SECRETS = Resource("Secret", "", "v1", "secrets")
