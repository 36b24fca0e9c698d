"""The Slack workspace: who may write where, threads, edits, what people see of it."""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import trustme

from notifier.sandbox.slack import BOT_ID, SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from tests.integration.sandbox.slack_clients import connected, post, refusal, refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_sdk.web.async_client import AsyncWebClient

UNHURRIED = Pace(rate=float("inf"))
NEVER_WRITTEN = "1600000000.000100"


@pytest.fixture
async def workspace() -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace("deploys", "alerts", outside=["secret"], archived=["old"], pace=UNHURRIED) as running:
        yield running


@pytest.fixture
async def client(workspace: SlackWorkspace) -> AsyncIterator[AsyncWebClient]:
    async with connected(workspace) as running:
        yield running


async def root(client: AsyncWebClient, text: str = "root", channel: str = "deploys") -> tuple[str, str]:
    answer = await client.chat_postMessage(channel=channel, text=text)
    return str(answer["channel"]), str(answer["ts"])


async def test_an_answer_says_where_the_message_is(client: AsyncWebClient) -> None:
    first = await client.chat_postMessage(channel="deploys", text="hello", username="Rollouts")
    second = await client.chat_postMessage(channel="alerts", text="hello")
    assert (first["ok"], first["channel"][0], first["channel"] != second["channel"]) == (True, "C", True)
    assert (first["ts"], second["ts"]) == ("1700000000.000000", "1700000000.000100")
    assert first["message"] == {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": BOT_ID,
        "text": "hello",
        "username": "Rollouts",
        "ts": first["ts"],
    }


async def test_a_channel_is_a_name_with_or_without_its_sign_or_an_id(
    workspace: SlackWorkspace, client: AsyncWebClient
) -> None:
    channel, _ = await root(client)
    for address in ("#deploys", channel):
        assert (await client.chat_postMessage(channel=address, text="again"))["channel"] == channel
    assert [message.channel for message in workspace.channel(channel)] == ["deploys"] * 3


async def test_ids_depend_on_names_alone(client: AsyncWebClient) -> None:
    channel, _ = await root(client)
    async with SlackWorkspace("other", "deploys") as other, connected(other) as another:
        assert (await another.chat_postMessage(channel=channel, text="hello"))["channel"] == channel


async def test_a_user_is_written_to_directly(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    channel, _ = await root(client, channel="U123ABC")
    assert (channel[0], workspace.messages[0].channel) == ("D", "U123ABC")
    assert (await client.chat_postMessage(channel=channel, text="again"))["channel"] == channel
    assert [message.text for message in workspace.channel("U123ABC")] == ["root", "again"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("secret", "not_in_channel"),
        ("#old", "is_archived"),
        ("nowhere", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("D0NOWHERE", "channel_not_found"),
        ("@person", "channel_not_found"),
        ("##deploys", "channel_not_found"),
        ("", "invalid_arguments"),
    ],
)
async def test_not_every_channel_can_be_written_to(
    workspace: SlackWorkspace, client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await refused(post(client, channel, text="hello")) == error
    assert (workspace.messages, [call.outcome for call in workspace.calls]) == ([], [error])


async def test_what_was_sent_is_kept_as_it_was_sent(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*a &amp; b*"}}]
    attachments = [{"color": "#ff0000", "text": "b"}]
    metadata = {"event_type": "rollout", "event_payload": {"key": "k-1"}}
    said: dict[str, Any] = {"text": "a &amp; b", "blocks": blocks, "attachments": attachments, "metadata": metadata}
    await post(client, **said, username="Rollouts", icon_emoji=":ship:", unfurl_links=False, unfurl_media=True)
    (message,) = workspace.messages
    assert (message.text, message.blocks, message.attachments) == ("a &amp; b", blocks, attachments)
    assert (message.metadata, message.key) == (metadata, "k-1")
    assert (message.username, message.icon) == ("Rollouts", ":ship:")
    assert (message.unfurl_links, message.unfurl_media) == (False, True)


async def test_a_form_says_the_same_as_json(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    await post(client, blocks=[{"type": "divider"}], unfurl_links=False, icon_url="https://x/y.png")
    form = {"channel": "deploys", "blocks": '[{"type":"divider"}]', "icon_url": "https://x/y.png"}
    await client.api_call("chat.postMessage", data={**form, "unfurl_links": "false", "token": workspace.token})
    async with aiohttp.ClientSession() as session:
        in_form = {**form, "unfurl_links": "0", "token": workspace.token}
        await session.post(f"{workspace.api_url}chat.postMessage", data=in_form)
    first, *others = [(m.blocks, m.icon, m.unfurl_links) for m in workspace.messages]
    assert others == [first] * 2
    assert not any("token" in call.fields for call in workspace.calls)


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth"), (None, "token_revoked")]
)
async def test_a_token_is_needed_that_is_in_force(workspace: SlackWorkspace, token: str | None, error: str) -> None:
    workspace.auth_error = "token_revoked" if token is None else ""
    async with connected(workspace, token=token) as client:
        assert await refused(client.auth_test()) == error


async def test_a_token_in_json_is_none(workspace: SlackWorkspace) -> None:
    url, sent = f"{workspace.api_url}auth.test", {"token": workspace.token}
    async with aiohttp.ClientSession() as session, session.post(url, json=sent) as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}


async def test_auth_test_says_who_we_are(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["bot_id"], answer["url"]) == (BOT_ID, f"{workspace.url}/")


@pytest.mark.parametrize(("body", "error"), [(b"{", "invalid_json"), (b"[]", "json_not_object")])
async def test_a_body_is_an_object_of_json(workspace: SlackWorkspace, body: bytes, error: str) -> None:
    url, headers = f"{workspace.api_url}auth.test", {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert (await answer.json())["error"] == error


async def test_other_methods_are_unknown_and_other_paths_are_nothing(
    workspace: SlackWorkspace, client: AsyncWebClient
) -> None:
    assert await refused(client.conversations_list()) == "unknown_method"
    async with aiohttp.ClientSession() as session, session.post(f"{workspace.url}/chat.postMessage") as answer:
        assert answer.status == 404


async def test_replies_are_seen_in_their_thread_and_broadcasts_in_the_channel_too(
    workspace: SlackWorkspace, client: AsyncWebClient
) -> None:
    _, ts = await root(client)
    reply = await client.chat_postMessage(channel="deploys", text="reply", thread_ts=ts)
    await client.chat_postMessage(channel="deploys", text="loud", thread_ts=ts, reply_broadcast=True)
    await client.chat_postMessage(channel="deploys", text="deep", thread_ts=reply["ts"])
    assert reply["message"]["thread_ts"] == ts
    assert [(m.text, m.root, m.broadcast) for m in workspace.channel("deploys")] == [
        ("root", True, False),
        ("loud", False, True),
    ]
    assert [(m.text, m.thread_ts) for m in workspace.thread(ts)] == [
        ("root", None),
        ("reply", ts),
        ("loud", ts),
        ("deep", ts),
    ]


@pytest.mark.parametrize(
    ("channel", "ts", "error"),
    [
        ("deploys", NEVER_WRITTEN, "thread_not_found"),
        ("alerts", "1700000000.000000", "thread_not_found"),
        ("deploys", "1700000000", "invalid_thread_ts"),
    ],
)
async def test_a_thread_has_a_root_in_its_channel(client: AsyncWebClient, channel: str, ts: str, error: str) -> None:
    await root(client)
    assert await refused(post(client, channel, text="reply", thread_ts=ts)) == error


async def test_a_reply_to_a_deleted_root_may_be_taken_and_seen_by_nobody() -> None:
    async with SlackWorkspace("deploys", unthreads=False) as workspace, connected(workspace) as client:
        channel, ts = await root(client)
        await client.chat_delete(channel=channel, ts=ts)
        answer = await client.chat_postMessage(channel=channel, text="reply", thread_ts=ts)
        assert answer["message"]["thread_ts"] == ts
        assert [message.deleted for message in workspace.messages] == [True, False]
        assert (workspace.channel("deploys"), workspace.thread(ts)) == ([], [])


async def test_a_reply_to_a_deleted_root_can_be_made_to_stand_by_itself() -> None:
    async with SlackWorkspace("deploys") as workspace, connected(workspace) as client:
        channel, ts = await root(client)
        await client.chat_delete(channel=channel, ts=ts)
        answer = await client.chat_postMessage(channel=channel, text="reply", thread_ts=ts)
        assert "thread_ts" not in answer["message"]
        assert [(message.text, message.root) for message in workspace.channel("deploys")] == [("reply", True)]


async def test_an_edit_replaces_what_it_names_and_keeps_the_rest(
    workspace: SlackWorkspace, client: AsyncWebClient
) -> None:
    answer = await post(client, text="one", blocks=[{"type": "divider"}], attachments=[{"text": "a"}])
    place = {"channel": answer["channel"], "ts": answer["ts"]}
    assert (await client.chat_update(**place, text="two"))["text"] == "two"
    (message,) = workspace.channel("deploys")
    assert (message.text, message.blocks, message.attachments) == ("two", [{"type": "divider"}], [{"text": "a"}])
    await client.chat_update(**place, text="three", blocks=[], attachments=[])
    (message,) = workspace.messages
    assert (message.text, message.blocks, message.attachments, message.ts) == ("three", [], [], answer["ts"])
    assert [(edit.text, len(edit.blocks)) for edit in message.edits] == [("one", 1), ("two", 1)]


async def test_a_reply_can_be_broadcast_later(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    channel, ts = await root(client)
    reply = await client.chat_postMessage(channel=channel, text="reply", thread_ts=ts)
    await client.chat_update(channel=channel, ts=reply["ts"], text="reply", reply_broadcast=True)
    await client.chat_update(channel=channel, ts=ts, text="root", reply_broadcast=True)
    assert [(message.text, message.broadcast) for message in workspace.channel("deploys")] == [
        ("root", False),
        ("reply", True),
    ]


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
async def test_only_what_is_there_and_ours_is_changed(
    workspace: SlackWorkspace, client: AsyncWebClient, method: str
) -> None:
    channel, ts = await root(client)
    elsewhere, _ = await root(client, channel="alerts")
    theirs = workspace.say("deploys", "mine", thread_ts=ts)

    async def error(**fields: Any) -> str:
        return await refused(client.api_call(method, json={"channel": channel, "ts": ts, "text": "new", **fields}))

    assert await error(channel="deploys") == await error(channel="C0NOWHERE") == "channel_not_found"
    assert await error(ts=NEVER_WRITTEN) == await error(channel=elsewhere) == "message_not_found"
    assert await error(ts=None) == "invalid_arguments"
    assert re.fullmatch("cant_(update|delete)_message", await error(ts=theirs.ts))
    assert [message.text for message in workspace.thread(ts)] == ["root", "mine"]
    await client.chat_delete(channel=channel, ts=ts)
    assert await error() == "message_not_found"


async def test_calls_are_remembered_with_their_outcome(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    await root(client)
    await refusal(post(client))
    assert [(call.method, call.outcome) for call in workspace.calls] == [
        ("chat.postMessage", "ok"),
        ("chat.postMessage", "no_text"),
    ]
    assert workspace.calls[0].fields == {"channel": "deploys", "text": "root"}
    assert workspace.messages[0].at <= workspace.calls[0].at <= workspace.calls[1].at


async def test_arrivals_can_be_waited_for(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    messages = asyncio.create_task(workspace.wait_for(2))
    calls = asyncio.create_task(workspace.wait_for_calls(2))
    await refusal(post(client))
    for text in ("one", "two", "three"):
        await root(client, text)
    assert [message.text for message in await messages] == ["one", "two"]
    assert [call.outcome for call in await calls] == ["no_text", "ok"]
    for never in (workspace.wait_for(4, within=0.01), workspace.wait_for_calls(5, within=0.01)):
        with pytest.raises(TimeoutError):
            await never


async def test_it_speaks_tls_at_a_port_of_choice(unused_tcp_port: int) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(theirs)
    async with SlackWorkspace("deploys", port=unused_tcp_port, tls=ours) as workspace:
        assert workspace.api_url == f"https://127.0.0.1:{unused_tcp_port}/api/"
        async with connected(workspace, tls=theirs) as client:
            assert (await client.auth_test())["ok"]
