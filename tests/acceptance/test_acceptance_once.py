"""A10 and A12 to A16: nothing that is old is told, and what is new is told once however it is asked for or shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import pytest

from notifier.model import ANNOTATION_PREFIX, REVISION_ANNOTATION, Kind, Object
from notifier.sandbox.kinds import EVENTS, ROLLOUTS
from notifier.sandbox.player import Line, play, recast
from tests.acceptance.company import RECIPIENTS, Company, all_triggers, annotated, company, entry, hears
from tests.acceptance.made_stories import (
    CANARY,
    RESTARTED,
    aborted_at_the_deadline,
    healthy,
    last,
    then,
    undone,
    up_to,
)
from tests.integration.daemon.stage import rollout, until
from tests.integration.daemon.test_daemon_story import present, story

ENDINGS = ("on-rollout-completed", "on-rollout-aborted")
HEALTHY = {"trigger.on-healthy": "- when: rollout.status.phase == 'Healthy'\n  send: [rollout-healthy]\n"}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Company]:
    async with company(tmp_path) as made:
        yield made


async def test_a10_first_install_and_restart_with_500_healthy_rollouts_subscribed_to_everything_send_nothing(
    shop: Company,
) -> None:
    triggers = [*all_triggers(), "on-healthy"]
    shop.configure(shop.everywhere(), HEALTHY, hears(*RECIPIENTS, of=triggers))
    there = [line for line in present(CANARY) if line.object["kind"] in {Kind.ROLLOUT, Kind.REPLICA_SET}]
    assert healthy("4")(last(there))
    subscribed = annotated(["hook"], triggers)
    for number in range(500):
        await play(shop.api.store, recast(there, namespace=f"team-{number}", annotate=subscribed))
    for _install_then_restart in range(2):
        async with shop.ready() as running:
            await running.settled()
            assert running.metric("changes_total", kind="Rollout") == 500
            assert await running.rows() == []
    assert (shop.sink.requests, shop.slack.calls, shop.mail.mails) == ([], [], [])
    async with shop.ready() as running:
        changed = shop.api.store.items(ROLLOUTS)[0].decode()
        shop.put(then(changed, {"spec": {"restartAt": "2026-11-21T12:00:00Z"}}).object)
        await running.settled()
        assert len(shop.sink.requests) == len(shop.slack.messages) == len(shop.mail.mails) == 1


ABORTED = "revision 2 aborted, no progress in time"


@pytest.mark.parametrize("apart", [True, False], ids=["350 ms apart", "in one write"])
async def test_a12_an_abort_at_the_deadline_is_one_aborted_message(shop: Company, apart: bool) -> None:
    shop.configure(shop.everywhere(), hears(*RECIPIENTS, of=["on-rollout-aborted"]))
    lines = aborted_at_the_deadline(apart=apart)
    began = [i for i, line in enumerate(lines) if line.object.get("reason") == "RolloutAborted"]
    assert len(began) == 2
    async with shop.ready() as running:
        await play(shop.api.store, lines[: began[0]])
        await running.settled()
        await play(shop.api.store, lines[began[0] :], speed=1)
        await running.settled()
    (said,), (posted,), (mail,) = shop.said(), shop.slack.messages, shop.mail.mails
    assert ABORTED in said
    assert "has timed out progressing" in said
    assert ABORTED in posted.text
    assert ABORTED in mail.message["Subject"]


async def test_a13_one_channel_asked_for_by_annotations_and_a_global_subscription_gets_one_message(
    shop: Company,
) -> None:
    """Configuration in namespaces is not built yet: of the three ways in the statement two can be tested."""
    shop.configure(shop.everywhere(), hears(*RECIPIENTS, *RECIPIENTS, of=["on-rollout-created"]))
    listed = [{"trigger": ["on-rollout-created"], "destinations": [{"service": "slack", "recipients": ["deploys"]}]}]
    twice = {f"{ANNOTATION_PREFIX}subscribe.on-rollout-created.slack": "deploys;deploys"}
    again = entry(f"{ANNOTATION_PREFIX}subscriptions", listed)
    async with shop.ready() as running:
        by_annotation = annotated(RECIPIENTS, ["on-rollout-created"])
        shop.put(rollout(annotations=by_annotation | twice | again))
        await running.settled()
        assert len(await running.rows()) == len(RECIPIENTS)
    assert len(shop.sink.requests) == len(shop.slack.messages) == len(shop.mail.mails) == 1


async def test_a13_one_channel_is_one_channel_with_and_without_its_hash(shop: Company) -> None:
    shop.configure(shop.everywhere(), hears("slack:#deploys", of=["on-rollout-created"]))
    async with shop.ready() as running:
        shop.put(rollout(annotations=annotated(["slack:deploys"], ["on-rollout-created"])))
        await running.settled()
    assert len(shop.slack.messages) == 1


NOTIFIED = f"notified.{ANNOTATION_PREFIX.rstrip('/')}"
SUBSCRIBED = annotated(["hook"], ["on-rollout-completed", "on-healthy"])
REWRITTEN = entry(
    f"{ANNOTATION_PREFIX}subscriptions",
    [{"trigger": ["on-healthy", "on-rollout-completed"], "destinations": [{"service": "hook", "recipients": [""]}]}],
)


async def test_a14_annotations_removed_or_rewritten_cause_nothing_and_rollouts_are_never_written(shop: Company) -> None:
    shop.configure(shop.services("hook"), HEALTHY)
    lines = list(recast(up_to(story(CANARY), healthy("1")), annotate=SUBSCRIBED | {NOTIFIED: '{"seen": 1}'}))
    async with shop.ready() as running:
        await shop.play(running, lines)
        assert len(shop.sink.requests) == 2
        for annotations in ({}, SUBSCRIBED, REWRITTEN, {}, REWRITTEN | {NOTIFIED: "{}"}, SUBSCRIBED):
            shop.put(with_annotations(last(lines), annotations))
            await running.settled()
    async with shop.ready() as running:
        await running.settled()
    assert len(shop.sink.requests) == len(set(shop.keys("hook"))) == 2
    assert {verb for verb, kind in shop.api.calls if kind is ROLLOUTS} == {"list", "watch"}
    assert {verb for verb, kind in shop.api.calls if kind is not EVENTS} <= {"get", "list", "watch"}


def with_annotations(obj: Object, annotations: Mapping[str, str]) -> Object:
    """An object whose annotations for notifications are these."""
    others = {k: v for k, v in obj["metadata"]["annotations"].items() if ANNOTATION_PREFIX.rstrip("/") not in k}
    return {**obj, "metadata": obj["metadata"] | {"annotations": others | dict(annotations)}}


def restarted_and_scaled(_completed: Sequence[Line], after: Sequence[Line]) -> list[Line]:
    """Pods go one after the other, then an autoscaler wants 6 instead of 4 and then 3, as recorded."""
    return list(after)


def evicted(completed: Sequence[Line], _after: Sequence[Line]) -> list[Line]:
    """One pod of four goes and comes back."""
    return without_pods(last(completed), 1)


def drained(completed: Sequence[Line], _after: Sequence[Line]) -> list[Line]:
    """All pods go and come back, after so long that progress is seen to have ended."""
    rollout = last(completed)
    gone, *back = without_pods(rollout, rollout["spec"]["replicas"])
    why = 'ReplicaSet "cart-5d8c5b8b5c" has timed out progressing.'
    late = condition(gone.object, "Progressing", "False", "ProgressDeadlineExceeded", why)
    status = {"phase": "Degraded", "message": f"ProgressDeadlineExceeded: {why}", **late}
    return [gone, then(gone.object, {"status": status}), *back]


def edited(completed: Sequence[Line], _after: Sequence[Line]) -> list[Line]:
    """Somebody changes labels, annotations and who manages what, and nothing else."""
    labels = then(last(completed), {"metadata": {"labels": {"team": "cart"}, "annotations": {"note": "mine"}}})
    managed = then(labels.object, {"metadata": {"managedFields": [{"manager": "argocd"}], "finalizers": ["a/b"]}})
    return [labels, managed, then(managed.object, {"metadata": {"labels": {"team": None}}})]


def seen_again(completed: Sequence[Line], _after: Sequence[Line]) -> list[Line]:
    """The same states, in versions of their own."""
    return [then(last(completed, kind), {}) for kind in (Kind.REPLICA_SET, Kind.ROLLOUT)] * 3


def without_pods(rollout: Object, number: int) -> list[Line]:
    """A healthy Rollout loses pods and gets them back, in the words that a restart was recorded with."""
    left = rollout["spec"]["replicas"] - number
    numbers = dict.fromkeys(("availableReplicas", "readyReplicas"), left)
    lost = condition(rollout, "Progressing", "True", "ReplicaSetNotAvailable", "ReplicaSet is not available.")
    message = "updated replicas are still becoming available"
    return [
        then(rollout, {"status": {**numbers, "phase": "Progressing", "message": message, **lost}}),
        then(rollout, {}),
    ]


def condition(rollout: Object, kind: str, status: str, reason: str, message: str) -> Object:
    """A status's conditions with one that has become another."""
    others = [one for one in rollout["status"]["conditions"] if one["type"] != kind]
    at = "2026-11-21T12:00:00Z"
    new = {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}
    return {"conditions": [*others, new]}


@pytest.mark.parametrize("disturbed", [restarted_and_scaled, evicted, drained, edited, seen_again])
async def test_a15_what_disturbs_a_completed_rollout_is_neither_completed_nor_aborted(
    shop: Company, disturbed: Callable[[Sequence[Line], Sequence[Line]], list[Line]]
) -> None:
    shop.configure(shop.services("hook"), hears("hook", of=ENDINGS))
    lines = story(RESTARTED)
    completed = up_to(lines, healthy("2"))
    async with shop.ready() as running:
        await shop.play(running, completed)
        assert [event["revision"] for event in shop.events()] == ["1", "2"]
        for line in disturbed(completed, lines[len(completed) :]):
            await play(shop.api.store, [line])
            await running.settled()
        assert healthy("2")(last_of(shop))
    assert len(shop.sink.requests) == 2


def last_of(shop: Company) -> Object:
    """The Rollout as the cluster has it."""
    return shop.api.store.items(ROLLOUTS)[0].decode()


async def test_a15_a_list_read_again_tells_nothing_of_what_was_completed_before(shop: Company) -> None:
    shop.configure(shop.services("hook", "sentinel"), hears("hook", of=ENDINGS))
    async with shop.ready() as running:
        await shop.play(running, up_to(story(RESTARTED), healthy("2")))
        shop.api.faults.expire(ROLLOUTS)
        shop.api.faults.compact()
        await until(lambda: running.metric("watch_restarts_total", kind="Rollout", reason="expired"))
        await running.caught_up()
    assert len(shop.requests("hook")) == 2


async def test_a16_going_back_to_an_earlier_image_is_announced_though_its_hash_was_before(shop: Company) -> None:
    once = {"oncePer": "rollout.status.currentPodHash", "send": ["rollout-completed"]}
    shop.configure(shop.services("hook"), entry("trigger.on-rollout-completed", [once]), hears("hook", of=ENDINGS))
    lines = up_to(story(CANARY), healthy("2"))
    async with shop.ready() as running:
        await shop.play(running, [*lines, *undone(lines)])
    first, _, third = shop.events()
    assert [event["revision"] for event in shop.events()] == ["1", "2", "3"]
    assert first["pod_hash"] == third["pod_hash"]
    assert third["update"] == "undo"


async def test_a16_of_a_condition_once_per_means_once_per_value_while_the_object_lives(shop: Company) -> None:
    """Design §4 keeps Argo's meaning there: who wants to hear of every rollback asks for the reason."""
    back = {"when": "rollout.status.phase == 'Healthy'", "oncePer": "rollout.status.currentPodHash", "send": ["back"]}
    said = entry(
        "template.back", {"message": f"revision {{{{ rollout.metadata.annotations['{REVISION_ANNOTATION}'] }}}}"}
    )
    shop.configure(shop.services("hook"), entry("trigger.on-back", [back]), said, hears("hook", of=["on-back"]))
    lines = up_to(story(CANARY), healthy("2"))
    async with shop.ready() as running:
        await shop.play(running, [*lines, *undone(lines)])
    assert shop.told("hook") == ["revision 1", "revision 2"]
