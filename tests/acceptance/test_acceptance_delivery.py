"""A1, A2, A4, A5, A6 and A9: nothing is lost, nothing is said twice, and a bad receiver costs nobody else anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import quantiles
from time import time

import msgspec
import pytest

from notifier.delivery import worker
from notifier.delivery.retry import Policy
from notifier.outbox.protocol import Delivery, State
from notifier.sandbox.mail import MailSink, Reply as Silence, Stage as SmtpStage
from notifier.sandbox.receivers import Manner, Reply
from notifier.sandbox.slack import SlackWorkspace
from notifier.settings import Settings
from tests.acceptance.audience import deliveries, mail_at, marked, on_stage, slack_at
from tests.acceptance.hours import Sink, Workspace, at_work, email, in_virtual_time, slack, webhook
from tests.contract.outbox.samples import delivery
from tests.integration.daemon.stage import KEY, Running, Stage, until
from tests.integration.delivery.virtual_time import elapsed, passes

CHANNELS = ("a", "b", "c", "d", "e")
HOUR = 3600.0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path) as stage:
        yield stage


def test_a1_slack_is_left_alone_for_thirty_seconds_and_nothing_is_lost() -> None:
    in_virtual_time(_thirty_seconds())


async def _thirty_seconds() -> None:
    async with at_work() as (deliverer, client), Workspace("deploys", "other") as workspace, Sink() as sink:
        deliverer.services.services |= {"slack": slack(client, workspace), "hook": webhook(client, sink)}
        workspace.reply(Reply(429, {"Retry-After": "30"}), times=1)
        await deliverer.put(delivery("one", "web", recipient="deploys"), to_hook("hook"))
        await passes(10)
        await deliverer.put(delivery("two", "api", recipient="deploys"), delivery("three", "x", recipient="other"))
        await passes(50)
        calls = [(call.at, call.fields["channel"], call.outcome) for call in workspace.calls]
        assert calls[:2] == [(0, "deploys", "scripted"), (10, "other", "ok")]
        assert calls[2:] == [(30, "deploys", "ok"), (31, "deploys", "ok")]
        assert {message.key for message in workspace.messages} == {"one", "two", "three"}
        assert [request.at for request in sink.requests] == [0]


async def test_a1_the_daemon_waits_for_slack_and_tells_a_webhook_of_the_same_event_within_two_seconds(
    stage: Stage,
) -> None:
    async with SlackWorkspace("deploys") as workspace:
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(stage.services("hook"), slack_at(workspace))
        workspace.reply(Reply(429, {"Retry-After": "1"}), times=1)
        async with stage.ready() as running:
            began = time()
            stage.put(marked(1, slack="deploys", hook=""))
            await workspace.wait_for_calls(1)
            stage.put(marked(1, "api", slack="deploys", hook=""))
            await running.settled()
        refused, *later = workspace.calls
        assert [call.outcome for call in later] == ["ok", "ok"]
        assert later[0].at - refused.at >= 1
        assert {message.text for message in workspace.channel("deploys")} == {"web 1", "api 1"}
        assert stage.requests("hook")[0].at - began < 2


def to_hook(key: str, lane: str = "hook") -> Delivery:
    """A message to the webhook."""
    return delivery(key, lane, service="hook", recipient="", message=msgspec.json.encode({"message": key}))


def test_a2_whoever_answers_503_for_twenty_minutes_gets_everything_once_and_in_order_after_that() -> None:
    in_virtual_time(_twenty_minutes())


async def _twenty_minutes() -> None:
    said = {lane: [f"{lane} {minute}" for minute in range(20)] for lane in ("web", "api", "job")}
    async with at_work() as (deliverer, client), Sink() as sink:
        deliverer.services.services["hook"] = webhook(client, sink)
        sink.reply(Reply(503))
        for minute in range(20):
            await deliverer.put(*(to_hook(keys[minute], lane) for lane, keys in said.items()))
            await passes(60)
        sink.reply(Reply(200))
        assert elapsed() == 1200
        await passes(600)
        taken = [request.headers[KEY] for request in sink.requests if request.at >= 1200]
        assert {lane: [key for key in taken if key.startswith(lane)] for lane in said} == said
        assert len(sink.requests) > len(taken) + 3 * 5, "each lane's first was tried again and again"


def test_a2_nothing_is_given_up_within_an_hour_by_default() -> None:
    assert Settings().delivery.horizon >= HOUR


async def test_a2_the_daemon_brings_everything_once_and_in_order_after_503s(stage: Stage) -> None:
    stage.configure(stage.services("one", "two"))
    stage.sink.reply(Reply(503), path="/one")
    async with stage.ready() as running:
        for mark in (1, 2, 3):
            stage.put(marked(mark, one="", two=""), marked(mark, "api", one="", two=""))
        await until(lambda: len(stage.told("one")) >= 3 and len(stage.told("two")) == 6)
        stage.sink.reply(Reply(200), path="/one")
        refused = len(stage.told("one"))
        await running.settled()
        assert {row.state for row in await running.rows()} == {State.DELIVERED}
    taken = stage.told("one")[refused:]
    assert sorted(taken) == sorted(stage.told("two"))
    assert [text for text in taken if "web" in text] == ["web 1", "web 2", "web 3"]
    assert [text for text in taken if "api" in text] == ["api 1", "api 2", "api 3"]


async def test_a4_a_failed_send_is_tried_again_and_only_then_is_its_once_per_used_up(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(503), path="/one", times=1)
    async with stage.ready() as running:
        for mark in (1, "", 1):
            stage.put(marked(mark, one=""))
        await running.settled()
        assert stage.told("one") == ["web 1", "web 1"], "refused, then taken"
        for mark in (2, 1):
            stage.put(marked(mark, one=""))
        await running.settled()
        assert stage.told("one") == ["web 1", "web 1", "web 2"]
        assert [(row.attempts, row.state) for row in await running.rows()] == [
            (2, State.DELIVERED),
            (1, State.DELIVERED),
        ]


async def test_a4_a_once_per_value_refused_for_good_is_not_lost_but_a_dead_letter_until_it_succeeds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that comes up again finds the dead letter there: sending that one is what brings it, once."""
    monkeypatch.setattr(worker, "_POLL", 0.05)
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(404), path="/one", times=1)
    async with stage.ready() as running:
        for mark in (1, 2, 1):
            stage.put(marked(mark, one=""))
        await running.settled()
        dead, delivered = await running.rows()
        assert (dead.state, delivered.state) == (State.DEAD, State.DELIVERED)
        await running.daemon.outbox.retry(dead.id, time())
        await running.drained()
        assert {row.state for row in await running.rows()} == {State.DELIVERED}
    assert stage.told("one") == ["web 1", "web 2", "web 1"]


async def test_a5_of_five_recipients_only_the_one_that_failed_is_told_again(stage: Stage) -> None:
    async with SlackWorkspace(*CHANNELS) as workspace, MailSink() as mail:
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(stage.services(*CHANNELS), slack_at(workspace), mail_at(mail))
        stage.sink.reply(Reply(500), path="/c", times=1)
        workspace.refuse("internal_error", times=1)
        mail.reply(SmtpStage.RCPT, "450 4.2.1 later", address="c@shop.example", times=1)
        hooks = dict.fromkeys(CHANNELS, "")
        async with stage.ready() as running:
            stage.put(marked(1, slack=";".join(CHANNELS), email=";".join(addresses()), **hooks))
            await running.settled()
        assert Counter(request.path for request in stage.sink.requests) == {f"/{c}": 1 + (c == "c") for c in CHANNELS}
        assert len(set(stage.keys("c"))) == 1
        refused = next(call.fields["channel"] for call in workspace.calls if call.outcome == "scripted")
        assert Counter(call.fields["channel"] for call in workspace.calls) == {c: 1 + (c == refused) for c in CHANNELS}
        assert [len(workspace.channel(channel)) for channel in CHANNELS] == [1] * 5
        assert sorted(mail.recipients for mail in mail.mails) == [(address,) for address in addresses()]


async def test_a5_of_five_addresses_of_one_mail_only_the_one_that_was_refused_gets_another(stage: Stage) -> None:
    async with MailSink() as mail:
        stage.configure(mail_at(mail))
        mail.reply(SmtpStage.RCPT, "450 4.2.1 later", address="c@shop.example", times=1)
        async with stage.ready() as running:
            stage.put(marked(1, email=", ".join(addresses())))
            await running.settled()
        whole, repeated = mail.mails
        assert set(whole.recipients) == {*addresses()} - {"c@shop.example"}
        assert repeated.recipients == ("c@shop.example",)


def addresses() -> list[str]:
    return [f"{name}@shop.example" for name in CHANNELS]


async def test_a6_who_never_answers_is_cut_off_and_the_others_are_told_within_two_seconds(stage: Stage) -> None:
    async with SlackWorkspace("x") as workspace, MailSink() as mail:
        stage.secret(**{"slack-token": workspace.token})
        deaf = stage.services("deaf") | slack_at(workspace) | mail_at(mail)
        stage.configure(stage.services("good"), {key: f"{entry}timeout: 300ms\n" for key, entry in deaf.items()})
        stage.sink.reply(Reply(manner=Manner.NEVER), path="/deaf")
        workspace.reply(Reply(manner=Manner.NEVER))
        mail.reply(SmtpStage.CONNECT, Silence(hangs=True))
        async with stage.ready(shutdown_grace=0.1) as running:
            began = time()
            whom = {"good": "", "deaf": "", "slack": "x", "email": "x@shop.example"}
            stage.put(*(marked(1, f"web-{number}", **whom) for number in range(200)))
            await until(lambda: len(stage.told("good")) == 200)
            await until(lambda: cut_off(running) == {"deaf", "slack", "email"})
            reasons = {row.why for row in await running.rows() if row.service != "good" and row.attempts}
    assert all(str(why).endswith("within 0.3 s") for why in reasons), reasons
    assert quantiles([request.at - began for request in stage.requests("good")], n=20)[-1] < 2


def cut_off(running: Running) -> set[str]:
    """The services of which an attempt has failed and will be made again."""
    labels = {"trigger": "on-mark", "outcome": "retry"}
    services = running.daemon.directory.config.services
    return {name for name in services if running.metric("attempts_total", service=name, **labels)}


@pytest.mark.parametrize("kind", ["slack", "webhook", "email"])
def test_a6_who_never_answers_is_cut_off_after_ten_seconds_by_default(kind: str) -> None:
    in_virtual_time(_ten_seconds(kind))


async def _ten_seconds(kind: str) -> None:
    async with at_work() as (deliverer, client), Workspace("x") as workspace, Sink() as sink, MailSink() as mail:
        workspace.reply(Reply(manner=Manner.NEVER))
        sink.reply(Reply(manner=Manner.NEVER), path="/deaf")
        mail.reply(SmtpStage.CONNECT, Silence(hangs=True))
        deaf = {
            "slack": slack(client, workspace),
            "webhook": webhook(client, sink, "deaf"),
            "email": email(client, mail),
        }
        deliverer.services.services |= {"deaf": deaf[kind], "hook": webhook(client, sink)}
        await deliverer.put(delivery("deaf", "deaf", service="deaf", recipient="x@y.example"), to_hook("good"))
        await passes(9.9)
        assert deliverer.heard.attempts == [("good", State.DELIVERED)]
        await passes(0.2)
        assert deliverer.heard.attempts[1:] == [("deaf", State.PENDING)]
        await deaf[kind].close()


def test_a9_what_fails_until_the_horizon_is_tried_to_the_last_second_and_no_more() -> None:
    in_virtual_time(_horizon())


async def _horizon() -> None:
    async with at_work(policy=Policy(horizon=HOUR)) as (deliverer, client), Sink() as sink:
        deliverer.services.services["hook"] = webhook(client, sink)
        sink.reply(Reply(503))
        await deliverer.put(to_hook("a"))
        await passes(HOUR - 1)
        assert (await deliverer.row("a")).state is State.PENDING
        await passes(HOUR)
        row = await deliverer.row("a")
        assert (row.state, sink.requests[-1].at) == (State.DEAD, HOUR)
        assert str(row.why).startswith(f"given up after {row.attempts} attempts in 1 h: ")
        assert deliverer.heard.settlements == [("a", State.DEAD)]


async def test_a9_a_dead_letter_is_listed_counted_and_sent_again_by_one_command(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_POLL", 0.05)
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(503), path="/one")
    async with stage.ready(retry_horizon=0.2) as running:
        labels = {"service": "one", "trigger": "on-mark", "outcome": "dead"}
        assert running.metric("deliveries_total", **labels) == 0
        stage.put(marked(1, one=""))
        await running.settled()
        assert running.metric("deliveries_total", **labels) == 1
        (letter,) = await deliveries(stage, "list", "--state", "dead", "-o", "json")
        assert (letter["name"], letter["service"], letter["status"]) == ("web", "one", "503")
        stage.sink.reply(Reply(200), path="/one")
        refused = len(stage.told("one"))
        await deliveries(stage, "retry", str(letter["id"]))
        await until(lambda: len(stage.told("one")) > refused)
        await running.drained()
        assert [row.state for row in await running.rows()] == [State.DELIVERED]
    assert (set(stage.told("one")), set(stage.keys("one"))) == ({"web 1"}, {letter["key"]})
