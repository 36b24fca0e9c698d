"""A3: the process is killed before a receiver has taken a message, and after that but before this is written down."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from signal import SIGKILL
from typing import Any, NamedTuple

import pytest

from notifier.sandbox.mail import MailSink, Reply as Said, Stage as SmtpStage
from notifier.sandbox.receivers import Manner, Reply, WebhookSink
from notifier.sandbox.slack import SlackWorkspace
from tests.acceptance.audience import deliveries, mail_at, marked, on_stage, slack_at
from tests.e2e.program import run
from tests.integration.daemon.stage import KEY, Stage, until


class Everybody(NamedTuple):
    """A stage with one receiver of each kind."""

    stage: Stage
    slack: SlackWorkspace
    mail: MailSink

    def told(self) -> dict[str, list[tuple[str, str]]]:
        """Keys and texts of what each was told, taken or not."""
        calls = (call.fields for call in self.slack.calls)
        return {
            "hook": [(request.headers[KEY], request.body.decode()) for request in self.stage.requests("hook")],
            "slack": [(call["metadata"]["event_payload"]["key"], call["text"]) for call in calls],
            "email": [(mail.key, mail.text.strip()) for mail in self.mail.mails],
        }

    def heard(self, times: int) -> bool:
        """Whether each was told something so often; mails that are not taken cannot be read."""
        return all(len(told) == times for told in self.told().values())


@pytest.fixture
async def everybody(tmp_path: Path) -> AsyncIterator[Everybody]:
    async with on_stage(tmp_path) as stage, SlackWorkspace("deploys") as slack, MailSink() as mail:
        stage.secret(**{"slack-token": slack.token})
        stage.configure(stage.services("hook"), slack_at(slack), mail_at(mail))
        yield Everybody(stage, slack, mail)


@pytest.fixture
async def held_up(everybody: Everybody, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[sqlite3.Connection]:
    """A lock on the store, taken when the first receiver is told and before it answers: no outcome is written down."""
    with closing(sqlite3.connect(everybody.stage.store, isolation_level=None)) as lock:
        take = cache(lambda: lock.execute("BEGIN IMMEDIATE"))
        for receiver, method in ((WebhookSink, "_remember"), (SlackWorkspace, "_perform"), (MailSink, "take")):
            monkeypatch.setattr(receiver, method, _after(take, getattr(receiver, method)))
        yield lock


def _after(first: Callable[[], object], method: Callable[..., Any]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        first()
        return method(*arguments)

    return both


async def test_a3_what_no_receiver_has_taken_when_the_process_is_killed_is_sent_after_a_restart(
    everybody: Everybody,
) -> None:
    stage, slack, mail = everybody
    stage.sink.reply(Reply(manner=Manner.NEVER), path="/hook", times=1)
    slack.reply(Reply(manner=Manner.NEVER), times=1)
    mail.reply(SmtpStage.END, Said(hangs=True))
    async with run(stage) as daemon:
        await daemon.ready()
        stage.put(marked(1, slack="deploys", email="a@shop.example", hook=""))
        await until(lambda: stage.requests("hook") and slack.calls and mail.open_connections)
        assert await daemon.stop(SIGKILL) == -SIGKILL
    assert (slack.messages, mail.mails) == ([], [])
    mail.reply(SmtpStage.END, Said())
    async with run(stage) as daemon:
        await until(lambda: len(stage.requests("hook")) == 2 and slack.messages and mail.mails)
        assert await daemon.stop() == 0
    told = everybody.told()
    assert {text for texts in told.values() for _, text in texts} == {"web 1"}
    assert [len(texts) for texts in told.values()] == [2, 2, 1]
    assert [len(set(texts)) for texts in told.values()] == [1, 1, 1], "again under the same key"
    assert await rows(stage) == {"delivered": 3}


async def test_a3_what_was_taken_but_not_written_down_comes_once_more_at_most_and_under_the_same_key(
    everybody: Everybody, held_up: sqlite3.Connection
) -> None:
    """PagerDuty's `dedup_key` and Opsgenie's `alias` are to come with these services."""
    stage = everybody.stage
    async with run(stage) as daemon:
        await daemon.ready()
        stage.put(marked(1, slack="deploys", email="a@shop.example", hook=""))
        await until(lambda: everybody.heard(1))
        assert "ok" in await daemon.get("/healthz"), "what was answered before this has arrived"
        assert await daemon.stop(SIGKILL) == -SIGKILL
    held_up.execute("ROLLBACK")
    assert await rows(stage) == {"leased": 3}
    for _ in range(2):
        async with run(stage) as daemon:
            await daemon.ready()
            await until(lambda: everybody.heard(2))
            assert await daemon.stop() == 0
    assert everybody.heard(2)
    assert [len(set(told)) for told in everybody.told().values()] == [1, 1, 1]
    assert await rows(stage) == {"delivered": 3}


async def rows(stage: Stage) -> Counter[str]:
    """How many deliveries are in which state."""
    return Counter(row["state"] for row in await deliveries(stage, "list", "-o", "json"))
