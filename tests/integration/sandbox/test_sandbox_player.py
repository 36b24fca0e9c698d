"""The player writes what was recorded, at the pace asked for, as the objects asked for."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from notifier.sandbox.kinds import EVENTS, EXPERIMENTS, REPLICA_SETS, ROLLOUTS
from notifier.sandbox.player import Clock, Line, load, play, recast, retime
from notifier.sandbox.status import ApiError
from notifier.sandbox.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from notifier.model import Object

SUBSCRIPTION = "notifications.argoproj.io/subscribe.on-healthy.slack"


def rollout(**content: Any) -> Object:
    annotations = {"rollout.argoproj.io/revision": "1", SUBSCRIPTION: "recorded"}
    metadata = {"name": "guestbook", "namespace": "rec", "uid": "u1", "resourceVersion": "258", "generation": 4}
    obj = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata | {"annotations": annotations}}
    return {**obj, **content}


def of_rollout(api_version: str, kind: str, name: str, **content: Any) -> Object:
    metadata = {
        "name": name,
        "namespace": "rec",
        "uid": f"u-{name}",
        "ownerReferences": [{"kind": "Rollout", "uid": "u1"}],
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


RECORDING = [
    Line("ADDED", rollout(status={"phase": "Progressing"}), "2026-11-21T05:00:00.000Z"),
    Line("ADDED", of_rollout("apps/v1", "ReplicaSet", "rs"), "2026-11-21T05:00:02.500Z"),
    Line("ADDED", of_rollout("argoproj.io/v1alpha1", "Experiment", "exp"), "2026-11-21T05:00:02.500Z"),
    Line(
        "ADDED",
        of_rollout("v1", "Event", "e", involvedObject={"kind": "Rollout", "namespace": "rec", "uid": "u1"}),
        "2026-11-21T05:00:04.000Z",
    ),
    Line(
        "MODIFIED",
        rollout(status={"phase": "Healthy", "pausedAt": "2026-11-21T05:00:08Z"}, spec={"pause": "10s"}),
        "2026-11-21T05:00:10.000Z",
    ),
    Line("DELETED", of_rollout("apps/v1", "ReplicaSet", "rs"), "2026-11-21T05:00:11.000Z"),
]


class FakeTime:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


async def played(*lines: Line) -> Store:
    store = Store()
    await play(store, lines or RECORDING)
    return store


async def test_every_state_is_written_in_order_with_the_stores_own_versions() -> None:
    store = await played()
    log = [(write.type, write.version.key.name) for kind in (ROLLOUTS, REPLICA_SETS) for write in store.since(kind, 1)]
    assert log == [("ADDED", "guestbook"), ("MODIFIED", "guestbook"), ("ADDED", "rs"), ("DELETED", "rs")]
    written = store.get(ROLLOUTS, "rec", "guestbook").decode()
    last = RECORDING[4].object
    version = {"resourceVersion": str(store.since(ROLLOUTS, 1)[-1].version.resource_version)}
    assert written == last | {"metadata": last["metadata"] | version}


async def test_a_recording_is_read_compressed_or_not(tmp_path: Path) -> None:
    text = "".join(json.dumps(line._asdict()) + "\n" for line in RECORDING).encode()
    (tmp_path / "a.jsonl").write_bytes(text)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    assert list(load(tmp_path / "a.jsonl")) == list(load(tmp_path / "a.jsonl.gz")) == RECORDING


async def test_bookmarks_and_lines_without_a_time_are_no_obstacle(tmp_path: Path) -> None:
    lines = ({"type": "BOOKMARK", "object": {"kind": "Rollout"}}, {"type": "MODIFIED", "object": rollout()})
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    store = await played(*load(tmp_path / "a.jsonl"))
    assert [write.type for write in store.since(ROLLOUTS, 1)] == ["ADDED"]


async def test_what_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(ApiError) as error:
        await played(Line("DELETED", rollout()))
    assert error.value.code == 404


@pytest.mark.parametrize(
    ("speed", "slept"),
    [(1, [0, 2.5, 0, 1.5, 6, 1]), (10, [0, 0.25, 0, 0.15, 0.6, 0.1]), (float("inf"), [0] * 6)],
)
async def test_the_recorded_times_divided_by_the_speed_set_the_pace(speed: float, slept: list[float]) -> None:
    time = FakeTime()
    await play(Store(), RECORDING, speed=speed, clock=time.clock())
    assert time.slept == pytest.approx(slept)


async def test_time_lost_while_writing_is_made_up_for() -> None:
    time = FakeTime()
    store = Store()

    async def sleep_too_long(seconds: float) -> None:
        await time.sleep(seconds + 0.5)

    await play(store, RECORDING[:4], speed=1, clock=Clock(lambda: time.now, sleep_too_long))
    assert time.now - 100 == pytest.approx(4 + 0.5)


async def test_annotations_that_somebody_put_on_meanwhile_stay() -> None:
    store = Store()

    async def annotate(_: float) -> None:
        if store.find(ROLLOUTS, "rec", "guestbook"):
            metadata = store.get(ROLLOUTS, "rec", "guestbook").decode()["metadata"]
            annotated = {"metadata": metadata | {"annotations": metadata["annotations"] | {"mine": "1"}}}
            store.update(ROLLOUTS, rollout() | annotated)

    dropped = rollout()
    dropped["metadata"]["annotations"] = {"rollout.argoproj.io/revision": "2"}
    lines = [RECORDING[0], Line("MODIFIED", dropped), Line("MODIFIED", dropped)]
    await play(store, lines, clock=Clock(lambda: 0, annotate))
    annotations = store.get(ROLLOUTS, "rec", "guestbook").decode()["metadata"]["annotations"]
    assert annotations == {"rollout.argoproj.io/revision": "2", "mine": "1"}


async def test_another_namespace_makes_other_objects_that_still_belong_together() -> None:
    store = Store()
    for namespace in ("one", "two", ""):
        await play(store, recast(RECORDING[:5], namespace=namespace))
    uids = set()
    for namespace in ("one", "two", "rec"):
        uid = store.get(ROLLOUTS, namespace, "guestbook").decode()["metadata"]["uid"]
        uids.add(uid)
        replica_set = store.get(REPLICA_SETS, namespace, "rs").decode()
        event = store.get(EVENTS, namespace, "e").decode()
        assert replica_set["metadata"]["ownerReferences"] == [{"kind": "Rollout", "uid": uid}]
        assert event["involvedObject"] == {"kind": "Rollout", "namespace": namespace, "uid": uid}
    assert len(uids) == 3


async def test_the_same_namespace_makes_the_same_uids_each_time() -> None:
    assert list(recast(RECORDING, namespace="one")) == list(recast(RECORDING, namespace="one"))


async def test_subscriptions_are_added_and_recorded_ones_dropped_on_demand() -> None:
    ours = {"notifications.argoproj.io/subscribe.on-paused.email": "me@example.com"}
    for drop, recorded in ((True, {}), (False, {SUBSCRIPTION: "recorded"})):
        store = Store()
        await play(store, recast(RECORDING, annotate=ours, drop_subscriptions=drop))
        found = store.get(ROLLOUTS, "rec", "guestbook").decode()["metadata"]["annotations"]
        assert found == {"rollout.argoproj.io/revision": "1", **recorded, **ours}
        assert store.get(EXPERIMENTS, "rec", "exp").decode()["metadata"]["annotations"] == ours
        assert "annotations" not in store.get(EVENTS, "rec", "e").decode()["metadata"]
    assert RECORDING[0].object == rollout(status={"phase": "Progressing"})


async def test_a_recording_moves_to_another_time_with_all_times_in_it() -> None:
    moved = list(retime(RECORDING, start=1_795_262_400, speed=2))
    assert moved[0].ts == "2026-11-21T12:00:00.000000Z"
    assert moved[4].ts == "2026-11-21T12:00:05.000000Z"
    assert moved[4].object["status"]["pausedAt"] == "2026-11-21T12:00:04Z"
    assert moved[4].object["spec"] == {"pause": "10s"}
