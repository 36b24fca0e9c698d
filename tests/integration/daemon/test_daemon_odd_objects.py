"""Objects and annotations that are not as they should be trouble nobody but their owner, who is told what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.model import ANNOTATION_PREFIX, Object
from notifier.sandbox.kinds import EVENTS
from notifier.secrets import placeholder
from tests.integration.daemon.stage import Stage, rollout, subscribed

SERVICES = ("one", "mail")
ODD_STATUSES: dict[str, Any] = {
    "absent": None,
    "empty": {},
    "text": "Healthy",
    "phase a number": {"phase": 7},
    "index beyond the steps": {"phase": "Paused", "currentStepIndex": 99, "currentPodHash": "abc"},
    "index negative": {"phase": "Progressing", "currentStepIndex": -3, "currentPodHash": "abc"},
    "pause without a time": {
        "phase": "Paused",
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "soon"}],
    },
    "pause null": {"phase": "Paused", "pauseConditions": [None]},
    "aborted at no time": {"phase": "Degraded", "abort": True, "abortedAt": "yesterday"},
    "conditions a mapping": {"phase": "Degraded", "conditions": {"type": "Progressing"}},
    "generation of another resource": {"observedGeneration": "not a number", "phase": "Healthy"},
}
ODD_SPECS: dict[str, Any] = {
    "null": None,
    "list": [],
    "steps a text": {"strategy": {"canary": {"steps": "many"}}},
    "step unknown": {"strategy": {"canary": {"steps": [{"dance": {"tempo": 3}}, {}]}}},
    "pause of an odd length": {"strategy": {"canary": {"steps": [{"pause": {"duration": {"no": "way"}}}]}}},
    "no containers": {"template": {"spec": {"containers": None}}},
    "replicas a text": {"replicas": "three"},
}


def odd() -> list[Object]:
    """Rollouts that no controller should write, each with a name of its own."""
    found = []
    for number, status in enumerate(ODD_STATUSES.values()):
        found.append(rollout(f"status-{number}", annotations=subscribed("one")) | {"status": status})
    for number, spec in enumerate(ODD_SPECS.values()):
        found.append(rollout(f"spec-{number}", annotations=subscribed("one")) | {"spec": spec})
    found.append(rollout("revision", annotations={"rollout.argoproj.io/revision": "first"}))
    found.append(rollout("orphan", ownerReferences=[{"kind": "App", "name": "x", "uid": ""}]))
    return found


async def test_odd_objects_stop_nothing_else_when_listed_changed_or_deleted(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES))
    stage.put(*odd()[::2])
    async with stage.ready() as running:
        stage.put(*odd(), *(obj | {"metadata": obj["metadata"] | {"labels": {"mark": "2"}}} for obj in odd()))
        stage.put(rollout("web", mark=1, annotations=subscribed("one")))
        await running.settled()
        assert "web 1" in stage.told("one")
        for obj in odd():
            stage.api.store.remove(obj)
        stage.put(rollout("web", mark=2, annotations=subscribed("one")))
        await running.settled()
        assert stage.told("one").count("web 2") == 1
        assert (await running.get("/readyz"))[0] == 200


async def test_an_object_larger_than_a_mebibyte_is_told_like_any_other(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES))
    bulk = {"bulk": "x" * (1_200_000)}
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one") | bulk))
        stage.put(rollout(mark=2, annotations=subscribed("one") | bulk))
        await running.settled()
        assert stage.told("one") == ["web 1", "web 2"]
    assert stage.store.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("annotation", "value", "words"),
    [
        ("subscribe.on-marc.one", "", ["there is no trigger 'on-marc'", "did you mean 'on-mark'?"]),
        ("subscribe.on-mark.mial", "", ["there is no service 'mial'", "did you mean 'mail'?"]),
        ("subscriptions", "- trigger: [on-mark\n  destinations: []", ["is no YAML", "line 2"]),
        ("subscriptions", "- triggers: [on-mark]\n  destinations: []", ["`triggers`", "did you mean 'trigger'?"]),
        ("subscription", "", ["did you mean 'subscriptions'?"]),
        ("subscriptions", "- trigger: [2026-13-45]\n  destinations: [{service: one, recipients: ['']}]", ["trigger"]),
        ("subscriptions", "- &a [*a]", ["subscriptions"]),
    ],
)
async def test_an_annotation_that_cannot_work_is_reported_on_its_rollout_and_the_others_work(
    stage: Stage, annotation: str, value: str, words: list[str]
) -> None:
    stage.configure(stage.services(*SERVICES))
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one") | {ANNOTATION_PREFIX + annotation: value}))
        event = await stage.warned("Rollout shop/web", *words)
        assert (event["type"], event["involvedObject"]["uid"]) == ("Warning", "uid-of-web")
        await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_an_annotation_added_to_a_live_rollout_is_answered_at_once_if_its_condition_holds(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES))
    stage.put(rollout(mark=1, annotations=subscribed("mail")))
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("mail", "one")))
        await running.settled()
        assert (stage.told("one"), stage.told("mail")) == (["web 1"], [])


async def test_an_annotation_taken_away_and_put_back_is_not_answered_again(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES))
    async with stage.ready() as running:
        for services in (["one"], [], ["one"]):
            stage.put(rollout(mark=1, annotations=subscribed(*services)))
            await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_who_subscribed_in_several_ways_is_told_once(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES), {"subscriptions": "- recipients: [one]\n  triggers: [on-mark]\n"})
    listed = "- trigger: [on-mark]\n  destinations: [{service: one, recipients: ['']}]\n"
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one") | {f"{ANNOTATION_PREFIX}subscriptions": listed}))
        await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_a_placeholder_of_a_secret_that_an_owner_wrote_is_text(stage: Stage) -> None:
    stage.secret(token="canary-4711")
    template = {"template.mark": "message: '{{ rollout.metadata.annotations.note }}, {{ secrets.token }}'\n"}
    stage.configure(stage.services(*SERVICES), template)
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one") | {"note": placeholder("token")}))
        await running.settled()
        assert stage.told("one") == ["[secret:token\u27e7, canary-4711"]


async def test_what_the_daemon_warns_of_is_no_event_to_tell(stage: Stage) -> None:
    trigger = {"trigger.on-notification-misconfigured": "- send: [mark]\n"}
    stage.configure(stage.services(*SERVICES), trigger)
    asked = subscribed("one", trigger="on-notification-misconfigured")
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=asked | subscribed("nobody")))
        ours = await stage.warned("there is no service 'nobody'")
        await running.settled()
        assert stage.told("one") == []
        theirs = {"metadata": ours["metadata"] | {"name": "theirs", "uid": "theirs"}, "source": {"component": "theirs"}}
        stage.api.store.put({"apiVersion": EVENTS.api_version, "kind": "Event"} | ours | theirs)
        await running.settled()
        assert stage.told("one") == ["web 1"]


async def test_each_object_that_cannot_be_read_is_named_and_once(stage: Stage) -> None:
    stage.configure(stage.services(*SERVICES))
    with capture_logs() as logs:
        async with stage.ready() as running:
            for name in ("crooked", "bent", "crooked"):
                stage.put(rollout(name) | {"status": {"phase": 7}})
            await running.caught_up()
    named = [str(line["object"]) for line in logs if "$.status.phase" in str(line.get("why"))]
    assert sorted(named) == ["Rollout shop/bent", "Rollout shop/crooked"]
