"""What kind of update a revision is, and which images it changes, with and without its ReplicaSet."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.model import Event, Image, Object, Update
from tests.unit.rollouts.built import Memory, aborted, replica_set, rollout, template, updating

HISTORY = {"rollout.argoproj.io/revision-history": "1"}
WORKLOAD = {"workloadRef": {"kind": "Deployment", "name": "web"}, "template": None}


def _announced(revision: str, now: Object, **spec: Any) -> Object:
    """A new revision's first write: all else is still the old one's, but for the spec."""
    wanted = rollout(revision, spec=spec)
    return {**now, "metadata": {**wanted["metadata"], "generation": 2}, "spec": wanted["spec"]}


def _update(*states: Object) -> Event:
    memory = Memory()
    events = [event for state in states for event in memory.see(state).events]
    return [event for event in events if event.reason == "RolloutUpdated"][-1]


def _images(event: Event) -> list[tuple[str | None, str]]:
    return [(image.old, image.new) for image in event.images]


FIRST = rollout("1", phase="Progressing", stableRS=None, currentPodHash=None)
STABLE = (replica_set("h1", 3), rollout())


@pytest.mark.parametrize("before", [(), (replica_set("h1", 0),)], ids=["before its ReplicaSet", "after its ReplicaSet"])
def test_a_first_deploy_has_no_images_before(before: tuple[Object, ...]) -> None:
    event = _update(rollout("", phase=None, stableRS=None, currentPodHash=None), *before, FIRST)
    assert (event.update, _images(event)) == (Update.FIRST_DEPLOY, [(None, "app:1")])
    assert event.previous_revision is None


def test_an_update_says_the_images_of_the_stable_and_the_new_replica_set() -> None:
    event = _update(*STABLE, replica_set("h2", 0, "2"), _announced("2", rollout()))
    assert (event.update, _images(event)) == (Update.UPDATE, [("app:1", "app:2")])
    assert (event.revision, event.previous_revision, event.pod_hash) == ("2", "1", "h2")


def test_without_replica_sets_the_rollouts_own_template_must_do() -> None:
    event = _update(rollout(), _announced("2", rollout()))
    assert (event.update, _images(event)) == (Update.UPDATE, [("app:1", "app:2")])
    assert event.pod_hash is None, "the hash in status is the old revision's"


def test_a_referenced_workloads_images_come_from_the_replica_sets() -> None:
    event = _update(
        rollout("", spec=WORKLOAD),
        replica_set("h1", 3),
        rollout(spec=WORKLOAD),
        replica_set("h2", 0, "2"),
        _announced("2", rollout(), **WORKLOAD),
    )
    assert (event.update, _images(event)) == (Update.UPDATE, [("app:1", "app:2")])


def test_only_what_differs_from_stable_is_old() -> None:
    two = template(app="app:2", sidecar="proxy:9")
    three = template(app="app:2", sidecar="proxy:9", extra="new:1")
    event = _update(rollout(spec={"template": two}), _announced("2", rollout(), template=three))
    assert event.images == (
        *(Image("app", "app:2", "app:2"), Image("sidecar", "proxy:9", "proxy:9")),
        Image("extra", "new:1"),
    )
    assert event.update is Update.UPDATE


def test_an_update_in_mid_update_compares_with_the_stable_version() -> None:
    event = _update(
        *STABLE,
        replica_set("h2", 1, "2"),
        updating(1),
        replica_set("h3", 0, "3"),
        _announced("3", updating(1)),
    )
    assert (event.update, _images(event)) == (Update.UPDATE, [("app:1", "app:3")])
    assert event.message == "replaces revision 2, which was not complete"


def test_a_revision_after_an_abort_replaces_nothing_unfinished() -> None:
    assert _update(*STABLE, updating(1), aborted(), _announced("3", aborted())).message is None


def test_the_same_images_are_no_new_image() -> None:
    same = replica_set("h2", 0, "2", image="app:1")
    event = _update(*STABLE, same, _announced("2", rollout(), template=template(app="app:1")))
    assert (event.update, _images(event)) == (Update.UNCHANGED, [("app:1", "app:1")])


def test_the_stable_replica_set_again_is_a_rollback_of_what_ran_beside_it() -> None:
    event = _update(
        *STABLE,
        replica_set("h2", 1, "2"),
        updating(1),
        replica_set("h1", 3, "3", image="app:1", annotations=HISTORY),
        _announced("3", updating(1), template=template(app="app:1")),
    )
    assert (event.update, _images(event)) == (Update.ROLLBACK, [("app:2", "app:1")])


def test_an_older_replica_set_again_is_an_undo() -> None:
    settled = rollout("2", currentPodHash="h2", stableRS="h2")
    event = _update(
        *STABLE,
        replica_set("h2", 3, "2"),
        settled,
        replica_set("h1", 0, "3", image="app:1", annotations=HISTORY),
        _announced("3", settled, template=template(app="app:1")),
    )
    assert (event.update, _images(event)) == (Update.UNDO, [("app:2", "app:1")])


def test_a_replica_set_of_something_else_says_nothing_about_the_update() -> None:
    foreign = replica_set("h2", 0, "2", image="other:9", owners=[{"kind": "Experiment", "name": "e", "uid": "e"}])
    event = _update(*STABLE, foreign, _announced("2", rollout()))
    assert _images(event) == [("app:1", "app:2")]


def test_what_follows_in_a_revision_knows_its_kind_and_images() -> None:
    memory = Memory()
    for state in (*STABLE, replica_set("h2", 0, "2"), _announced("2", rollout()), updating(0)):
        memory.see(state)
    [event] = memory.see(updating(1)).events
    assert (event.update, _images(event)) == (Update.UPDATE, [("app:1", "app:2")])
    assert (event.pod_hash, event.stable_hash, event.stable_revision) == ("h2", "h1", "1")


def test_before_the_new_hash_the_steps_done_are_not_the_old_revisions() -> None:
    event = _update(*STABLE, _announced("2", rollout()))
    assert event.step is not None
    assert (event.step.index, event.step.current) == (0, "setWeight: 20")
