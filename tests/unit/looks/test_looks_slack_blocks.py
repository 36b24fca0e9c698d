"""Slack's blocks and rich text."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.looks import blocks
from tests.unit.looks.read_html import Element, Read, outline


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def part(kind: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


def words(text: str, *styles: str) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": dict.fromkeys(styles, True)} if styles else {})}


def read(block: Any) -> Read:
    return Read(blocks.html(block))


def shown(block: Any) -> str:
    return " ".join(outline(blocks.html(block)).split())


def test_a_header_is_plain_text_with_emoji() -> None:
    block = {"type": "header", "text": plain(":rocket: *ledger* 2.0.0")}
    assert shown(block) == "🚀 *ledger* 2.0.0"
    assert shown({"type": "header", "text": {**plain(":x: <b> &lt;"), "emoji": False}}) == ":x: <b> <"
    assert [element.tag for element in read(block).of_class("header")] == ["h3"]


def test_a_section_has_text_fields_and_an_accessory() -> None:
    button = {"type": "button", "text": plain("Open"), "url": "https://a.example"}
    block = {"type": "section", "text": marked("*t*"), "fields": [marked("*a*\n1"), plain("b")], "accessory": button}
    assert shown(block) == "(b t)(b a) 1b (a Open)"
    assert len(read(block).of_class("columns")) == 1


def test_context_shows_small_texts_and_pictures_as_frames() -> None:
    image = {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "logo"}
    found = read({"type": "context", "elements": [image, marked("_prod_"), plain("now")]})
    assert found.of_class("icon")[0].attributes["aria-label"] == "logo"
    assert found.outline.split() == ["(i", "prod)", "now"]


def test_a_divider_is_a_line() -> None:
    assert read({"type": "divider"}).elements == [Element("hr", {"class": "block"})]


def test_buttons_lead_to_their_address_if_it_is_one() -> None:
    where = ["https://a.example/x?a=1&b=2", "javascript:alert(1)", None]
    buttons = [{"type": "button", "text": plain("Go"), "url": url, "style": "primary"} for url in where]
    found = read({"type": "actions", "elements": buttons}).of_class("button")
    assert [(e.tag, e.attributes.get("href")) for e in found] == [("a", where[0]), ("span", None), ("span", None)]
    assert all("primary" in element.attributes["class"] for element in found)


def test_an_image_is_a_frame_with_its_description_and_nothing_is_fetched() -> None:
    found = read({"type": "image", "image_url": "https://a.example/i.png", "alt_text": "a graph", "title": plain("T")})
    assert found.text.strip() == "Ta graph"
    assert not [element for element in found.elements if element.tag == "img" or "src" in element.attributes]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            rich(part("section", words("a", "bold", "italic"), words("b", "strike"), words("c", "code"))),
            "(b (i a))(s b)(code c)",
        ),
        (rich(part("section", words("*not* <bold> & `so`"))), "*not* <bold> & `so`"),
        (rich(part("preformatted", words("a\nb"))), "(pre a b)"),
        (rich(part("quote", words("q"))), "(blockquote q)"),
        (
            rich(part("list", part("section", words("1")), part("section", words("2")), style="ordered")),
            "(ol (li 1)(li 2))",
        ),
        (rich(part("list", part("section", words("1")), style="bullet", indent=1)), "(ul (li 1))"),
        (rich(part("section", {"type": "link", "url": "https://a.example", "text": "l"})), "(a l)"),
        (rich(part("section", {"type": "link", "url": "https://a.example"})), "(a https://a.example)"),
        (rich(part("section", {"type": "link", "url": "javascript:x", "text": "l"})), "l"),
        (rich(part("section", {"type": "emoji", "name": "tada"}, {"type": "emoji", "name": "own"})), "🎉:own:"),
        (rich(part("section", {"type": "user", "user_id": "U1"}, {"type": "channel", "channel_id": "C1"})), "@U1#C1"),
        (rich(part("section", {"type": "broadcast", "range": "here"})), "@here"),
    ],
)
def test_rich_text_is_styled_as_its_structure_says(block: dict[str, Any], expected: str) -> None:
    assert shown(block) == expected


@pytest.mark.parametrize(
    ("block", "what"),
    [
        ({"type": "video", "title": plain("secret")}, "video"),
        ({"type": "header"}, "header"),
        ({"type": "header", "text": "no object"}, "header"),
        ({"type": "section"}, "section"),
        ({"type": "section", "text": {"type": "html", "text": "x"}}, "section"),
        ({"type": "section", "text": marked("x"), "fields": 3}, "section"),
        ({"type": "context", "elements": 7}, "context"),
        ({"type": "image", "image_url": "https://a.example"}, "image"),
        (rich({"type": "rich_text_poem"}), "rich_text"),
        (rich(part("section", {"type": "hologram"})), "rich_text"),
        ({"type": ["header"]}, "no type"),
        ("header", "no type"),
        (None, "no type"),
    ],
)
def test_what_slack_would_not_take_is_a_grey_box_with_its_type(block: Any, what: str) -> None:
    assert len(read(block).of_class("unknown")) == 1
    assert shown(block) == what


def test_one_broken_element_leaves_the_others_alone() -> None:
    elements = [{"type": "static_select"}, {"type": "button", "text": plain("Go")}, 5]
    found = read({"type": "actions", "elements": elements})
    assert found.text.split() == ["static_select", "Go", "no", "type"]
    assert len(found.of_class("unknown")) == 2
