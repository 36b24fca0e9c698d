"""What must be remembered about an object to see its next transition and to word it well. Small, versioned, persisted.

A digest is a projection of one state plus what only its history tells (which attempt, since when, which revision a pod
hash belongs to). The rules compare two digests; nothing else of the past is needed.
"""

from __future__ import annotations

import msgspec

from notifier.model import Analysis, Image, Kind, Update, Value

VERSION = 1
"""The shape of digests, stored beside each. A daemon leaves digests of a newer version alone."""


class PauseMark(Value, frozen=True):
    """A pause condition."""

    reason: str
    since: str


class Mark(Value, frozen=True):
    """A condition that is in force: its reason, since when, and what it says."""

    reason: str
    since: str
    message: str = ""


class Digest(Value, frozen=True, tag_field="is", kw_only=True):
    """What every digest holds. `owner` is the uid of what owns it, `root` of what its events are told on."""

    uid: str
    version: int
    name: str
    namespace: str
    labels: dict[str, str] = {}
    subscriptions: dict[str, str] = {}
    owner: str = ""
    root: str


class RolloutDigest(Digest, frozen=True, tag="rollout", kw_only=True):
    """A Rollout. Texts are empty and numbers None where there is no value.

    `phase` is the last one that was observed for the current generation. `hash_revision` is the revision `pod_hash`
    belongs to (the revision is written first), `revision_hash` the hash of the revision where its ReplicaSet has been
    seen, `stable_revision` the last revision that was the stable one. `attempt` is the last abort of this revision,
    `last_abort` the last of all, `degraded` since when it is or was degraded without having been healthy since,
    `healthy` for what Healthy was told (`revision/hash/cause`). `print` stands for the whole status but the step
    index. `triggers` is what triggers remember, in their own words.
    """

    generation: int = 0
    observed: bool = True
    strategy: str | None = None
    steps: tuple[str, ...] = ()
    replicas: int | None = None
    updated: int | None = None
    paused: bool = False
    auto_promotion: int | None = None
    restart_at: str = ""
    workload: bool = False
    images: dict[str, str] = {}

    revision: str = ""
    pod_hash: str = ""
    stable: str = ""
    step_index: int | None = None
    step_hash: str = ""
    phase: str = ""
    message: str = ""
    abort: bool = False
    aborted_at: str = ""
    promote_full: bool = False
    pauses: tuple[PauseMark, ...] = ()
    weight: int | None = None
    progressing: Mark | None = None
    invalid: Mark | None = None
    print: int = 0

    previous_revision: str = ""
    hash_revision: str = ""
    revision_hash: str = ""
    stable_revision: str = ""
    attempt: str = ""
    last_abort: str = ""
    degraded: str = ""
    healthy: str = ""
    started: float | None = None
    stable_images: dict[str, str] = {}
    update: Update | None = None
    changed_images: tuple[Image, ...] = ()
    triggers: msgspec.Raw = msgspec.Raw(b"{}")

    @property
    def aborted(self) -> bool:
        """Whether the update is aborted now."""
        return self.abort or bool(self.aborted_at)

    @property
    def under_way(self) -> bool:
        """Whether an update has begun that is not complete."""
        return bool(self.pod_hash) and self.pod_hash != self.stable

    @property
    def is_healthy(self) -> bool:
        """Whether all of it runs its revision, and the controller has seen the present spec."""
        return self.observed and self.phase == "Healthy" and bool(self.stable) and self.stable == self.pod_hash


class ReplicaSetDigest(Digest, frozen=True, tag="replicaset", kw_only=True):
    """A ReplicaSet; `reused` tells that an older revision used it too."""

    generation: int
    replicas: int
    revision: str
    pod_hash: str
    reused: bool = False
    images: dict[str, str] = {}


class RunDigest(Digest, frozen=True, tag="run", kw_only=True):
    """An AnalysisRun; `analysis` only once it has ended otherwise than well."""

    phase: str
    revision: str = ""
    analysis: Analysis | None = None


class ExperimentDigest(Digest, frozen=True, tag="experiment", kw_only=True):
    """An Experiment."""

    phase: str
    revision: str = ""
    message: str = ""


class KubeEventDigest(Digest, frozen=True, tag="event", kw_only=True):
    """A Kubernetes Event that tells what no state tells."""

    count: int


class Tombstone(Digest, frozen=True, tag="gone", kw_only=True):
    """An object that was deleted: what comes late about it stays silent."""

    kind: str
    deleted: float


AnyDigest = RolloutDigest | ReplicaSetDigest | RunDigest | ExperimentDigest | KubeEventDigest | Tombstone

KINDS: dict[type, Kind] = {
    RolloutDigest: Kind.ROLLOUT,
    ReplicaSetDigest: Kind.REPLICA_SET,
    RunDigest: Kind.ANALYSIS_RUN,
    ExperimentDigest: Kind.EXPERIMENT,
    KubeEventDigest: Kind.EVENT,
}


def kind_of(digest: AnyDigest) -> Kind:
    """The kind of the object a digest stands for."""
    return Kind(digest.kind) if isinstance(digest, Tombstone) else KINDS[type(digest)]


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyDigest] = msgspec.json.Decoder(AnyDigest)


def encode(digest: AnyDigest) -> bytes:
    """The digest as it is stored."""
    return _encoder.encode(digest)


def decode(body: bytes) -> AnyDigest:
    """The stored digest; `body` must not be of a version above `VERSION`."""
    return _decoder.decode(body)
