"""Slack: what is posted for which options and which section, and where."""

import asyncio
from typing import Any

import pytest

from notifier.errors import Permanent
from notifier.model import Receipt
from notifier.sandbox.slack import SlackWorkspace
from notifier.services.http import Client
from tests.contract.services.slacks import channel_id, letter, slack

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*done*"}}


async def test_without_a_section_the_plain_message_is_the_text(client: Client, workspace: SlackWorkspace) -> None:
    receipt = await slack(client, workspace).send(letter("*done*: <https://ci.example|build>"))
    (message,) = workspace.messages
    assert (message.text, message.blocks, message.attachments) == ("*done*: <https://ci.example|build>", (), ())
    assert (message.username, message.icon, message.unfurl_links, message.unfurl_media) == (None, None, None, None)
    assert receipt == Receipt("ok", detail=f"{channel_id(workspace)}/{message.ts}", root="")


async def test_a_message_shows_its_idempotency_key(client: Client, workspace: SlackWorkspace) -> None:
    await slack(client, workspace).send(letter(key="3f9a"))
    assert workspace.messages[0].metadata == {"event_type": "rollouts_notifier", "event_payload": {"key": "3f9a"}}


@pytest.mark.parametrize("blank", [None, "", " \n"])
async def test_a_text_of_the_section_is_said_instead_unless_it_is_blank(
    client: Client, workspace: SlackWorkspace, blank: str | None
) -> None:
    for text in ("short", blank):
        await slack(client, workspace).send(letter("long", text=text))
    assert [message.text for message in workspace.messages] == ["short", "long"]


@pytest.mark.parametrize("to", ["deploys", "#deploys", " #deploys\n", "the id"])
async def test_a_channel_is_found_by_name_or_id(client: Client, workspace: SlackWorkspace, to: str) -> None:
    recipient = channel_id(workspace) if to == "the id" else to
    await slack(client, workspace).send(letter(to=recipient))
    assert workspace.messages[0].channel == "deploys"


async def test_a_user_gets_a_direct_message(client: Client, workspace: SlackWorkspace) -> None:
    receipt = await slack(client, workspace).send(letter(to="U0PERSON"))
    assert workspace.messages[0].channel == "U0PERSON"
    assert receipt.detail.startswith("D")


@pytest.mark.parametrize("to", ["", " \t"])
async def test_an_empty_recipient_is_permanent(client: Client, workspace: SlackWorkspace, to: str) -> None:
    with pytest.raises(Permanent, match="the recipient is empty"):
        await slack(client, workspace).send(letter(to=to))
    assert not workspace.calls


@pytest.mark.parametrize("name", ["blocks", "attachments"])
@pytest.mark.parametrize("form", ["list", "text"])
async def test_blocks_and_attachments_may_be_lists_or_json_as_in_argo(
    client: Client, workspace: SlackWorkspace, name: str, form: str
) -> None:
    text = '\n[{"type": "section", "text": {"type": "mrkdwn", "text": "*done*"}}]\n'
    section: dict[str, Any] = {name: [SECTION] if form == "list" else text}
    await slack(client, workspace).send(letter(**section))
    (message,) = workspace.messages
    assert getattr(message, name) == [SECTION]
    assert message.text == "it is done"


@pytest.mark.parametrize("nothing", [None, "", " \n", [], {}, "[]", "null", [None, {}, ""], "[{}]"])
async def test_what_holds_nothing_is_left_out(client: Client, workspace: SlackWorkspace, nothing: object) -> None:
    await slack(client, workspace).send(letter(blocks=nothing, attachments=nothing))
    assert workspace.calls[0].fields.keys() == {"channel", "text", "metadata"}


async def test_a_block_without_its_text_is_left_out(client: Client, workspace: SlackWorkspace) -> None:
    empty = [{"type": kind, "text": {"type": "plain_text", "text": "\n"}} for kind in ("header", "section")]
    await slack(client, workspace).send(letter(blocks=[*empty, SECTION]))
    assert workspace.messages[0].blocks == [SECTION]


@pytest.mark.parametrize("name", ["blocks", "attachments"])
@pytest.mark.parametrize(
    "value",
    [
        '[{"text": "he said "no""}]',
        '["\ud800"]',
        "[" * 10_000 + "]" * 10_000,
        '{"type": "divider"}',
        {"type": "divider"},
        7,
    ],
)
async def test_blocks_that_are_no_list_are_permanent(
    client: Client, workspace: SlackWorkspace, name: str, value: object
) -> None:
    section: dict[str, Any] = {name: value}
    with pytest.raises(Permanent, match=f"slack section is not valid: {name} is not a JSON list"):
        await slack(client, workspace).send(letter(**section))
    assert not workspace.calls


@pytest.mark.parametrize("key", ["text", "username", "icon", "deliveryPolicy"])
async def test_a_section_that_cannot_be_read_is_permanent(client: Client, workspace: SlackWorkspace, key: str) -> None:
    section: dict[str, Any] = {key: ["x"]}
    with pytest.raises(Permanent, match=f"slack section is not valid: look at {key}"):
        await slack(client, workspace).send(letter(**section))


@pytest.mark.parametrize("section", [{}, {"blocks": [{}]}, {"attachments": "[]", "text": " "}])
async def test_a_template_that_renders_to_nothing_is_permanent(
    client: Client, workspace: SlackWorkspace, section: dict[str, Any]
) -> None:
    with pytest.raises(Permanent, match="the template renders to nothing"):
        await slack(client, workspace).send(letter(" \n", **section))
    assert not workspace.calls


async def test_blocks_alone_are_a_message(client: Client, workspace: SlackWorkspace) -> None:
    await slack(client, workspace).send(letter("", blocks=[SECTION]))
    assert workspace.messages[0].blocks == [SECTION]


@pytest.mark.parametrize(
    ("options", "section", "shown"),
    [
        ({"username": "ci", "icon": ":rocket:"}, {}, ("ci", ":rocket:")),
        (
            {"username": "ci", "icon": ":rocket:"},
            {"username": "cd", "icon": "http://h/i.png"},
            ("cd", "http://h/i.png"),
        ),
        ({"username": "ci", "icon": ":rocket:"}, {"username": " ", "icon": "rocket"}, ("ci", ":rocket:")),
        ({"icon": " HTTPS://h/i.png\n"}, {"username": 7}, ("7", "HTTPS://h/i.png")),
        ({"icon": "rocket"}, {"icon": "ftp://h/i.png"}, (None, None)),
        ({"icon": ":wave::skin-tone-2:"}, {"icon": "https://two words"}, (None, ":wave::skin-tone-2:")),
    ],
)
async def test_who_speaks_is_said_by_the_section_before_the_options(
    client: Client,
    workspace: SlackWorkspace,
    options: dict[str, Any],
    section: dict[str, Any],
    shown: tuple[str | None, str | None],
) -> None:
    await slack(client, workspace, **options).send(letter(**section))
    (message,) = workspace.messages
    assert (message.username, message.icon) == shown


async def test_links_are_not_unfurled_where_that_is_switched_off(client: Client, workspace: SlackWorkspace) -> None:
    await slack(client, workspace, disableUnfurl="true").send(letter())
    assert (workspace.messages[0].unfurl_links, workspace.messages[0].unfurl_media) == (False, False)


async def test_a_message_that_is_too_long_is_cut_and_posted(client: Client, workspace: SlackWorkspace) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "long " * 100}}] * 60
    await slack(client, workspace, username="x" * 100).send(letter("word " * 10_000, blocks=blocks))
    (message,) = workspace.messages
    assert message.text.endswith("word…")
    assert len(message.blocks) == 50
    assert message.username == "x" * 79 + "…"


async def test_half_a_character_does_not_stop_a_message(client: Client, workspace: SlackWorkspace) -> None:
    await slack(client, workspace).send(letter("half \ud83d, whole \U0001f680, ü"))
    assert workspace.messages[0].text == "half ?, whole \U0001f680, ü"


async def test_each_message_is_one_request_with_the_token_in_its_header(
    client: Client, workspace: SlackWorkspace
) -> None:
    service = slack(client, workspace)
    await asyncio.gather(*(service.send(letter(key=str(number))) for number in range(3)))
    assert [call.method for call in workspace.calls] == ["chat.postMessage"] * 3
    assert {message.key for message in workspace.messages} == {"0", "1", "2"}
    await service.close()
