"""The Slack workspace's limits, each at its boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from notifier.sandbox.slack import SlackWorkspace
from notifier.sandbox.slack_blocks import MOST_CHARACTERS, complaints
from notifier.sandbox.slack_rules import Pace
from tests.integration.sandbox.slack_clients import connected, post, refusal, refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_sdk.web.async_client import AsyncWebClient

    from notifier.model import Object

DIVIDER: Object = {"type": "divider"}


@pytest.fixture
async def workspace() -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace("deploys", pace=Pace(rate=float("inf"))) as running:
        yield running


@pytest.fixture
async def client(workspace: SlackWorkspace) -> AsyncIterator[AsyncWebClient]:
    async with connected(workspace) as running:
        yield running


def plain(length: int) -> Object:
    return {"type": "plain_text", "text": "x" * length, "emoji": True}


def mrkdwn(length: int) -> Object:
    return {"type": "mrkdwn", "text": "x" * length, "verbatim": False}


def button(**parts: Any) -> Object:
    return {"type": "actions", "elements": [{"type": "button", "text": plain(75), **parts}]}


def image(**parts: Any) -> Object:
    return {"type": "image", "image_url": "https://x/y.png", "alt_text": "y", **parts}


def rich(*elements: Object, kind: str = "section", **parts: Any) -> Object:
    return {"type": "rich_text", "elements": [{"type": f"rich_text_{kind}", "elements": [*elements], **parts}]}


def bullet(*elements: Object, **parts: Any) -> Object:
    return rich({"type": "rich_text_section", "elements": [*elements]}, kind="list", **{"style": "bullet", **parts})


TEXT: Object = {"type": "text", "text": "x", "style": {"bold": True, "code": False}}
LINK: Object = {"type": "link", "url": "https://x/y", "text": "y"}

TAKEN = {
    "header": {"type": "header", "text": plain(150)},
    "section": {"type": "section", "text": mrkdwn(3000), "block_id": "b" * 255},
    "ten fields": {"type": "section", "fields": [plain(1)] * 10},
    "long field": {"type": "section", "fields": [mrkdwn(2000)]},
    "accessory": {"type": "section", "text": plain(1), "accessory": button()["elements"][0], "expand": True},
    "context": {"type": "context", "elements": [*[mrkdwn(1)] * 8, plain(1), image()]},
    "button": button(url="u" * 3000, style="primary", value="v" * 2000, action_id="a" * 255),
    "buttons": {"type": "actions", "elements": button()["elements"] * 25},
    "image": image(image_url="u" * 3000, alt_text="a" * 2000, title=plain(2000)),
    "own image": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "y"},
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "rich text": rich(TEXT, LINK, {"type": "emoji", "name": "ship"}, {"type": "user", "user_id": "U1"}),
    "called": rich({"type": "channel", "channel_id": "C1"}, {"type": "broadcast", "range": "here"}, kind="quote"),
    "code": rich(TEXT, LINK, kind="preformatted", border=1),
    "list": bullet(TEXT, style="ordered", indent=8, border=0, offset=3),
    "nothing said": rich(),
    "not looked into": {"type": "video", "title": 5},
}

TOO_MUCH: dict[str, tuple[Object, str]] = {
    "header": ({"type": "header", "text": plain(151)}, "must be less than 151 characters [json-pointer:/text/text]"),
    "header of markup": ({"type": "header", "text": mrkdwn(1)}, "unsupported type: mrkdwn [json-pointer:/text/type]"),
    "empty header": ({"type": "header", "text": plain(0)}, "must be more than 0 characters [json-pointer:/text/text]"),
    "fields": ({"type": "section", "fields": [plain(1)] * 11}, "no more than 10 items allowed [json-pointer:/fields]"),
    "no section": ({"type": "section"}, "must define either `text` or `fields` [json-pointer:]"),
    "context": (
        {"type": "context", "elements": [plain(1)] * 11},
        "no more than 10 items allowed [json-pointer:/elements]",
    ),
    "empty context": (
        {"type": "context", "elements": []},
        "no less than 1 items allowed [json-pointer:/elements]",
    ),
    "block_id": (
        {**DIVIDER, "block_id": "b" * 256},
        "must be less than 256 characters [json-pointer:/block_id]",
    ),
    "button": (button(text=plain(76)), "must be less than 76 characters [json-pointer:/elements/0/text/text]"),
    "url": (button(url="u" * 3001), "must be less than 3001 characters [json-pointer:/elements/0/url]"),
    "empty url": (button(url=""), "must be more than 0 characters [json-pointer:/elements/0/url]"),
    "style": (button(style="loud"), "must be one of: primary, danger [json-pointer:/elements/0/style]"),
    "buttons": (
        {"type": "actions", "elements": button()["elements"] * 26},
        "no more than 25 items allowed [json-pointer:/elements]",
    ),
    "image": (image(image_url="u" * 3001), "must be less than 3001 characters [json-pointer:/image_url]"),
    "blind image": ({"type": "image", "image_url": "u"}, "missing required field: alt_text [json-pointer:]"),
    "no image": ({"type": "image", "alt_text": "y"}, "must define either `image_url` or `slack_file` [json-pointer:]"),
    "unknown": ({"type": "banner"}, "unsupported type: banner [json-pointer:/type]"),
    "odd type": ({"type": []}, "unsupported type: [] [json-pointer:/type]"),
    "untyped": ({}, "missing required field: type [json-pointer:]"),
    "more": ({**DIVIDER, "text": "x"}, "invalid additional property: text [json-pointer:]"),
    "number": ({"type": "header", "text": {**plain(1), "text": 1}}, "must provide a string [json-pointer:/text/text]"),
    "emoji": (
        {"type": "header", "text": {**plain(1), "emoji": 1}},
        "must provide a boolean [json-pointer:/text/emoji]",
    ),
    "no elements": ({"type": "rich_text"}, "missing required field: elements [json-pointer:]"),
    "no list": ({"type": "context", "elements": {}}, "must provide an array [json-pointer:/elements]"),
    "nothing written": (
        rich({"type": "text", "text": ""}),
        "must be more than 0 characters [json-pointer:/elements/0/elements/0/text]",
    ),
    "rich style": (
        rich({**TEXT, "style": {"loud": True}}),
        "invalid additional property: loud [json-pointer:/elements/0/elements/0/style]",
    ),
    "style of a word": (
        rich({**TEXT, "style": "bold"}),
        "must provide an object [json-pointer:/elements/0/elements/0/style]",
    ),
    "broadcast": (
        rich({"type": "broadcast", "range": "all"}),
        "must be one of: here, channel, everyone [json-pointer:/elements/0/elements/0/range]",
    ),
    "emoji in code": (
        rich({"type": "emoji", "name": "ship"}, kind="preformatted"),
        "unsupported type: emoji [json-pointer:/elements/0/elements/0/type]",
    ),
    "kind of rich text": (rich(kind="table"), "unsupported type: rich_text_table [json-pointer:/elements/0/type]"),
    "text in a list": (
        rich(TEXT, kind="list", style="bullet"),
        "unsupported type: text [json-pointer:/elements/0/elements/0/type]",
    ),
    "list style": (bullet(style="star"), "must be one of: bullet, ordered [json-pointer:/elements/0/style]"),
    "indent": (bullet(indent=9), "must be a number from 0 to 8 [json-pointer:/elements/0/indent]"),
    "half an indent": (bullet(indent=0.5), "must provide a number [json-pointer:/elements/0/indent]"),
}


@pytest.mark.parametrize("name", TAKEN)
async def test_a_block_within_its_limits_is_taken(workspace: SlackWorkspace, client: AsyncWebClient, name: str) -> None:
    await post(client, blocks=[TAKEN[name]])
    assert workspace.messages[0].blocks == [TAKEN[name]]


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_a_block_beyond_its_limits_is_refused_with_its_place(client: AsyncWebClient, name: str) -> None:
    block, complaint = TOO_MUCH[name]
    answer = await refusal(post(client, blocks=[DIVIDER, block]))
    expected = complaint.replace("pointer:", "pointer:/blocks/1")
    assert (answer.status_code, answer["error"], answer["errors"]) == (200, "invalid_blocks", [expected])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {expected}"]


@pytest.mark.parametrize(("part", "most"), [("text", 3000), ("fields", 2000)])
async def test_a_text_of_either_markup_is_complained_about_twice(client: AsyncWebClient, part: str, most: int) -> None:
    text = mrkdwn(most + 1)
    answer = await refusal(post(client, blocks=[{"type": "section", part: text if part == "text" else [text]}]))
    place = f"/blocks/0/{part}" + ("" if part == "text" else "/0")
    assert answer["errors"] == [
        f"failed to match all allowed schemas [json-pointer:{place}]",
        f"must be less than {most + 1} characters [json-pointer:{place}/text]",
    ]


async def test_a_message_has_fifty_blocks(client: AsyncWebClient) -> None:
    await post(client, blocks=[DIVIDER] * 50)
    answer = await refusal(post(client, blocks=[DIVIDER] * 51))
    assert answer["errors"] == ["no more than 50 items allowed [json-pointer:/blocks]"]


async def test_all_blocks_together_have_a_limit_too(client: AsyncWebClient) -> None:
    frame = len('[{"type":"markdown","text":""},{"type":"markdown","text":""}]')
    blocks = [{"type": "markdown", "text": "ü" * length} for length in (6000, MOST_CHARACTERS - 6000 - frame)]
    await post(client, blocks=blocks)
    blocks[0]["text"] += "x"
    assert await refused(post(client, blocks=blocks)) == "msg_blocks_too_long"


@pytest.mark.parametrize("blocks", ["[{", "{}", {"blocks": [DIVIDER]}, 5])
async def test_blocks_are_a_list(client: AsyncWebClient, blocks: object) -> None:
    assert await refused(post(client, text="hello", blocks=blocks)) == "invalid_blocks_format"


async def test_a_new_text_has_forty_thousand_characters_and_an_edited_one_four_thousand(client: AsyncWebClient) -> None:
    place = await post(client, text="x" * 40_000)
    assert await refused(post(client, text="x" * 40_001)) == "msg_too_long"
    await client.chat_update(channel=place["channel"], ts=place["ts"], text="x" * 4000)
    edit = client.chat_update(channel=place["channel"], ts=place["ts"], text="x" * 4001)
    assert await refused(edit) == "msg_too_long"


@pytest.mark.parametrize("nothing", [{}, {"text": ""}, {"blocks": [], "attachments": "[]"}, {"text": None}])
async def test_something_must_be_said(client: AsyncWebClient, nothing: Object) -> None:
    place = await post(client, text="0")
    assert await refused(post(client, **nothing)) == "no_text"
    edit = {"channel": place["channel"], "ts": place["ts"], **nothing}
    assert await refused(client.api_call("chat.update", json=edit)) == "no_text"


async def test_a_message_has_a_hundred_attachments(client: AsyncWebClient) -> None:
    await post(client, attachments=[{"text": "a"}] * 100)
    assert await refused(post(client, attachments=[{"text": "a"}] * 101)) == "too_many_attachments"


@pytest.mark.parametrize("attachments", ["[{", {}, ["text"]])
async def test_attachments_are_a_list_of_objects(client: AsyncWebClient, attachments: object) -> None:
    assert await refused(post(client, text="hello", attachments=attachments)) == "invalid_attachments"


async def test_an_attachment_has_blocks_as_a_message_has(client: AsyncWebClient) -> None:
    await post(client, attachments=[{"blocks": [DIVIDER]}])
    answer = await refusal(post(client, attachments=[{}, {"blocks": [DIVIDER, {"type": "banner"}]}]))
    complaint = "unsupported type: banner [json-pointer:/attachments/1/blocks/1/type]"
    assert (answer["error"], answer["errors"]) == ("invalid_attachments", [complaint])


@pytest.mark.parametrize(
    "metadata",
    [
        "{",
        [],
        {"event_type": "rollout"},
        {"event_payload": {}},
        {"event_type": 1, "event_payload": {}},
        {"event_type": "rollout", "event_payload": "k"},
    ],
)
async def test_metadata_is_a_type_and_a_payload(client: AsyncWebClient, metadata: object) -> None:
    assert await refused(post(client, text="hello", metadata=metadata)) == "invalid_metadata_format"


async def test_metadata_stays_until_it_is_emptied(workspace: SlackWorkspace, client: AsyncWebClient) -> None:
    metadata = {"event_type": "rollout", "event_payload": {"key": "k-1"}}
    answer = await post(client, text="hello", metadata=metadata)
    place = {"channel": answer["channel"], "ts": answer["ts"], "text": "again"}
    await client.chat_update(**place)
    assert workspace.messages[0].key == "k-1"
    await client.api_call("chat.update", json={**place, "metadata": {}})
    (message,) = workspace.messages
    assert message.key is None
    assert [edit.key for edit in message.edits] == ["k-1", "k-1"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "fields", "elements", "url", "style"]), inner, max_size=3)
        | st.builds(
            lambda kind, parts: {**parts, "type": kind},
            st.sampled_from(["section", "context", "header", "rich_text", "rich_text_list", "text", "mrkdwn", "image"]),
            st.dictionaries(st.sampled_from(["text", "fields", "elements", "url", "alt_text"]), inner, max_size=3),
        )
    ),
)


@given(st.lists(anything, max_size=3))
def test_whatever_is_wrong_is_said_and_nothing_breaks(blocks: list[Any]) -> None:
    for complaint in complaints(blocks):
        assert "[json-pointer:/blocks" in complaint
    assert len(complaints(blocks)) >= sum(not isinstance(block, dict) for block in blocks)
