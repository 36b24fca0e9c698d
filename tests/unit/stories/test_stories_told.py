"""Written stories tell what the seed scenarios are certain of, written the way a controller writes."""

from __future__ import annotations

import gzip
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier import times
from notifier.demo import catalogue
from notifier.demo.expectations import IN_ORDER, SCALING
from notifier.model import REVISION_ANNOTATION, Object
from notifier.sandbox.stories.scripts import SCRIPTS
from tests.unit.stories.telling import told, written

RECORDINGS = Path(__file__).parents[2] / "recordings"
SCENARIOS = catalogue._scenarios()
EXPECT: dict[str, Any] = json.loads((RECORDINGS / "expect.json").read_text())
each_story = pytest.mark.parametrize("name", SCRIPTS)


def _states(name: str, kind: str) -> Iterator[list[Object]]:
    """Every object's states, one after another."""
    objects: dict[str, list[Object]] = {}
    before, lines = written(name)
    for obj in (line.object for line in (*before, *lines)):
        if obj["kind"] == kind:
            objects.setdefault(obj["metadata"]["name"], []).append(obj)
    return iter(objects.values())


def _rollout(name: str) -> list[Object]:
    (states,) = _states(name, "Rollout")
    return states


@each_story
async def test_what_is_certain_is_told_in_its_order_and_nothing_else_that_argo_tells(name: str) -> None:
    reasons = [event.reason for event in await told(written(name)) if event.reason in IN_ORDER]
    assert reasons == [reason for reason in SCENARIOS[name].certain if reason != SCALING]


@each_story
async def test_sizes_change_as_often_as_is_told_and_at_least_as_often_as_is_certain(name: str) -> None:
    count = sum(event.reason == SCALING for event in await told(written(name)))
    assert count == written(name).scalings >= SCENARIOS[name].certain.count(SCALING)


@each_story
async def test_what_argo_never_tells_happens_as_in_the_recording_of_the_same_name(name: str) -> None:
    found = Counter(event.reason for event in await told(written(name)))
    also = EXPECT[catalogue.plain(name)]["also"]
    shorter = name == "s002-2.2.6-istio-vs-analysis-experiment"  # it ends while its last analysis runs
    assert {reason: found[reason] + (shorter and reason == "AnalysisRunSuccessful") for reason in also} == also


@each_story
async def test_no_event_is_told_twice(name: str) -> None:
    ids = Counter(event.id for event in await told(written(name)))
    assert max(ids.values()) == 1


@each_story
def test_each_line_is_later_than_the_one_before_and_has_the_next_version(name: str) -> None:
    lines = [*written(name).before, *written(name).lines]
    at = [times.seconds(line.ts) or 0.0 for line in lines]
    versions = [int(line.object["metadata"]["resourceVersion"]) for line in lines]
    assert all(earlier < later for earlier, later in itertools.pairwise(at))
    assert all(later == earlier + 1 for earlier, later in itertools.pairwise(versions))


@each_story
def test_no_write_changes_spec_and_status(name: str) -> None:
    for kind in ("Rollout", "ReplicaSet"):
        for states in _states(name, kind):
            for old, new in itertools.pairwise(states):
                assert old["spec"] == new["spec"] or old.get("status") == new.get("status")
                grown = new["metadata"]["generation"] - old["metadata"]["generation"]
                assert grown == (old["spec"] != new["spec"])


@each_story
def test_a_revision_is_announced_beside_the_old_status(name: str) -> None:
    for old, new in itertools.pairwise(_rollout(name)):
        was, now = (state["metadata"].get("annotations", {}).get(REVISION_ANNOTATION) for state in (old, new))
        if was != now:
            assert old.get("status") == new.get("status")


@each_story
def test_the_status_is_behind_the_spec_for_a_while_and_catches_up(name: str) -> None:
    behind = [
        str(state["metadata"]["generation"]) != state.get("status", {}).get("observedGeneration")
        for state in _rollout(name)
    ]
    updates = SCENARIOS[name].certain.count("RolloutUpdated") + SCRIPTS[name].known
    assert sum(late and not was for was, late in itertools.pairwise([False, *behind])) == updates
    assert not behind[-1]


@each_story
def test_on_the_first_deploy_it_is_stable_before_a_pod_is_ready(name: str) -> None:
    first = next(state["status"] for state in _rollout(name) if state.get("status", {}).get("stableRS"))
    assert not first.get("readyReplicas")


@each_story
def test_nothing_stands_in_a_status_that_is_not_in_the_recording_of_the_same_name(name: str) -> None:
    known = _recorded_paths(catalogue.plain(name))
    for kind in ("Rollout", "ReplicaSet", "AnalysisRun", "Experiment"):
        for states in _states(name, kind):
            for state in states:
                assert _paths(state.get("status", {}), kind) <= known


def _recorded_paths(name: str) -> set[str]:
    with gzip.open(RECORDINGS / f"{name}.jsonl.gz", "rb") as lines:
        objects = [json.loads(line)["object"] for line in lines]
    found = (_paths(obj.get("status", {}), obj["kind"]) for obj in objects)
    return set[str]().union(*found)


def _paths(value: object, path: str) -> set[str]:
    """Where there is something."""
    if isinstance(value, list):
        return set[str]().union(*(_paths(one, f"{path}[]") for one in value))
    if not isinstance(value, dict):
        return {path}
    return set[str]().union(*(_paths(one, f"{path}.{name}") for name, one in value.items()))
