"""A receiver that misbehaves costs only itself: its lane waits in order, everybody else is told at once."""

from __future__ import annotations

from itertools import groupby
from time import time

import pytest

from notifier.model import Object
from notifier.outbox.protocol import State
from notifier.sandbox.receivers import Manner, Received, Reply
from tests.integration.daemon.stage import KEY, Stage, rollout, subscribed

pytestmark = pytest.mark.usefixtures("hurried")

BAD = {
    "hanging": Reply(manner=Manner.NEVER),
    "dropping": Reply(manner=Manner.CLOSE_AFTER_READING),
    "closed": Reply(manner=Manner.CLOSE_BEFORE_READING),
    "garbled": Reply(manner=Manner.GARBAGE),
    "broken": Reply(500, body=b"oops"),
    "busy": Reply(503),
}
WEBS = ("web", "shop")
MARKS_TOLD = (1, 2, 3)


def marked(name: str, mark: int, *services: str) -> Object:
    return rollout(name, mark=mark, annotations=subscribed(*services))


def in_order(requests: list[Received], name: str) -> list[str]:
    """What was said of a Rollout, repeats of one key left out."""
    told = [(request.headers[KEY], request.body.decode()) for request in requests if name in request.body.decode()]
    return [body for (_, body), _ in groupby(told)]


async def test_bad_receivers_hold_up_nobody_and_get_everything_in_order_when_they_recover(stage: Stage) -> None:
    stage.configure(stage.services("good", *BAD), stage.services("hanging", more="timeout: 0.3"))
    for name, reply in BAD.items():
        stage.sink.reply(reply, path=f"/{name}", times=3)
    async with stage.ready() as running:
        for mark in MARKS_TOLD:
            stage.put(*(marked(name, mark, "good", *BAD) for name in WEBS))
        await running.settled(within=20)
        assert {row.state for row in await running.rows()} == {State.DELIVERED}
    last = max(request.at for request in stage.requests("good"))
    for service in ("good", *BAD):
        for name in WEBS:
            assert in_order(stage.requests(service), name) == [f"{name} {mark}" for mark in MARKS_TOLD]
        assert len(set(stage.keys(service))) == len(WEBS) * len(MARKS_TOLD)
    for service in BAD:
        assert len(stage.requests(service)) >= len(stage.requests("good")) + 3
        assert stage.requests(service)[-1].at > last


async def test_one_key_is_for_one_message_however_often_it_is_tried(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(500), path="/one", times=2)
    async with stage.ready() as running:
        stage.put(marked("web", 1, "one"))
        await running.settled()
        (row,) = await running.rows()
    assert stage.keys("one") == [row.key] * 3
    assert {request.body for request in stage.requests("one")} == {b"web 1"}


async def test_a_receiver_that_says_when_to_come_back_is_left_alone_until_then(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    stage.sink.reply(Reply(429, {"Retry-After": "1"}), path="/one", times=1)
    async with stage.ready() as running:
        stage.put(marked("web", 1, "one", "two"))
        await stage.sink.wait_for(2)
        stage.put(marked("shop", 1, "one", "two"))
        await running.settled()
    refused, *later = stage.requests("one")
    assert len(later) == 2
    assert later[0].at - refused.at >= 1
    assert stage.requests("two")[-1].at < later[0].at


async def test_what_is_refused_for_good_is_a_dead_letter_until_a_person_has_mended_the_cause(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    stage.sink.reply(Reply(404, body=b"no such hook"), path="/one")
    async with stage.ready() as running:
        stage.put(marked("web", 1, "one", "two"))
        event = await stage.warned("on-mark could not be delivered to one", "404", "no such hook")
        assert (event["reason"], event["involvedObject"]["uid"]) == ("NotificationFailed", "uid-of-web")
        dead = next(row for row in await running.rows() if row.service == "one")
        assert (dead.state, dead.attempts, dead.status) == (State.DEAD, 1, "404")
        assert f"rollouts-notifier deliveries retry {dead.id}" in event["message"]
        assert running.metric("deliveries_total", service="one", trigger="on-mark", outcome="dead") == 1
        stage.sink.reply(Reply(200), path="/one")
        stage.put(marked("web", 2, "one", "two"))
        await running.settled()
        await running.daemon.outbox.retry(dead.id, time())
        await running.drained()
    assert stage.told("one") == ["web 1", "web 2", "web 1"]
    assert stage.keys("one")[0] == stage.keys("one")[2]
    assert stage.told("two") == ["web 1", "web 2"]


async def test_what_fails_until_the_horizon_is_a_dead_letter(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(503), path="/one")
    async with stage.ready(retry_horizon=0.3) as running:
        stage.put(marked("web", 1, "one"))
        await stage.warned("on-mark could not be delivered to one: given up after", "503")
        assert [(row.state, row.attempts > 1) for row in await running.rows()] == [(State.DEAD, True)]


async def test_an_answer_without_end_is_an_answer(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(manner=Manner.ENDLESS_BODY), path="/one", times=1)
    async with stage.ready() as running:
        stage.put(marked("web", 1, "one"), marked("web", 2, "one"))
        await running.settled()
        assert stage.told("one") == ["web 1", "web 2"]
