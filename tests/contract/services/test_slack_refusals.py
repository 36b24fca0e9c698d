"""Slack: what its refusals mean, what a person is told, and that nothing secret is told with it."""

import json
import logging
import re

import pytest

from notifier.errors import DeliveryError, Permanent, Temporary
from notifier.redaction import MASK
from notifier.sandbox.receivers import Manner, Reply
from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_rules import Pace
from notifier.services.http import Client
from notifier.services.redaction import Redactor
from notifier.services.slack import Slack
from notifier.services.slack_errors import ROOT_IS_GONE, refusal
from tests.contract.services.servers import HOST, Receiver, free_port
from tests.contract.services.slacks import letter, slack, threaded

PASSING = [
    *("accesslimited", "external_channel_migrating", "fatal_error", "internal_error", "message_limit_exceeded"),
    *("org_login_required", "rate_limited", "ratelimited", "request_timeout", "service_unavailable"),
    *("streaming_state_conflict", "team_added_to_org", "update_failed"),
]
LASTING = [
    *("access_denied", "account_inactive", "attachment_payload_limit_exceeded", "channel_not_found"),
    *("ekm_access_denied", "enterprise_is_restricted", "invalid_arguments", "invalid_auth", "invalid_blocks"),
    *("invalid_blocks_format", "invalid_metadata_format", "invalid_thread_ts", "is_archived", "method_deprecated"),
    *("missing_scope", "msg_blocks_too_long", "msg_too_long", "no_permission", "no_text", "not_allowed_token_type"),
    *("not_authed", "not_in_channel", "restricted_action", "restricted_action_read_only_channel"),
    *("slack_connect_file_link_sharing_blocked", "team_access_not_granted", "team_not_found", "token_expired"),
    *("token_revoked", "too_many_attachments", "two_factor_setup_required", "unknown_method"),
    *sorted(ROOT_IS_GONE - {"channel_not_found"}),
]
PLAIN = Redactor(frozenset())


async def failure(client: Client, workspace: SlackWorkspace, **options: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await slack(client, workspace, **options).send(letter())
    return caught.value


@pytest.mark.parametrize("word", PASSING)
async def test_what_passes_is_temporary(client: Client, workspace: SlackWorkspace, word: str) -> None:
    workspace.refuse(word, times=1)
    error = await failure(client, workspace)
    assert isinstance(error, Temporary)
    assert (error.status, error.retry_after) == (word, None)
    assert str(error).startswith(f"Slack answered {word}; ")


@pytest.mark.parametrize("word", LASTING)
async def test_what_lasts_is_permanent(client: Client, workspace: SlackWorkspace, word: str) -> None:
    workspace.refuse(word, times=1)
    error = await failure(client, workspace)
    assert isinstance(error, Permanent)
    assert error.status == word
    assert str(error).startswith(f"Slack answered {word}")


@pytest.mark.parametrize("word", ["brand_new_error", "", None, 7, [], {"a": "b"}])
def test_a_word_that_slack_does_not_document_may_pass(word: object) -> None:
    assert isinstance(refusal({"ok": False, "error": word}, PLAIN), Temporary)


@pytest.mark.parametrize(
    ("to", "word", "advice"),
    [
        ("secret", "not_in_channel", "invite the app to the channel: /invite"),
        ("old", "is_archived", "the channel is archived: subscribe another one"),
        ("nowhere", "channel_not_found", "there is no such channel, or it is private: look at its name"),
    ],
)
async def test_an_error_says_what_to_do(
    client: Client, workspace: SlackWorkspace, to: str, word: str, advice: str
) -> None:
    with pytest.raises(Permanent, match=f"Slack answered {word}; {re.escape(advice)}"):
        await slack(client, workspace).send(letter(to=to))


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive"])
async def test_a_dead_token_is_to_be_replaced_and_then_the_next_attempt_works(
    client: Client, workspace: SlackWorkspace, word: str
) -> None:
    workspace.auth_error = word
    assert "put a new one into the Secret" in str(await failure(client, workspace))
    workspace.auth_error = ""
    assert "put a new one into the Secret" in str(await failure(client, workspace, token="xoxb-wrong"))
    await slack(client, workspace).send(letter())
    assert len(workspace.messages) == 1


async def test_what_is_wrong_with_a_block_is_told_in_slacks_words(client: Client, workspace: SlackWorkspace) -> None:
    with pytest.raises(Permanent, match=r"^Slack answered invalid_blocks; look at the template; .*: hedr \["):
        await slack(client, workspace).send(letter(blocks=[{"type": "hedr"}]))


def test_the_scopes_that_are_needed_are_named() -> None:
    answer = {"ok": False, "error": "missing_scope", "needed": "chat:write.customize", "provided": "chat:write"}
    assert str(refusal(answer, PLAIN)).endswith(
        "add the scope to the app and install it again; needed: chat:write.customize"
    )


@pytest.mark.parametrize(
    "metadata", [None, "x", [], {"messages": "x"}, {"messages": [None, 7, {"a": []}, "x" * 10**6]}]
)
@pytest.mark.parametrize("needed", [None, 7, ["a"], "x" * 10**6])
@pytest.mark.parametrize("word", ["missing_scope", "x" * 10**6])
def test_whatever_slack_says_is_told_on_one_short_line(metadata: object, needed: object, word: str) -> None:
    error = refusal({"error": word, "needed": needed, "response_metadata": metadata}, PLAIN)
    assert len(str(error)) < 1000
    assert len(error.status) <= 64


async def test_the_pace_that_slack_asks_for_is_handed_on(client: Client) -> None:
    async with SlackWorkspace("deploys", pace=Pace(rate=1 / 30, burst=1)) as workspace:
        await slack(client, workspace).send(letter())
        error = await failure(client, workspace)
    assert isinstance(error, Temporary)
    assert error.status == "429"
    assert error.retry_after == pytest.approx(30, abs=1)


async def test_a_wait_that_comes_with_a_refusal_is_handed_on_too(client: Client, workspace: SlackWorkspace) -> None:
    body = b'{"ok": false, "error": "ratelimited"}'
    workspace.reply(Reply(headers={"Retry-After": "30"}, body=body), times=1)
    error = await failure(client, workspace)
    assert isinstance(error, Temporary)
    assert error.retry_after == 30


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>log in to the network</html>",
        b"[]",
        b"true",
        b'{"ok": true',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 6_000 + b"1" + b"}" * 6_000,
    ],
    ids=["empty", "a portal's page", "list", "scalar", "cut off", "binary", "deep list", "deep object"],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/gzip", "text/html"])
async def test_an_answer_that_is_not_slacks_is_temporary(
    client: Client, workspace: SlackWorkspace, body: bytes, kind: str
) -> None:
    workspace.reply(Reply(headers={"Content-Type": kind}, body=body), times=1)
    error = await failure(client, workspace)
    assert isinstance(error, Temporary)
    assert str(error).startswith("Slack answered something that is not JSON: " + body.decode(errors="replace")[:20])


async def test_an_empty_object_is_no_yes(client: Client, workspace: SlackWorkspace) -> None:
    workspace.reply(Reply(body=b"{}"), times=1)
    assert "an error without a name" in str(await failure(client, workspace))


@pytest.mark.parametrize("body", [b'{"ok": true}', b'{"ok": true, "channel": {}, "ts": [], "message": 7}'])
async def test_a_yes_that_does_not_say_where_is_a_yes(client: Client, workspace: SlackWorkspace, body: bytes) -> None:
    workspace.reply(Reply(body=body))
    for root in ("", "C0DEPLOYS/1700000000.000100"):
        receipt = await slack(client, workspace).send(threaded("1/5", root))
        assert (receipt.status, receipt.detail, receipt.root) == ("ok", "", root)


@pytest.mark.parametrize("manner", [Manner.GARBAGE, Manner.CLOSE_AFTER_READING, Manner.ENDLESS_BODY, Manner.NEVER])
async def test_a_slack_that_misbehaves_is_temporary(client: Client, workspace: SlackWorkspace, manner: Manner) -> None:
    workspace.reply(Reply(manner=manner), times=1)
    assert isinstance(await failure(client, workspace, timeout=0.5), Temporary)
    assert len(workspace.calls) == 1, "whether to try again is the outbox's to say"


@pytest.fixture
def echoing(receiver: Receiver) -> Receiver:
    """A receiver that says the token wherever it can say something."""
    said = {"error": "bad_xoxb-CANARY", "needed": "xoxb-CANARY", "channel": "xoxb-CANARY", "ts": "xoxb-CANARY"}
    metadata = {"response_metadata": {"messages": ["[ERROR] Bearer xoxb-CANARY", {"a": "xoxb-CANARY"}]}}
    receiver.body = json.dumps({"ok": False, **said, **metadata}).encode()
    return receiver


def canary(client: Client, receiver: Receiver) -> Slack:
    return Slack.from_config({"token": "xoxb-CANARY", "apiURL": receiver.url}, client, frozenset())


def shown(error: BaseException | None) -> str:
    """All that a logger could print of an error and of those it came from."""
    return f"{error!r} {vars(error)} {shown(error.__cause__)} {shown(error.__context__)}" if error else ""


@pytest.mark.parametrize("status", [200, 403, 500])
async def test_a_token_that_is_echoed_is_told_nobody(
    client: Client, echoing: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="slack_sdk")
    echoing.status = status
    with pytest.raises(DeliveryError) as caught:
        await canary(client, echoing).send(letter())
    assert "xoxb-CANARY" in echoing.got[0].headers["authorization"]
    assert MASK in str(caught.value)
    assert "CANARY" not in shown(caught.value) + caplog.text


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
async def test_the_proxies_that_slack_sdk_finds_are_neither_used_nor_told(
    client: Client, receiver: Receiver, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="slack_sdk")
    monkeypatch.setenv(name, f"http://me:CANARY@{HOST}:{free_port()}")
    await canary(client, receiver).send(letter())
    assert len(receiver.got) == 1
    assert "CANARY" not in caplog.text


async def test_a_place_that_holds_a_token_is_no_place(client: Client, echoing: Receiver) -> None:
    echoing.body = echoing.body.replace(b'"ok": false', b'"ok": true')
    receipt = await canary(client, echoing).send(threaded("started", ""))
    assert (receipt.detail, receipt.root) == ("", "")
