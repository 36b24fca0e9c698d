"""A7, A8, A21 and A34: what receivers refuse, what they may be sent, and tokens that change meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import yaml

from notifier.config.schema import Config
from notifier.delivery import worker
from notifier.model import Object
from notifier.outbox.protocol import State
from notifier.sandbox.kinds import ARGO
from notifier.sandbox.mail import MailSink
from notifier.sandbox.receivers import Reply
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import mentions, shown
from tests.acceptance.audience import asked, deliveries, mail_at, marked, on_stage, slack_at, states
from tests.integration.daemon.stage import Running, Stage, until
from tests.unit.rollouts import built

STATUSES = (400, 401, 403, 404, 410)
HOOKS = tuple(f"http-{status}" for status in STATUSES)
REFUSED = {
    "channel-not-found": {"slack": "nowhere"},
    "not-in-channel": {"slack": "outside"},
    "invalid-auth": {"old": "deploys"},
    **{hook: {hook: ""} for hook in HOOKS},
}
"""Whom each Rollout tells, by the name that says why this cannot work."""

WORDS = {
    "internal_error": State.DELIVERED,
    "never_heard_of": State.DELIVERED,
    "channel_not_found": State.DEAD,
    "token_revoked": State.DEAD,
    "is_archived": State.DEAD,
    "msg_too_long": State.DEAD,
}
"""What becomes of a message that Slack refuses once with a word."""

NASTY = 'he said "no" \\ and left\nfor good: <!channel> <@U0BOSS> <b>&amp; & 🚀 ' + "x" * 10_000 + " the end"
EXACTLY = {
    "message": "{{ rollout.status.message }}",
    "slack": {
        "text": "{{ rollout.status.message }}",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "{{ rollout.status.message }}"}}],
        "attachments": '[{"text": {{ rollout.status.message | tojson }}}]',
    },
    "email": {"subject": "{{ rollout.status.message }}", "body": "{{ message }}", "html": "<p>{{ message }}</p>"},
    "webhook": {
        "tree": {"body": {"why": "{{ rollout.status.message }}"}},
        "text": {"body": '{"why": {{ rollout.status.message | tojson }}}'},
    },
}
"""A template that cuts nothing, as trees and as JSON in texts."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path) as stage:
        yield stage


async def in_force(running: Running, holds: Callable[[Config], object]) -> None:
    await until(lambda: holds(running.daemon._pipeline.config))


async def test_a7_what_is_refused_for_good_is_attempted_once_and_sent_again_by_one_command(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_POLL", 0.05)
    for hook, status in zip(HOOKS, STATUSES, strict=True):
        stage.sink.reply(Reply(status), path=f"/{hook}")
    async with (
        SlackWorkspace("deploys", outside=["outside"]) as wrong,
        SlackWorkspace("deploys", "outside", "nowhere") as right,
    ):
        broken = stage.services(*HOOKS) | slack_at(wrong) | slack_at(wrong, "service.slack.old", token="old-token")
        stage.secret(**{"slack-token": wrong.token, "old-token": "xoxb-old"})
        stage.configure(broken)
        async with stage.ready() as running:
            stage.put(*(marked(1, name, **recipients) for name, recipients in REFUSED.items()))
            await running.settled()
            await check_refused(stage, running, wrong)
            stage.configure(broken, {"context": "cluster: prod\n"})
            await in_force(running, lambda config: config.context)
            await running.caught_up()
            await check_refused(stage, running, wrong)
            stage.secret(**{"slack-token": right.token, "old-token": right.token})
            stage.configure(mended(stage), slack_at(right), slack_at(right, "service.slack.old", token="old-token"))
            await in_force(running, lambda config: right.token in config.secrets.values())
            await in_force(running, lambda config: "/mended/" in config.services[HOOKS[0]].options["url"])
            dead = await deliveries(stage, "list", "--state", "dead", "-o", "json")
            await deliveries(stage, "retry", *(str(letter["id"]) for letter in dead))
            await until(lambda: len(right.messages) + len(stage.sink.requests) == 2 * len(HOOKS) + 4)
            await running.drained()
            assert set((await states(running)).values()) == {"delivered"}
    assert sorted(message.text for message in right.messages) == [
        "channel-not-found 1",
        "invalid-auth 1",
        "not-in-channel 1",
    ]
    assert [stage.told(f"mended/{hook}") for hook in HOOKS] == [[f"{hook} 1"] for hook in HOOKS]


async def check_refused(stage: Stage, running: Running, workspace: SlackWorkspace) -> None:
    """Everything was tried once, warned of once on its Rollout, and is a dead letter."""
    assert sorted(call.outcome for call in workspace.calls) == ["channel_not_found", "invalid_auth", "not_in_channel"]
    assert [len(stage.requests(hook)) for hook in HOOKS] == [1] * len(HOOKS)
    rows = {row.name: row for row in await running.rows() if row.service != "sentinel"}
    assert {name: (row.state, row.attempts) for name, row in rows.items()} == dict.fromkeys(REFUSED, (State.DEAD, 1))
    assert [rows[hook].status for hook in HOOKS] == [str(status) for status in STATUSES]
    await until(lambda: len(stage.warnings()) >= len(REFUSED))
    warned = [(event["involvedObject"]["name"], event["type"], event["reason"]) for event in stage.warnings()]
    assert sorted(warned) == sorted((name, "Warning", "NotificationFailed") for name in REFUSED)


def mended(stage: Stage) -> dict[str, str]:
    return {f"service.webhook.{hook}": f"url: {stage.sink.url}/mended/{hook}\n" for hook in HOOKS}


async def test_a8_slacks_ok_false_is_a_failure_that_its_word_classifies(stage: Stage) -> None:
    async with SlackWorkspace(*WORDS) as workspace:
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(slack_at(workspace))
        async with stage.ready() as running:
            for word, state in WORDS.items():
                workspace.refuse(word, times=1)
                stage.put(marked(1, word.replace("_", "-"), slack=word))
                await running.settled()
                row = (await running.rows())[-1]
                assert (row.state, row.attempts) == (state, 2 if state is State.DELIVERED else 1)
                assert len(workspace.channel(word)) == (state is State.DELIVERED)
            outcomes = Counter(WORDS.values())
            counted = {
                outcome: running.metric("attempts_total", service="slack", trigger="on-mark", outcome=outcome)
                for outcome in ("retry", "delivered", "dead")
            }
        passing, lasting = outcomes[State.DELIVERED], outcomes[State.DEAD]
        assert counted == {"retry": passing, "delivered": passing, "dead": lasting}


def whole(obj: Object, annotations: dict[str, str]) -> Object:
    """A built Rollout as an API server takes it, with more annotations."""
    metadata = obj["metadata"]
    return {"apiVersion": ARGO, **obj, "metadata": {**metadata, "annotations": metadata["annotations"] | annotations}}


async def test_a21_the_catalogue_tells_of_an_abort_with_any_text_in_valid_payloads(stage: Stage) -> None:
    """Microsoft Teams is to come with its service."""
    async with SlackWorkspace("deploys") as workspace, MailSink() as mail:
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(stage.services("hook"), slack_at(workspace), mail_at(mail))
        annotations = asked("on-rollout-aborted", slack="deploys", hook="", email="a@shop.example")
        stage.put(whole(built.updating(), annotations))
        async with stage.ready() as running:
            stage.put(whole(built.aborted(why=NASTY, message=NASTY), annotations))
            await running.settled()
            assert [(row.state, row.attempts) for row in await running.rows()] == [(State.DELIVERED, 1)] * 3
        (message,), (request,), (sent,) = workspace.messages, stage.requests("hook"), mail.mails
    start = 'he said "no" \\ and left for good: <!channel> <@U0BOSS> <b>&amp; & 🚀 xxx'
    assert mentions(message) == []
    rich = [part for block in message.blocks if block["type"] == "rich_text" for part in block["elements"]]
    assert any(element["text"].startswith(start) for part in rich for element in part["elements"])
    assert start in request.json()["message"]
    assert request.json()["event"]["cause"]["message"].endswith(NASTY)
    assert start in sent.text
    assert "&lt;!channel&gt; &lt;@U0BOSS&gt; &lt;b&gt;&amp;amp; &amp; 🚀 xxx" in sent.html


async def test_a21_a_template_that_cuts_nothing_is_cut_to_the_receivers_limit_and_mentions_nobody(stage: Stage) -> None:
    async with SlackWorkspace("deploys") as workspace, MailSink() as mail:
        stage.secret(**{"slack-token": workspace.token})
        trigger = {"trigger.on-mark": "- when: rollout.status.abort == true\n  send: [mark]\n"}
        template = {"template.mark": yaml.safe_dump(EXACTLY)}
        stage.configure(stage.services("tree", "text"), slack_at(workspace), mail_at(mail), trigger, template)
        annotations = asked(slack="deploys", tree="", text="", email="a@shop.example")
        stage.put(whole(built.updating(), annotations))
        async with stage.ready() as running:
            stage.put(whole(built.aborted(message=NASTY), annotations))
            await running.settled()
            assert [(row.state, row.attempts) for row in await running.rows()] == [(State.DELIVERED, 1)] * 4
        (message,), (sent,) = workspace.messages, mail.mails
    assert mentions(message) == []
    assert shown(message.text) == NASTY
    section = message.blocks[0]["text"]["text"]
    assert len(section) <= 3000
    assert shown(section.removesuffix("…")) == NASTY[: len(shown(section)) - 1]
    assert [shown(one["text"]) for one in message.attachments] == [NASTY]
    assert [stage.requests(hook)[0].json() for hook in ("tree", "text")] == [{"why": NASTY}] * 2
    assert sent.text.strip() == NASTY
    assert "\n" not in sent.message["Subject"]
    assert "<b>" not in sent.html


async def test_a34_a_rotated_token_holds_for_the_next_attempt_and_for_what_waits(stage: Stage) -> None:
    async with SlackWorkspace("deploys", "ops") as workspace:
        new = "xoxb-new"
        stage.secret(**{"slack-token": workspace.token})
        stage.configure(slack_at(workspace))
        workspace.refuse("internal_error")
        async with stage.ready() as running:
            stage.put(marked(1, slack="deploys;ops"))
            await workspace.wait_for_calls(2)
            stage.secret(**{"slack-token": new})
            await in_force(running, lambda config: config.secrets.get("slack-token") == new)
            workspace.token = new
            workspace.recover()
            await running.settled()
            assert [(row.state, row.attempts > 1) for row in await running.rows()] == [(State.DELIVERED, True)] * 2
        assert [message.text for message in workspace.messages] == ["web 1", "web 1"]
