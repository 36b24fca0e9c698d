"""The Slack workspace on a bad day, and its rate limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from notifier.sandbox.receivers import Manner, Reply
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from tests.integration.sandbox.slack_clients import connected, post, refusal, refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_sdk.web.async_client import AsyncWebClient


class Clock:
    """A clock that stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workspace(clock: Clock) -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace("deploys", "alerts", pace=Pace(clock=clock)) as running:
        yield running


@pytest.fixture
async def client(workspace: SlackWorkspace) -> AsyncIterator[AsyncWebClient]:
    async with connected(workspace) as running:
        yield running


async def test_a_channel_takes_three_messages_at_once_and_then_one_a_second(
    workspace: SlackWorkspace, client: AsyncWebClient, clock: Clock
) -> None:
    for _ in range(3):
        await post(client, text="burst")
    answer = await refusal(post(client, text="too soon"))
    assert (answer.status_code, answer.headers["Retry-After"], answer["error"]) == (429, "1", "ratelimited")
    clock.now += 0.999
    await refusal(post(client, text="still too soon"))
    clock.now += 0.001
    await post(client, text="in time")
    await refusal(post(client, text="too soon again"))
    clock.now += 100
    for _ in range(3):
        await post(client, text="burst")
    await refusal(post(client, text="too soon"))
    assert len(workspace.channel("deploys")) == 7


async def test_channels_and_edits_do_not_wait_for_one_another(client: AsyncWebClient) -> None:
    for _ in range(3):
        answer = await post(client, text="burst")
    await post(client, "alerts", text="elsewhere")
    for text in ("one", "two"):
        await client.chat_update(channel=answer["channel"], ts=answer["ts"], text=text)


async def test_a_slow_pace_says_how_long_to_wait(clock: Clock) -> None:
    slow = Pace(rate=0.1, burst=1, clock=clock)
    async with SlackWorkspace("deploys", pace=slow) as workspace, connected(workspace) as client:
        await post(client, text="one")
        assert (await refusal(post(client, text="two"))).headers["Retry-After"] == "10"
        clock.now += 3.5
        assert (await refusal(post(client, text="two"))).headers["Retry-After"] == "7"


async def test_scripted_replies_go_by_method_and_run_out(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    workspace.reply(Reply(503, body=b"down"), times=1)
    workspace.refuse("is_archived", method="chat.postMessage", times=1)
    workspace.reply(Reply(429, {"Retry-After": "7"}), method="chat.postMessage", times=1)
    first, second, third = [await refusal(post(client, text="hello")) for _ in range(3)]
    assert (first["error"], first.status_code) == ("is_archived", 200)
    assert (second.status_code, second.headers["Retry-After"], third.status_code) == (429, "7", 503)
    await post(client, text="hello")
    assert [call.outcome for call in workspace.calls] == ["scripted"] * 3 + ["ok"]
    assert (workspace.calls[0].fields["text"], len(workspace.messages)) == ("hello", 1)


async def test_the_latest_lasting_reply_counts_until_the_truth_is_told_again(
    workspace: SlackWorkspace, client: AsyncWebClient
) -> None:
    workspace.refuse("fatal_error")
    workspace.refuse("account_inactive")
    assert await refused(client.auth_test()) == await refused(post(client, text="hello")) == "account_inactive"
    workspace.recover()
    assert (await client.auth_test())["ok"]


async def test_a_call_that_is_never_answered_has_been_read(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    workspace.reply(Reply(manner=Manner.NEVER))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await post(client, text="hello")
    assert (workspace.calls[0].fields["text"], workspace.messages) == ("hello", [])


@pytest.mark.parametrize(
    ("manner", "read"), [(Manner.CLOSE_BEFORE_READING, {}), (Manner.CLOSE_AFTER_READING, {"channel": "deploys"})]
)
async def test_a_connection_that_is_closed_was_read_from_or_not(
    workspace: SlackWorkspace, client: AsyncWebClient, manner: Manner, read: dict[str, str]
) -> None:
    workspace.reply(Reply(manner=manner), times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert workspace.calls[0].fields == read
    await post(client, text="hello")


async def test_garbage_is_no_http(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    workspace.reply(Reply(manner=Manner.GARBAGE))
    with pytest.raises(aiohttp.ClientResponseError):
        await post(client, text="hello")


async def test_an_endless_body_ends_when_nobody_reads_it(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    workspace.reply(Reply(manner=Manner.ENDLESS_BODY), times=1)
    async with aiohttp.ClientSession() as session, session.post(f"{workspace.api_url}auth.test") as answer:
        assert len(await answer.content.readexactly(1_000_000)) == 1_000_000
    assert (await client.auth_test())["ok"]
