"""The nouns: what stages hand to one another. Values only; no I/O, no clock, no logging.

Stages import this module and never one another. Times inside values are RFC 3339 texts in UTC, as Kubernetes
writes them; a `now` that is passed around is seconds since the epoch.
"""

from __future__ import annotations

import enum
from typing import Any, Literal, NamedTuple, NewType

import msgspec

Uid = NewType("Uid", str)
"""A Kubernetes object's uid: tells apart two objects of one name, one after the other."""

Object = dict[str, Any]
"""A Kubernetes object, decoded."""

ANNOTATION_PREFIX = "notifications.argoproj.io/"
REVISION_ANNOTATION = "rollout.argoproj.io/revision"
HASH_LABEL = "rollouts-pod-template-hash"
COMPONENT = "rollouts-notifier"
"""What Kubernetes Events written by this program name as their source."""


class Kind(enum.StrEnum):
    """The kinds that are watched."""

    ROLLOUT = "Rollout"
    ANALYSIS_RUN = "AnalysisRun"
    EXPERIMENT = "Experiment"
    REPLICA_SET = "ReplicaSet"
    EVENT = "Event"


ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


class Change(NamedTuple):
    """One object as the API server showed it; `raw` is its JSON."""

    kind: Kind
    type: ChangeType
    raw: bytes


class Scope(NamedTuple):
    """Which objects of a kind a list covers: a namespace ("" is all) and a label selector ("" is all)."""

    namespace: str = ""
    selector: str = ""


class Severity(enum.StrEnum):
    """How much an event wants a person."""

    INFO = "info"
    ACTION_REQUIRED = "action-required"
    WARNING = "warning"
    CRITICAL = "critical"


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of everything that is stored or printed as JSON."""


class Subject(Value, frozen=True):
    """The object that changed, where it is not the one the event is told on."""

    kind: str
    name: str
    uid: str


class Image(Value, frozen=True):
    """A container's image before and after; `old` is None on a first deploy, equal to `new` when unchanged."""

    container: str
    new: str
    old: str | None = None


class Step(Value, frozen=True):
    """Where a canary stands: `index` steps of `count` are done.

    `text` is the step just completed as the CLI prints it, `current` the one that runs now, `next` the one after.
    `completed` is how many were completed by this event (more than one after missed states).
    """

    index: int
    count: int
    text: str | None = None
    current: str | None = None
    next: str | None = None
    completed: int | None = None
    skipped: int | None = None


class Amount(Value, frozen=True):
    """A number that moved: a weight in percent, a replica count. None is unknown."""

    old: int | None
    new: int | None


class Replicas(Value, frozen=True):
    """A ReplicaSet's size; `role` is stable, canary, preview, active or "" where it is none of these."""

    replica_set: str
    old: int
    new: int
    revision: str | None = None
    role: str = ""


class Pause(Value, frozen=True):
    """Why and since when a Rollout waits; `until` is None when a person must act."""

    reason: str
    since: str
    until: str | None = None
    seconds: int | None = None


class Metric(Value, frozen=True):
    """One metric of an analysis and its last measurement."""

    name: str
    phase: str
    value: str | None = None
    condition: str | None = None
    message: str | None = None
    count: int = 0
    failed: int = 0
    errors: int = 0
    limit: int | None = None
    interval: str | None = None
    planned: str | None = None


class Analysis(Value, frozen=True):
    """An AnalysisRun: `type` is Step, Background, PrePromotion, PostPromotion, Experiment or "" (stand-alone)."""

    run: str
    phase: str
    type: str = ""
    message: str | None = None
    step_index: int | None = None
    metrics: tuple[Metric, ...] = ()


class Cause(Value, frozen=True):
    """Why something ended badly; `by` is person, analysis, experiment, deadline or controller."""

    by: str
    message: str
    run: str | None = None


class Action(Value, frozen=True):
    """What a person can do next and the command to copy."""

    text: str
    command: str


class Update(enum.StrEnum):
    """What kind of change a revision is."""

    FIRST_DEPLOY = "first deploy"
    UPDATE = "update"
    ROLLBACK = "rollback"
    UNDO = "undo"
    UNCHANGED = "image unchanged"


class Event(Value, frozen=True):
    """Something that happened to a Rollout (or to an Experiment or AnalysisRun that stands alone).

    `id` is a function of content: every reader of the same objects derives the same. `kind` to `uid` say on which
    object it is told, `subject` which one changed where that differs. `summary` says it in one line.
    `replaced_revision` is what had been stable until a completed update.
    """

    id: str
    ts: str
    reason: str
    severity: Severity
    source: Literal["state", "kubernetes-event"]
    kind: str
    namespace: str
    name: str
    uid: str
    revision: str | None
    summary: str
    previous_revision: str | None = None
    update: Update | None = None
    retry: bool = False
    initial: bool = False
    manual: bool = False
    strategy: str | None = None
    pod_hash: str | None = None
    stable_hash: str | None = None
    stable_revision: str | None = None
    replaced_revision: str | None = None
    subject: Subject | None = None
    images: tuple[Image, ...] = ()
    step: Step | None = None
    weight: Amount | None = None
    replicas: Replicas | None = None
    pods: Amount | None = None
    pause: Pause | None = None
    analysis: Analysis | None = None
    cause: Cause | None = None
    message: str | None = None
    seconds: float | None = None
    expires: str | None = None
    actions: tuple[Action, ...] = ()


class Target(Value, frozen=True):
    """An object of the cluster that somebody may have to mend."""

    kind: str
    namespace: str
    name: str
    uid: str


class Problem(Value, frozen=True):
    """Something in configuration or annotations that cannot work.

    `object` is "ConfigMap ns/name" or the like (a file's name where it came from a file), `key` the entry in it,
    `line` counts from 1 in the object's file or in the entry's text, 0 where there is none. `on` is who is to mend it.
    """

    object: str
    key: str
    message: str
    line: int = 0
    on: Target | None = None

    def __str__(self) -> str:
        """`object, key "key", line n: message`."""
        line = f", line {self.line}" if self.line else ""
        key = f", {self.key}" if self.key else ""
        return f"{self.object}{key}{line}: {self.message}"


class Destination(NamedTuple):
    """One subscriber: a service's name and whom it shall tell."""

    service: str
    recipient: str


class Receipt(Value, frozen=True):
    """What a receiver answered when it took a message, in its own words.

    `root` is its name for the first message of this one's thread, "" where there is none.
    """

    status: str
    detail: str = ""
    root: str = ""


class Message(Value, frozen=True):
    """What a service is asked to send: `message` is the plain text, `body` the service's own rendered section.

    Messages of one `thread` to one recipient belong together; "" belongs to none.
    """

    message: str
    body: dict[str, Any] = {}
    thread: str = ""


class Letter(NamedTuple):
    """One attempt's input for a service: whom, what, under which idempotency key.

    `taken` are those of several recipients who have it already, `root` is the latest `Receipt.root` of its thread.
    """

    recipient: str
    message: Message
    key: str
    created: float
    attempt: int
    taken: tuple[str, ...] = ()
    root: str = ""
