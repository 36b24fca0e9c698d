"""What holds however a Slack message is cut."""

import re
from copy import deepcopy
from typing import Any

from hypothesis import example, given, strategies as st

from notifier.sandbox.slack_rules import content_of
from notifier.services.slack_limits import cut, fit
from tests.unit.services_slack.slack_parts import LINK, button, mrkdwn, plain, word

UNBREAKABLE = re.compile(r"<[^<>]*>|&#?\w{1,8};")

texts = st.text(max_size=8) | st.integers(0, 7000).map(lambda count: ("some words " * 700)[:count])
url = st.sampled_from(["https://h/x", "https://h/" + "x" * 3000])
text_objects = st.builds(mrkdwn, texts) | st.builds(plain, texts)
plain_texts = st.builds(plain, texts)
buttons = st.builds(lambda text, link: button(text=text, url=link), plain_texts, url)
images = st.fixed_dictionaries({"type": st.just("image"), "image_url": url, "alt_text": texts})
leaves = st.one_of(
    st.builds(word, texts),
    st.fixed_dictionaries({"type": st.just("link"), "url": url}, optional={"text": texts}),
    st.just({"type": "emoji", "name": "rocket"}),
)
parts = st.fixed_dictionaries({"type": st.just("rich_text_section"), "elements": st.lists(leaves, max_size=5)})
lists = st.fixed_dictionaries(
    {"type": st.just("rich_text_list"), "style": st.just("bullet"), "elements": st.lists(parts, max_size=4)}
)


def typed(kind: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    ids = {"block_id": st.integers(1, 300).map(lambda count: "x" * count)}
    return st.fixed_dictionaries({"type": st.just(kind), **values}, optional=ids)


blocks = st.one_of(
    typed("header", text=plain_texts),
    typed("section", text=text_objects),
    typed("section", text=text_objects, fields=st.lists(text_objects, max_size=12), accessory=buttons | images),
    typed("section", fields=st.lists(text_objects, max_size=12)),
    typed("context", elements=st.lists(text_objects | images, max_size=12)),
    typed("actions", elements=st.lists(buttons, max_size=27)),
    typed("image", image_url=url, alt_text=texts, title=plain_texts),
    typed("rich_text", elements=st.lists(parts | lists, max_size=4)),
    typed("markdown", text=texts),
    typed("divider"),
)
messages = st.fixed_dictionaries(
    {"text": texts | st.just("word " * 9000)},
    optional={
        "blocks": st.lists(blocks, max_size=60),
        "attachments": st.lists(
            st.fixed_dictionaries({"text": texts, "blocks": st.lists(blocks, max_size=3)}), max_size=102
        ),
        "username": texts,
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["section", "rich_text"]),
    lambda values: (
        st.lists(values)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "blocks", "url", "title", "x"]), values
        )
    ),
)


@given(messages)
def test_slack_takes_what_is_left_of_a_message(message: dict[str, Any]) -> None:
    kept = fit(message)
    if kept.keys() & {"text", "blocks", "attachments"}:
        content_of(kept)


@given(messages)
def test_what_fits_once_is_left_as_it_is(message: dict[str, Any]) -> None:
    kept, before = fit(message), deepcopy(message)
    assert fit(kept) == kept
    assert message == before, "what is given is not changed"


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "username", "x"]), anything))
@example({"blocks": [{"type": []}, {"type": {}}], "attachments": {"blocks": 1}, "text": 7})
def test_no_json_is_too_odd(message: dict[str, Any]) -> None:
    fit(message)


@given(
    st.lists(st.sampled_from(["word", " ", "\n", LINK, "&amp;", "<", ">", "&", "ü", "\U0001f680"])), st.integers(1, 60)
)
def test_a_cut_text_is_the_start_of_the_whole_and_breaks_nothing(pieces: list[str], most: int) -> None:
    text = "".join(pieces)
    short = cut(text, most)
    assert len(short) <= most
    if short != text:
        end = len(short) - 1
        assert short == f"{text[:end]}…"
        assert not any(found.start() < end < found.end() for found in UNBREAKABLE.finditer(text))
