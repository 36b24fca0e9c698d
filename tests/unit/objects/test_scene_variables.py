"""What templates and conditions see of one object."""

from __future__ import annotations

import msgspec
import pytest

from notifier.config.schema import Config
from notifier.known import Known
from notifier.model import REVISION_ANNOTATION, Event, Kind, Severity
from notifier.objects import Objects
from notifier.rollouts.digests import ExperimentDigest, RolloutDigest
from notifier.scene import Scene
from notifier.secrets import placeholder
from tests.unit.objects.world import ROOT, child, keep, rollout

CONFIG = Config(context={"cluster": "one"}, secrets={"token": "t0ps3cr3t"})
EVENT = Event(
    id="e1",
    ts="2026-11-21T08:00:00.000Z",
    reason="RolloutAborted",
    severity=Severity.CRITICAL,
    source="state",
    kind="Rollout",
    namespace="shop",
    name="cart",
    uid=ROOT,
    revision="2",
    summary="cart was aborted",
)


@pytest.fixture
def objects() -> Objects:
    return Objects()


EMPTY: dict[str, object] = {"blueGreen": {}, "canary": {}}
"""What every status has in Argo."""


@pytest.fixture
def known() -> Known:
    return Known([])


@pytest.fixture
def scene(objects: Objects, known: Known) -> Scene:
    return Scene(CONFIG, objects, known)


def test_the_object_its_runs_the_event_and_the_context_are_seen(objects: Objects, scene: Scene) -> None:
    keep(objects, Kind.ROLLOUT, rollout(replicas=3))
    keep(objects, Kind.ANALYSIS_RUN, child("run"))
    seen = scene.variables(ROOT, EVENT)
    written = rollout(replicas=3)
    assert seen["rollout"] == {**written, "status": written["status"] | EMPTY}
    assert seen["analysisRuns"] == [child("run")]
    assert seen["context"] == {"cluster": "one"}
    assert seen["event"] == {
        "id": "e1",
        "ts": "2026-11-21T08:00:00.000Z",
        "reason": "RolloutAborted",
        "severity": "critical",
        "source": "state",
        "kind": "Rollout",
        "namespace": "shop",
        "name": "cart",
        "uid": ROOT,
        "revision": "2",
        "summary": "cart was aborted",
    }


def test_a_condition_judged_on_its_own_sees_no_event(objects: Objects, scene: Scene) -> None:
    keep(objects, Kind.ROLLOUT, rollout())
    assert scene.variables(ROOT, None)["event"] is None


def test_without_runs_analysis_runs_is_none(objects: Objects, scene: Scene) -> None:
    keep(objects, Kind.ROLLOUT, rollout())
    assert scene.variables(ROOT, None)["analysisRuns"] is None


def test_secrets_are_seen_by_name_only(scene: Scene) -> None:
    secrets = scene.variables(ROOT, None)["secrets"]
    assert dict(secrets) == {"token": placeholder("token")}
    assert "t0ps3cr3t" not in str(scene.variables(ROOT, EVENT))


def test_an_object_is_decoded_once_and_each_event_is_seen_on_its_own(objects: Objects, scene: Scene) -> None:
    keep(objects, Kind.ROLLOUT, rollout())
    one, other = scene.variables(ROOT, EVENT), scene.variables(ROOT, None)
    assert one["rollout"] is other["rollout"]
    assert (one["event"] is None, other["event"] is None) == (False, True)


def test_a_rollout_not_seen_yet_is_outlined_from_its_digest(known: Known, scene: Scene) -> None:
    known.set(
        RolloutDigest(
            uid=ROOT,
            version=1,
            name="cart",
            namespace="shop",
            labels={"team": "red"},
            subscriptions={"notifications.argoproj.io/subscribe.slack": "ops"},
            root=ROOT,
            revision="2",
            phase="Degraded",
            pod_hash="abc",
            stable="xyz",
            replicas=3,
        )
    )
    assert scene.variables(ROOT, None)["rollout"] == {
        "kind": "Rollout",
        "metadata": {
            "name": "cart",
            "namespace": "shop",
            "uid": ROOT,
            "labels": {"team": "red"},
            "annotations": {REVISION_ANNOTATION: "2", "notifications.argoproj.io/subscribe.slack": "ops"},
        },
        "spec": {"replicas": 3},
        "status": {"phase": "Degraded", "currentPodHash": "abc", "stableRS": "xyz", **EMPTY},
    }


def test_a_new_rollout_has_a_status_as_argo_s_types_give_it_one(objects: Objects, scene: Scene) -> None:
    written = rollout()
    del written["status"]
    keep(objects, Kind.ROLLOUT, written)
    assert scene.variables(ROOT, None)["rollout"]["status"] == EMPTY


def test_what_a_status_says_of_its_strategy_stays(objects: Objects, scene: Scene) -> None:
    said = {"canary": {"weights": {}}, "blueGreen": {"activeSelector": "abc"}}
    keep(objects, Kind.ROLLOUT, rollout() | {"status": said})
    assert scene.variables(ROOT, None)["rollout"]["status"] == said


def test_an_outlined_rollout_has_its_runs(objects: Objects, known: Known, scene: Scene) -> None:
    digest = RolloutDigest(uid=ROOT, version=1, name="cart", namespace="shop", root=ROOT)
    known.set(msgspec.structs.replace(digest, revision="2", pod_hash="abc"))
    keep(objects, Kind.ANALYSIS_RUN, child("run"))
    assert scene.variables(ROOT, None)["analysisRuns"] == [child("run")]


def test_another_object_not_seen_yet_is_outlined_by_its_metadata(known: Known, scene: Scene) -> None:
    known.set(ExperimentDigest(uid="x", version=1, name="trial", namespace="shop", root="x", phase="Running"))
    assert scene.variables("x", None)["rollout"] == {
        "metadata": {"name": "trial", "namespace": "shop", "uid": "x", "labels": {}}
    }


def test_an_object_that_nobody_knows_has_its_uid(scene: Scene) -> None:
    seen = scene.variables("nobody", None)
    assert seen["rollout"] == {"metadata": {"uid": "nobody"}}
    assert seen["analysisRuns"] is None
