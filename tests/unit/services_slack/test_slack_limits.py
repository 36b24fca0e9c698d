"""What is cut of a Slack message, at each limit."""

import json
from typing import Any

import pytest

from notifier.services.slack_limits import ALL_BLOCKS, cut, fit
from tests.unit.services_slack.slack_parts import LINK, button, mrkdwn, plain, rich, section, word


def fitted(*blocks: Any) -> Any:
    return fit({"blocks": list(blocks)}).get("blocks")


@pytest.mark.parametrize(
    ("text", "most", "wanted"),
    [
        ("as it is", 8, "as it is"),
        ("one two three", 12, "one two thr…"),
        ("one two three four", 16, "one two three…"),
        ("first line\nand a second", 14, "first line…"),
        ("abcdefghij", 5, "abcd…"),
        ("fish &amp; chips", 8, "fish…"),
        ("abcdef&amp;g", 9, "abcdef…"),
        (f"see {LINK} now", 20, "see…"),
        (f"it was {LINK}", 38, "it was…"),
        (LINK * 2, 40, f"{LINK}…"),
        ("a < b, as b > a or so", 8, "a…"),
        ("never closed: <here it goes", 20, "never closed: <here…"),
        ("smile \ud83d\ude00!", 8, "smile…"),
        ("ab", 1, "…"),
    ],
)
def test_a_text_is_cut_where_it_does_not_hurt(text: str, most: int, wanted: str) -> None:
    assert cut(text, most) == wanted


@pytest.mark.parametrize(
    ("most", "made"),
    [
        (40_000, lambda text: {"text": text}),
        (80, lambda text: {"username": text}),
        (150, lambda text: {"blocks": [{"type": "header", "text": plain(text)}]}),
        (3000, lambda text: {"blocks": [section(text)]}),
        (3000, lambda text: {"attachments": [{"color": "good", "blocks": [section(text)]}]}),
        (2000, lambda text: {"blocks": [{"type": "section", "fields": [mrkdwn("a"), mrkdwn(text)]}]}),
        (3000, lambda text: {"blocks": [{"type": "context", "elements": [mrkdwn(text)]}]}),
        (3000, lambda text: {"blocks": [rich(word(text))]}),
        (12_000, lambda text: {"blocks": [{"type": "markdown", "text": text}]}),
        (75, lambda text: {"blocks": [{"type": "actions", "elements": [button(text=plain(text))]}]}),
        (75, lambda text: {"blocks": [section() | {"accessory": button(text=plain(text))}]}),
        (2000, lambda text: {"blocks": [{"type": "image", "image_url": "http://h", "alt_text": text}]}),
        (
            2000,
            lambda text: {
                "blocks": [{"type": "image", "image_url": "http://h", "alt_text": "a", "title": plain(text)}]
            },
        ),
    ],
)
def test_each_text_has_its_limit(most: int, made: Any) -> None:
    assert fit(made("x" * most)) == made("x" * most)
    assert fit(made("x" * (most + 1))) == made("x" * (most - 1) + "…")


@pytest.mark.parametrize(
    ("most", "made"),
    [
        (10, lambda count: [{"type": "section", "fields": [mrkdwn("x")] * count}]),
        (10, lambda count: [{"type": "context", "elements": [mrkdwn("x")] * count}]),
        (25, lambda count: [{"type": "actions", "elements": [button()] * count}]),
    ],
)
def test_each_list_has_its_limit(most: int, made: Any) -> None:
    assert fitted(*made(most)) == made(most)
    assert fitted(*made(most + 1)) == made(most)


@pytest.mark.parametrize("count", [50, 51, 80])
def test_the_last_block_says_how_many_are_left_out(count: int) -> None:
    blocks = [section(str(number)) for number in range(count)]
    kept = fitted(*blocks)
    if count <= 50:
        assert kept == blocks
    else:
        assert kept[:49] == blocks[:49]
        assert kept[49]["elements"] == [plain(f"… blocks left out, for Slack takes no more: {count - 49}")]


def test_all_blocks_together_are_as_long_as_slack_takes() -> None:
    blocks = [section("x" * 2900)] * 6
    kept = fitted(*blocks)
    assert kept[:-1] == blocks[:4]
    assert kept[-1]["elements"] == [plain("… blocks left out, for Slack takes no more: 2")]


@pytest.mark.parametrize("spare", [0, -1])
def test_the_limit_of_all_blocks_is_met_exactly(spare: int) -> None:
    blocks = [section("x" * 2500)] * 4
    rest = ALL_BLOCKS - len(json.dumps([*blocks, section("")], separators=(",", ":")))
    blocks = [*blocks, section("x" * (rest - spare))]
    assert (fitted(*blocks) == blocks) is (spare == 0)


@pytest.mark.parametrize("count", [100, 101])
def test_the_last_attachment_says_how_many_are_left_out(count: int) -> None:
    attachments = [{"text": "x"}] * count
    kept = fit({"attachments": attachments})["attachments"]
    assert len(kept) == 100
    assert (kept[-1]["text"] == "… attachments left out, for Slack takes no more: 2") is (count == 101)


def test_the_texts_of_a_rich_text_share_their_limit() -> None:
    block = rich(word("x" * 1999), {"type": "emoji", "name": "x"}, word("y" * 1001), word("z" * 9))
    kept = rich(word("x" * 1999), {"type": "emoji", "name": "x"}, word("y" * 1001))
    assert fitted(block) == [kept]
    longer = rich(word("x" * 1999), word("y" * 1002))
    assert fitted(longer, block) == [rich(word("x" * 1999), word("y" * 1000 + "…")), kept]


def test_a_rich_texts_lists_are_cut_at_their_end_too() -> None:
    items = [{"type": "rich_text_section", "elements": [word("x" * 1400)]} for _ in range(3)]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}
    (kept,) = fitted(block)
    texts = [item["elements"][0]["text"] for item in kept["elements"][0]["elements"]]
    assert [len(text) for text in texts] == [1400, 1400, 200]
    assert kept["elements"][0]["style"] == "bullet"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "actions", "elements": [button(), button(url="http://h/" + "x" * 3000), button(url=None)]},
        {"type": "context", "elements": [button(), {"type": "image", "image_url": "", "alt_text": "a"}, mrkdwn(" ")]},
        {"type": "actions", "elements": [button(), button(text=plain("")), None, {}]},
    ],
)
def test_an_element_that_means_nothing_is_left_out(block: dict[str, Any]) -> None:
    assert fitted(block) == [{"type": block["type"], "elements": [button()]}]


def test_a_rich_link_that_is_too_long_is_left_out() -> None:
    assert fitted(rich(word("x"), {"type": "link", "url": "http://h/" + "x" * 3000, "text": "log"})) == [
        rich(word("x"))
    ]


@pytest.mark.parametrize(
    "empty",
    [
        *(None, {}, [], "", 0),
        section(""),
        section(" \n"),
        {"type": "section", "text": None, "fields": [mrkdwn("")]},
        {"type": "header", "text": plain("")},
        {"type": "context", "elements": []},
        {"type": "context", "elements": [mrkdwn(""), None]},
        {"type": "image", "image_url": "http://h/" + "x" * 3000, "alt_text": "a"},
        {"type": "markdown", "text": "\n"},
        {"type": "rich_text", "elements": []},
        rich(word("")),
        rich(),
    ],
)
def test_a_block_of_which_nothing_is_left_is_left_out(empty: object) -> None:
    assert fitted(empty, section()) == [section()]
    assert fit({"blocks": [empty], "attachments": [{"color": "good", "blocks": [empty]}]}) == {}


def test_of_a_section_one_of_text_and_fields_is_enough() -> None:
    assert fitted({**section(""), "fields": [mrkdwn("a")]}) == [{"type": "section", "fields": [mrkdwn("a")]}]
    assert fitted({**section("a"), "fields": [mrkdwn("")], "accessory": None}) == [section("a")]


@pytest.mark.parametrize(
    "block", [{"type": "section"}, {"type": "hedr", "text": "x"}, {"type": ["x"]}, {"txt": 1}, "x", 7]
)
def test_what_is_wrong_for_another_reason_is_slacks_to_say(block: object) -> None:
    assert fitted(block) == [block]


def test_an_id_that_is_too_long_is_left_out_for_slack_makes_one() -> None:
    assert fitted(section() | {"block_id": "x" * 255}) == [section() | {"block_id": "x" * 255}]
    assert fitted(section() | {"block_id": "x" * 256}) == [section()]


def test_a_block_too_deep_to_be_written_is_left_out() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert len(fitted({"type": "table", "rows": deep})) == 1
