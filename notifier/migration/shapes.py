"""What templates see, by shape: how a value prints in both languages follows from what it can be. Pure."""

from __future__ import annotations

import enum
from typing import NamedTuple

from notifier.model import REVISION_ANNOTATION


class Sort(enum.Enum):
    """What a value is."""

    TEXT = "a text"
    PROSE = "a sentence of the controller's"
    WORDS = "a text that people write, which may hold Slack's markup"
    NUMBER = "a number"
    """One of pods, steps or percent: from a million on the languages write numbers differently."""
    FLAG = "true or false"
    LIST = "a list"
    MAPPING = "a mapping"
    UNKNOWN = "of no known type"


class Shape(NamedTuple):
    """What a value can be; `sure` tells that it is always there, `parts` are a mapping's members or a list's items.

    The part named `*` is any.
    """

    sort: Sort
    sure: bool = False
    parts: Parts = ()

    def part(self, name: str) -> Shape:
        """The shape of a member, or of an item."""
        known = dict(self.parts)
        return known.get(name) or known.get("*") or UNKNOWN


Parts = tuple[tuple[str, Shape], ...]

TEXTS = frozenset({Sort.TEXT, Sort.PROSE, Sort.WORDS})
PRINTED = TEXTS | {Sort.NUMBER, Sort.FLAG}
"""What prints the same in both languages."""
UNKNOWN = Shape(Sort.UNKNOWN)
TEXT, PROSE, WORDS = Shape(Sort.TEXT), Shape(Sort.PROSE), Shape(Sort.WORDS)
NUMBER, FLAG = Shape(Sort.NUMBER), Shape(Sort.FLAG)
SURE = Shape(Sort.TEXT, sure=True)


def _mapping(parts: dict[str, Shape] | None = None, *, sure: bool = False, any_: Shape = UNKNOWN) -> Shape:
    return Shape(Sort.MAPPING, sure, (*(parts or {}).items(), ("*", any_)))


def _list(item: Shape, *, sure: bool = False) -> Shape:
    return Shape(Sort.LIST, sure, (("*", item),))


def _all(shape: Shape, *names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, shape)


_METADATA = _mapping(
    {
        **_all(SURE, "name", "namespace", "uid"),
        **_all(TEXT, "creationTimestamp", "deletionTimestamp", "generateName", "resourceVersion"),
        "labels": _mapping(any_=TEXT),
        "annotations": _mapping({REVISION_ANNOTATION: TEXT}, any_=WORDS),
    },
    sure=True,
)
_CONTAINERS = _list(_mapping(_all(SURE, "name", "image")))
_POD = _mapping(
    {
        "metadata": _mapping({"labels": _mapping(any_=TEXT), "annotations": _mapping(any_=WORDS)}),
        "spec": _mapping(
            {**_all(_CONTAINERS, "containers", "initContainers"), **_all(TEXT, "serviceAccountName", "nodeName")}
        ),
    }
)
_STEPS = _list(_mapping({"setWeight": NUMBER, "pause": _mapping({"duration": UNKNOWN})}))
_CANARY = _mapping({**_all(TEXT, "stableService", "canaryService"), "steps": _STEPS, "dynamicStableScale": FLAG})
_BLUE_GREEN = _mapping(
    {
        **_all(TEXT, "activeService", "previewService"),
        **_all(FLAG, "autoPromotionEnabled"),
        "previewReplicaCount": NUMBER,
    }
)
_SPEC = _mapping(
    {
        "replicas": NUMBER,
        **_all(FLAG, "paused", "progressDeadlineAbort"),
        "restartAt": TEXT,
        "workloadRef": _mapping(_all(TEXT, "apiVersion", "kind", "name", "scaleDown")),
        "selector": _mapping({"matchLabels": _mapping(any_=TEXT)}),
        "strategy": _mapping({"canary": _CANARY, "blueGreen": _BLUE_GREEN}),
        "template": _POD,
    }
)
_CONDITIONS = _list(
    _mapping({**_all(SURE, "type"), **_all(TEXT, "status", "reason", "lastTransitionTime"), "message": PROSE})
)
_WEIGHT = _mapping({"weight": NUMBER, **_all(TEXT, "serviceName", "podTemplateHash")})
_STATUS = _mapping(
    {
        "message": PROSE,
        **_all(TEXT, "phase", "abortedAt", "currentPodHash", "stableRS", "currentStepHash"),
        **_all(TEXT, "observedGeneration", "workloadObservedGeneration", "selector", "restartedAt"),
        **_all(FLAG, "abort", "promoteFull", "controllerPause"),
        **_all(NUMBER, "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "HPAReplicas"),
        **_all(NUMBER, "currentStepIndex", "collisionCount"),
        "pauseConditions": _list(_mapping(_all(SURE, "reason", "startTime"))),
        "conditions": _CONDITIONS,
        "canary": _mapping({"weights": _mapping(_all(_WEIGHT, "canary", "stable"))}),
        "blueGreen": _mapping(_all(TEXT, "activeSelector", "previewSelector")),
    }
)
_RUN = _mapping(
    {
        "metadata": _METADATA,
        "status": _mapping(
            {
                "phase": TEXT,
                "message": PROSE,
                "metricResults": _list(_mapping({**_all(TEXT, "name", "phase"), "message": PROSE})),
            }
        ),
    }
)
SEEN = _mapping(
    {
        "rollout": _mapping(
            {**_all(SURE, "apiVersion", "kind"), "metadata": _METADATA, "spec": _SPEC, "status": _STATUS}, sure=True
        ),
        "analysisRuns": _list(_RUN),
        "recipient": SURE,
        "serviceType": SURE,
        "secrets": _mapping(any_=SURE),
    },
    sure=True,
)
"""The variables of Argo's templates; `time` is not among them, as what it gives has no counterpart."""
STEP_INDEX = ("rollout", "status", "currentStepIndex")
"""What Argo's templates see as it was before the step: the paths to it hold it."""
