"""What people are shown of a message in the Slack workspace, and whom it calls."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from notifier.sandbox.slack_blocks import complaints
from notifier.sandbox.slack_rules import Content, mentions, shown

if TYPE_CHECKING:
    from notifier.model import Object

CALLS = "<!channel> <!here|here> <!everyone> <@U1> <@W2|w> <!subteam^S3|@ops> <#C1> <!date^1^{date}|then> <https://x|y>"
CALLED = ["<!channel>", "<!here>", "<!everyone>", "<@U1>", "<@W2>", "<!subteam^S3>"]


def rich(kind: str, *elements: Object) -> Object:
    return {"type": "rich_text", "elements": [{"type": f"rich_text_{kind}", "elements": [*elements]}]}


@pytest.mark.parametrize(
    "content",
    [
        Content(text=CALLS),
        Content(blocks=[{"type": "section", "fields": [{"type": "mrkdwn", "text": CALLS}]}]),
        Content(blocks=[{"type": "context", "elements": [{"type": "mrkdwn", "text": CALLS}]}]),
        Content(attachments=[{"pretext": CALLS}]),
        Content(attachments=[{"fields": [{"title": "t", "value": CALLS}]}]),
        Content(attachments=[{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": CALLS}}]}]),
    ],
)
def test_texts_and_markup_call_people(content: Content) -> None:
    assert mentions(content) == CALLED


def test_rich_text_calls_people_by_its_own_elements() -> None:
    called = [
        {"type": "broadcast", "range": "here"},
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S3"},
    ]
    assert (
        mentions(Content(blocks=[rich("section", *called), rich("quote", *called)]))
        == ["<!here>", "<@U1>", "<!subteam^S3>"] * 2
    )


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": CALLS}},
        rich("section", {"type": "text", "text": CALLS}),
        rich("preformatted", {"type": "text", "text": CALLS}),
        {"type": "image", "image_url": "https://x/y.png", "alt_text": CALLS},
    ],
)
def test_plain_text_calls_nobody(block: Object) -> None:
    assert (complaints([block]), mentions(Content(blocks=[block]))) == ([], [])


@given(st.text() | st.text("&<>;!@amplt"))
def test_an_escaped_text_is_shown_as_it_was_and_calls_nobody(text: str) -> None:
    escaped = escape(text, quote=False)
    assert shown(escaped) == text
    assert mentions(Content(text=escaped)) == []


def test_only_three_entities_are_decoded_and_once() -> None:
    assert shown("&amp;lt; &lt; &gt; &quot; &#60; &amp;amp;") == "&lt; < > &quot; &#60; &amp;"
