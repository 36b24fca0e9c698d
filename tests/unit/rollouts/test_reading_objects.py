"""Objects that are not as they should be: what is absent is nothing, what is of the wrong type has a path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest

from notifier.model import Kind, Object
from notifier.rollouts.interpret import UnreadableError, read
from tests.unit.rollouts.built import aborted, experiment, kube_event, paused, reasons, replica_set, rollout, run


def _with(found: Object, path: Sequence[str | int], value: Any) -> Object:
    changed = deepcopy(found)
    inner: Any = changed
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return changed


def _read(found: Object) -> None:
    read(Kind(found["kind"]), json.dumps(found).encode())


@pytest.mark.parametrize(
    ("found", "path", "value"),
    [
        (rollout(), ("metadata", "labels"), []),
        (rollout(), ("metadata", "generation"), "1"),
        (rollout(), ("spec", "replicas"), "three"),
        (rollout(), ("spec", "paused"), "yes"),
        (rollout(), ("spec", "strategy", "canary", "steps"), {}),
        (rollout(), ("status", "phase"), 1),
        (rollout(), ("status", "observedGeneration"), 1),
        (rollout(), ("status", "currentStepIndex"), "1"),
        (paused(), ("status", "pauseConditions"), {}),
        (paused(), ("status", "pauseConditions", 0, "startTime"), 5),
        (aborted(), ("status", "conditions", 0, "message"), ["x"]),
        (replica_set("h1", 1), ("spec", "replicas"), 1.5),
        (run("Running"), ("status", "phase"), {}),
        (experiment("Running"), ("status", "phase"), []),
        (kube_event("SkipSteps"), ("count",), "many"),
    ],
)
def test_a_field_of_the_wrong_type_makes_an_object_unreadable_by_its_path(
    found: Object, path: tuple[str | int, ...], value: Any
) -> None:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    with pytest.raises(UnreadableError) as caught:
        _read(_with(found, path, value))
    assert str(caught.value).startswith(f"{found['kind']} cannot be read: ")
    assert f"`${place}" in str(caught.value)


@pytest.mark.parametrize(
    ("found", "path"),
    [
        (rollout(), ("status",)),
        (rollout(), ("metadata", "labels")),
        (rollout(), ("metadata", "annotations")),
        (rollout(), ("metadata", "ownerReferences")),
        (rollout(), ("spec", "replicas")),
        (rollout(), ("spec", "template")),
        (rollout(), ("spec", "strategy")),
        (rollout(), ("spec", "strategy", "canary", "steps")),
        (rollout(), ("status", "phase")),
        (rollout(), ("status", "canary")),
        (rollout(), ("status", "currentStepIndex")),
        (paused(), ("status", "pauseConditions")),
        (aborted(), ("status", "conditions")),
        (aborted(), ("status", "conditions", 0, "lastTransitionTime")),
        (replica_set("h1", 1), ("spec", "replicas")),
        (run("Running"), ("status",)),
        (run("Running"), ("spec", "metrics")),
        (experiment("Running"), ("status",)),
        (kube_event("SkipSteps"), ("lastTimestamp",)),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else str(value["kind"]),
)
def test_a_field_that_is_null_is_a_field_that_is_not_there(found: Object, path: tuple[str | int, ...]) -> None:
    _read(_with(found, path, None))


def test_what_is_no_json_and_what_has_no_uid_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="truncated"):
        read(Kind.ROLLOUT, b"{")
    with pytest.raises(UnreadableError, match="uid"):
        read(Kind.ROLLOUT, b'{"metadata": {"name": "x"}}')


def test_unknown_fields_are_skipped() -> None:
    strange = _with(rollout(), ("status", "newInVersion2"), {"deep": [1]})
    assert reasons(strange, rollout()) == []
