"""Slack messages and threads as a whole."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from notifier.looks import slack
from tests.unit.looks.read_html import Read, outline

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "in a *block*"}}


def read(**payload: Any) -> Read:
    return Read(slack.html(payload))


def shown(**payload: Any) -> str:
    return " ".join(outline(slack.html(payload)).split())


def colors(*given: Any) -> list[str]:
    found = read(text="t", attachments=[{"text": "a", "color": color} for color in given])
    return [bar["fill"] for bar in found.all("rect")]


def test_a_message_says_who_sent_it_and_when() -> None:
    assert shown(text="Hello *you*", username="Rollouts <1>", icon_emoji=":rocket:", ts="1770000000.000100") == (
        "🚀 (b Rollouts <1>) APP 02:40 Hello (b you)"
    )


def test_without_a_name_and_an_icon_it_is_the_apps_message() -> None:
    assert shown(text="Hello") == "R (b rollouts-notifier) APP Hello"
    assert shown(text="Hello", username="ledger", icon_emoji=":our_own:") == "L (b ledger) APP Hello"


def test_an_icon_by_address_is_not_fetched() -> None:
    found = read(text="Hello", icon_url="https://a.example/i.png")
    assert not [element for element in found.elements if "src" in element.attributes]
    assert "a.example" not in slack.html({"text": "Hello", "icon_url": "https://a.example/i.png"})


def test_blocks_are_shown_instead_of_the_text() -> None:
    assert "in a (b block)" in shown(text="unseen", blocks=[SECTION])
    assert "unseen" not in shown(text="unseen", blocks=[SECTION])
    assert "seen" in shown(text="seen", blocks=[])


def test_blocks_and_attachments_may_be_json_in_a_text() -> None:
    blocks = msgspec.json.encode([SECTION]).decode()
    assert shown(blocks=blocks) == shown(blocks=[SECTION])
    assert read(text="t", attachments='[{"text": "a", "color": "good"}]').all("rect")


def test_a_message_may_be_attachments_alone() -> None:
    assert read(attachments=[{"text": "a"}]).of_class("section") == []


def test_text_without_markup_is_shown_as_it_is() -> None:
    assert shown(text="*a* :x: <@U1> &amp;", mrkdwn=False).endswith("*a* ❌ <@U1> &")


def test_an_attachment_shows_all_that_it_has() -> None:
    attachment = {
        "color": "#18be52",
        "pretext": "pre",
        "author_name": "author",
        "title": "title :x:",
        "title_link": "https://a.example",
        "text": "*text*",
        "fields": [{"title": "Strategy", "value": "Canary", "short": True}, {"title": "Replicas", "value": 5}],
        "blocks": [SECTION],
        "footer": "foot",
        "ts": 1770000000,
        "fallback": "unseen",
    }
    words = shown(text="said", attachments=[attachment]).replace(") (", ")(")
    assert words.endswith(
        "said pre author(a title ❌)(b text)(b Strategy)Canary (b Replicas)5 in a (b block) foot | 02:40"
    )
    assert [len(read(attachments=[attachment]).of_class(name)) for name in ("field", "short")] == [2, 1]


def test_an_attachments_title_leads_to_safe_addresses_only() -> None:
    found = read(attachments=[{"title": "t", "title_link": "javascript:alert(1)"}])
    assert found.all("a") == []
    assert found.text.split()[-1] == "t"


def test_an_attachments_bar_has_its_color() -> None:
    assert colors("good", "warning", "danger") == ["#2eb886", "#daa038", "#a30200"]
    assert colors("#E01E5A", "ECB22E", "#abc") == ["#E01E5A", "#ECB22E", "#abc"]
    assert colors('red"/><script>', "url(https://a.example)", None, "") == ["#dddddd"] * 4


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ({"blocks": "[{"}, "blocks"),
        ({"blocks": {"type": "header"}}, "blocks"),
        ({"text": "t", "attachments": 5}, "attachments"),
        ({"text": "t", "attachments": ["a"]}, "attachment"),
        ({"text": "t", "attachments": [{"text": ["a"]}]}, "attachment"),
        ({"text": "t", "attachments": [{"fields": ["a"]}]}, "attachment"),
        ({"text": "t", "attachments": [{"blocks": "x"}]}, "blocks"),
    ],
)
def test_what_slack_would_not_take_is_a_grey_box(payload: dict[str, Any], what: str) -> None:
    assert len(read(**payload).of_class("unknown")) == 1
    assert shown(**payload).split()[-1] == what


def test_a_thread_shows_its_root_and_its_replies_in_order() -> None:
    found = Read(slack.thread({"text": "root"}, [{"text": "first"}, {"text": "second"}]))
    words = found.text.split()
    assert [word for word in words if word in {"root", "2", "replies", "first", "second"}] == [
        *("root", "2", "replies", "first", "second")
    ]
    assert len(found.of_class("message")) == 3
    assert "1 reply" in Read(slack.thread({"text": "root"}, [{"text": "only"}])).text
    assert "replies" not in Read(slack.thread({"text": "root"}, [])).text


def test_it_is_seen_which_reply_went_to_the_channel_too_and_what_was_edited() -> None:
    plain, broadcast = {"text": "a"}, {"text": "b", "reply_broadcast": True}
    assert "Also sent to the channel" not in Read(slack.thread(plain, [plain])).text
    assert "Also sent to the channel" in Read(slack.thread(plain, [broadcast])).text
    assert shown(text="c", edited={"user": "U1", "ts": "1"}).endswith("c (edited)")
    assert "(edited)" not in shown(text="c")
