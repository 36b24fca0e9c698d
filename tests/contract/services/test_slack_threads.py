"""Slack: threads, by delivery policy and by what has become of the root."""

from typing import Any

import pytest

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.model import Receipt
from notifier.sandbox.slack import SlackWorkspace
from notifier.services.http import Client
from tests.contract.services.slacks import channel_id, letter, slack, threaded

POLICIES = ["Post", "PostAndUpdate", "Update"]


async def started(client: Client, workspace: SlackWorkspace, **section: Any) -> str:
    """The root of a thread that has begun."""
    return (await slack(client, workspace).send(threaded("started", "", **section))).root


def methods(workspace: SlackWorkspace) -> list[str]:
    return [call.method.removeprefix("chat.") for call in workspace.calls]


@pytest.mark.parametrize("policy", POLICIES)
async def test_the_first_message_of_a_thread_is_its_root(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    receipt = await slack(client, workspace).send(threaded("started", "", deliveryPolicy=policy))
    (message,) = workspace.messages
    assert message.root
    assert receipt == Receipt("ok", detail=receipt.root, root=f"{channel_id(workspace)}/{message.ts}")
    assert methods(workspace) == ["postMessage"]


@pytest.mark.parametrize("policy", ["Post", "post", "", "Whatever", None, 7])
async def test_post_replies_and_leaves_the_root_alone(
    client: Client, workspace: SlackWorkspace, policy: object
) -> None:
    root = await started(client, workspace)
    receipt = await slack(client, workspace).send(threaded("1/5", root, deliveryPolicy=policy))
    first, reply = workspace.messages
    assert (first.text, reply.text, reply.thread_ts, reply.broadcast) == ("started", "1/5", first.ts, False)
    assert (receipt.root, receipt.detail) == (root, f"{root.partition('/')[0]}/{reply.ts}")


@pytest.mark.parametrize("policy", ["PostAndUpdate", " postandupdate "])
async def test_post_and_update_changes_the_root_and_replies(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    root = await started(client, workspace)
    for text in ("1/5", "2/5"):
        assert (await slack(client, workspace).send(threaded(text, root, deliveryPolicy=policy))).root == root
    (shown,) = workspace.channel("deploys")
    assert shown.text == "2/5"
    assert [message.text for message in workspace.thread(shown.ts)] == ["2/5", "1/5", "2/5"]
    assert [message.key for message in workspace.messages] == ["started", "1/5", "2/5"], "each key is seen once"


@pytest.mark.parametrize("policy", ["Update", "UPDATE"])
async def test_update_changes_the_root_and_says_nothing_more(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    root = await started(client, workspace)
    receipt = await slack(client, workspace).send(threaded("1/5", root, deliveryPolicy=policy))
    (message,) = workspace.messages
    assert (message.text, message.key, len(message.edits)) == ("1/5", "1/5", 1)
    assert receipt == Receipt("ok", detail=root, root=root)


@pytest.mark.parametrize("policy", POLICIES)
async def test_without_a_thread_every_message_stands_alone(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    root = await started(client, workspace)
    lone = letter("alone", deliveryPolicy=policy, notifyBroadcast=True)._replace(root=root)
    assert (await slack(client, workspace).send(lone)).root == ""
    assert [(message.text, message.root) for message in workspace.messages] == [("started", True), ("alone", True)]


@pytest.mark.parametrize(("wish", "broadcast"), [(True, True), ("True", True), (" true\n", True), ("no", False)])
async def test_a_reply_is_shown_in_the_channel_too_if_that_is_wanted(
    client: Client, workspace: SlackWorkspace, wish: object, broadcast: bool
) -> None:
    root = await started(client, workspace, notifyBroadcast=wish)
    await slack(client, workspace).send(threaded("failed", root, notifyBroadcast=wish))
    assert [message.broadcast for message in workspace.messages] == [False, broadcast]


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_thread_whose_root_can_no_longer_be_used_starts_anew_in_the_same_attempt(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    root = await started(client, workspace)
    await delete(client, workspace, root)
    # Slack takes a reply below a deleted message as it would one below any, but not below what never was.
    gone = f"{channel_id(workspace)}/1600000000.000100" if policy == "Post" else root
    receipt = await slack(client, workspace).send(threaded("1/5", gone, deliveryPolicy=policy))
    latest = workspace.messages[-1]
    assert (latest.text, latest.root) == ("1/5", True)
    assert receipt.root == receipt.detail == f"{channel_id(workspace)}/{latest.ts}"


async def delete(client: Client, workspace: SlackWorkspace, root: str) -> None:
    channel, ts = root.split("/")
    await slack(client, workspace)._api.call("chat.delete", {"channel": channel, "ts": ts})


async def test_a_reply_that_slack_makes_a_message_of_its_own_is_the_new_root(client: Client) -> None:
    async with SlackWorkspace("deploys", unthreads=True) as workspace:
        root = await started(client, workspace)
        await delete(client, workspace, root)
        receipt = await slack(client, workspace).send(threaded("1/5", root))
        assert receipt.root == receipt.detail != root


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_root_in_a_channel_that_is_gone_is_replaced_where_the_recipient_is_now(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    receipt = await slack(client, workspace).send(threaded("1/5", "C0GONE/1700000000.000100", deliveryPolicy=policy))
    assert receipt.root.startswith(f"{channel_id(workspace)}/")


@pytest.mark.parametrize("policy", ["PostAndUpdate", "Update"])
async def test_somebody_elses_message_is_no_root(client: Client, workspace: SlackWorkspace, policy: str) -> None:
    theirs = workspace.say("deploys", "hello")
    root = f"{channel_id(workspace)}/{theirs.ts}"
    receipt = await slack(client, workspace).send(threaded("1/5", root, deliveryPolicy=policy))
    assert receipt.root != root
    assert workspace.channel("deploys")[0].text == "hello"


@pytest.mark.parametrize("root", ["", "junk", "/", "C1/", "C1/ts", "xoxb-1/1.2"])
async def test_what_was_never_a_root_starts_a_thread(client: Client, workspace: SlackWorkspace, root: str) -> None:
    assert (await slack(client, workspace).send(threaded("started", root, deliveryPolicy="Update"))).root
    assert methods(workspace) == ["postMessage"]


async def test_a_direct_message_has_its_thread_too(client: Client, workspace: SlackWorkspace) -> None:
    first = threaded("started", "")._replace(recipient="U0PERSON")
    root = (await slack(client, workspace).send(first)).root
    for policy in POLICIES:
        await slack(client, workspace).send(
            threaded(policy, root, deliveryPolicy=policy)._replace(recipient="U0PERSON")
        )
    (shown,) = workspace.channel("U0PERSON")
    assert [message.text for message in workspace.thread(shown.ts)] == ["Update", "Post", "PostAndUpdate"]


async def test_an_update_takes_away_what_the_new_content_does_not_have(
    client: Client, workspace: SlackWorkspace
) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*started*"}}]
    root = await started(client, workspace, blocks=blocks, attachments=[{"text": "more"}])
    await slack(client, workspace).send(threaded("1/5", root, deliveryPolicy="Update"))
    (message,) = workspace.messages
    assert (message.text, list(message.blocks), list(message.attachments)) == ("1/5", [], [])


async def test_a_text_too_long_for_an_update_is_cut_there_and_whole_in_the_reply(
    client: Client, workspace: SlackWorkspace
) -> None:
    root, text = await started(client, workspace), "word " * 4000
    await slack(client, workspace).send(threaded(text, root, deliveryPolicy="PostAndUpdate"))
    first, reply = workspace.messages
    assert (len(first.text), first.text[-5:], reply.text) == (4000, "word…", text)


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_refusal_that_is_not_about_the_root_starts_no_other_thread(
    client: Client, workspace: SlackWorkspace, policy: str
) -> None:
    root = await started(client, workspace)
    for error, kind in (("restricted_action", Permanent), ("internal_error", Temporary)):
        workspace.refuse(error, times=1)
        with pytest.raises(kind, match=error):
            await slack(client, workspace).send(threaded("1/5", root, deliveryPolicy=policy))
    assert len(workspace.messages) == 1


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("root", ["", "kept", "deleted", "never was"])
@pytest.mark.parametrize("failing", ["chat.update", "chat.postMessage"])
async def test_an_attempt_that_is_repeated_posts_once(
    client: Client, workspace: SlackWorkspace, policy: str, root: str, failing: str
) -> None:
    place = await started(client, workspace) if root else ""
    if root == "deleted":
        await delete(client, workspace, place)
    attempt = threaded("1/5", place if root != "never was" else "C0GONE/1.2", deliveryPolicy=policy)
    workspace.refuse("internal_error", method=failing, times=1)
    for _ in range(2):
        try:
            await slack(client, workspace).send(attempt)
        except DeliveryError:
            continue
        break
    assert [message.key for message in workspace.messages].count("1/5") == 1
    assert workspace.calls[-1].method == ("chat.update" if (policy, root) == ("Update", "kept") else "chat.postMessage")
