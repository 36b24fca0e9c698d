"""The newest states seen, kept small."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from notifier.model import HASH_LABEL, Kind
from notifier.objects import Objects
from tests.unit.objects.world import ROOT, child, keep, rollout

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.fixture
def objects() -> Objects:
    return Objects()


def test_an_object_is_kept_as_it_was_shown_but_for_what_nobody_reads(objects: Objects) -> None:
    shown = rollout(replicas=3)
    noisy = msgspec.json.decode(msgspec.json.encode(shown))
    noisy["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    noisy["metadata"]["annotations"] |= {
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "notified.notifications.argoproj.io": "{}",
    }
    keep(objects, Kind.ROLLOUT, noisy)
    assert objects.get(ROOT) == shown


@given(json, json)
def test_everything_else_is_kept(spec: Any, status: Any) -> None:
    objects, shown = Objects(), {"kind": "Rollout", "metadata": {"uid": "u"}, "extra": [spec], "status": {"x": status}}
    keep(objects, Kind.ROLLOUT, shown, root="u")
    assert objects.get("u") == shown


def test_a_newer_state_replaces_an_older_one_and_never_the_other_way_round(objects: Objects) -> None:
    for version, replicas in ((5, 1), (4, 2), (7, 3), (6, 4)):
        keep(objects, Kind.ROLLOUT, rollout(replicas=replicas), version)
    assert objects.get(ROOT) == rollout(replicas=3)
    assert objects.version(ROOT) == 7


def test_what_is_not_there_is_none_and_has_no_version(objects: Objects) -> None:
    assert objects.get("nobody") is None
    assert objects.version("nobody") == -1
    objects.drop("nobody")


def test_what_was_dropped_is_gone_and_may_come_back(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout(), 9)
    objects.drop(ROOT)
    assert objects.get(ROOT) is None
    assert objects.roots() == []
    keep(objects, Kind.ROLLOUT, rollout(), 1)
    assert objects.get(ROOT) == rollout()


def test_roots_are_the_rollouts(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout())
    keep(objects, Kind.ANALYSIS_RUN, child("run"))
    keep(objects, Kind.EXPERIMENT, child("experiment"), root="experiment")
    assert objects.roots() == [ROOT]


def names(objects: Objects) -> list[str] | None:
    runs = objects.runs(rollout())
    return None if runs is None else [run["metadata"]["name"] for run in runs]


def test_runs_are_those_of_the_present_hash_and_revision(objects: Objects) -> None:
    keep(objects, Kind.ANALYSIS_RUN, child("right"))
    keep(objects, Kind.ANALYSIS_RUN, child("old-revision", revision="1"))
    keep(objects, Kind.ANALYSIS_RUN, child("other-hash", pod_hash="xyz"))
    keep(objects, Kind.ANALYSIS_RUN, child("another-s"), root="another-rollout")
    keep(objects, Kind.REPLICA_SET, child("no-run"))
    assert names(objects) == ["right"]


def test_runs_come_newest_first(objects: Objects) -> None:
    for name, minute in (("b", "02"), ("c", "03"), ("a", "01")):
        keep(objects, Kind.ANALYSIS_RUN, child(name, created=f"2026-11-21T08:{minute}:00Z"))
    assert names(objects) == ["c", "b", "a"]


def test_without_any_run_there_is_none_as_for_argo(objects: Objects) -> None:
    assert names(objects) is None
    keep(objects, Kind.ANALYSIS_RUN, child("old", revision="1"))
    assert names(objects) is None
    assert objects.runs({}) is None


def test_a_run_without_labels_or_annotations_belongs_to_no_revision(objects: Objects) -> None:
    bare = child("bare")
    del bare["metadata"]["labels"]
    del bare["metadata"]["annotations"]
    keep(objects, Kind.ANALYSIS_RUN, bare)
    assert names(objects) is None


def test_a_dropped_run_is_none_of_the_runs(objects: Objects) -> None:
    for name in ("a", "b"):
        keep(objects, Kind.ANALYSIS_RUN, child(name))
    objects.drop("a")
    assert names(objects) == ["b"]


def test_a_run_that_turns_out_to_be_another_s_leaves_its_first_family(objects: Objects) -> None:
    """A run of an Experiment that was not known yet is its Experiment's, until its Rollout is known."""
    keep(objects, Kind.ANALYSIS_RUN, child("run"), 1, root="experiment")
    keep(objects, Kind.ANALYSIS_RUN, child("run"), 2, root=ROOT)
    assert names(objects) == ["run"]
    experiment = {**rollout(), "metadata": {**rollout()["metadata"], "uid": "experiment"}}
    assert objects.runs(experiment) is None
    objects.drop("run")
    assert names(objects) is None
    assert objects.runs(experiment) is None


def test_a_reference_to_a_workload_is_filled_with_the_template_of_the_revision_s_replica_set(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout(workloadRef={"name": "cart"}, replicas=3))
    keep(objects, Kind.REPLICA_SET, child("image:1", revision="1"))
    keep(objects, Kind.REPLICA_SET, child("image:2", revision="2"))
    found = objects.get(ROOT)
    assert found is not None
    assert found["spec"]["template"] == child("image:2")["spec"]["template"]
    assert found["spec"]["replicas"] == 3


def test_without_that_replica_set_the_template_is_missing(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout(workloadRef={"name": "cart"}))
    keep(objects, Kind.REPLICA_SET, child("image:1", revision="1"))
    assert objects.get(ROOT) == rollout(workloadRef={"name": "cart"})


def test_a_template_of_its_own_stays(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout(template={"mine": True}))
    keep(objects, Kind.REPLICA_SET, child("image:2"))
    assert objects.get(ROOT) == rollout(template={"mine": True})


def test_what_is_handed_out_may_be_changed_without_harm(objects: Objects) -> None:
    keep(objects, Kind.ROLLOUT, rollout(replicas=3))
    found = objects.get(ROOT)
    assert found is not None
    found["metadata"].clear()
    assert objects.get(ROOT) == rollout(replicas=3)


@pytest.mark.parametrize("metadata", [{"annotations": None}, {"labels": None}, {"annotations": {}, "labels": {}}])
def test_empty_metadata_does_no_harm(objects: Objects, metadata: dict[str, Any]) -> None:
    run = {"metadata": {"uid": "run", "name": "run", **metadata}}
    keep(objects, Kind.ANALYSIS_RUN, run)
    assert objects.get("run") is not None
    assert HASH_LABEL not in str(objects.get("run"))
    assert names(objects) is None
