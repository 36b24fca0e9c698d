"""Cutting a message to Slack's limits, so that too much of it costs its end and not the whole. Pure.

Slack refuses a message of which any part is too long, too many or empty. What fits is left as it is; a block or an
element of which nothing is left is left out, and so is a button whose link is too long to be one. What is not as Slack
wants it for another reason stays, for Slack's own words tell its author more than its absence would.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from itertools import accumulate, takewhile
from typing import Any

TEXT, EDITED_TEXT, USERNAME = 40_000, 4_000, 80
HEADER, SECTION, FIELD, CONTEXT, RICH_TEXT, MARKDOWN = 150, 3000, 2000, 3000, 3000, 12_000
BUTTON, VALUE, URL, ALT_TEXT, TITLE, ID = 75, 2000, 3000, 2000, 2000, 255
"""The most characters of each text; that of an edited one is not documented, but what Slack does."""

BLOCKS, ATTACHMENTS, FIELDS, CONTEXT_ELEMENTS, ACTIONS = 50, 100, 10, 10, 25
"""The most of each list."""

ALL_BLOCKS = 13_200
"""The most characters of all blocks as JSON: not documented, but measured by those who met `msg_blocks_too_long`."""
_NOTE = 200
"""Characters of the block that says how many are left out, at most."""

_UNBREAKABLE = re.compile(r"<[^<>]*>|&#?\w{1,8};|[\ud800-\udbff][\udc00-\udfff]")
"""A link or mention, an entity, a character that is written as two."""

_RICH_DEPTH = 4
"""A rich text's block, its list, the list's section, the section's text: Slack knows nothing deeper."""

Rule = Callable[[Any], Any]
"""Gives of a value what fits, None if that is nothing."""


def fit(message: Mapping[str, Any]) -> dict[str, Any]:
    """What of a message's `text`, `blocks`, `attachments` and `username` fits; what holds nothing is not in it."""
    return _MESSAGE(message) or {}


def cut(text: str, most: int) -> str:
    """At most so many characters: the end makes way for "…" at a line's or word's end, and never inside a link."""
    if len(text) <= most:
        return text
    return text[: _boundary(text, _unbroken(text, most - 1))].rstrip() + "…"


def _boundary(text: str, end: int) -> int:
    """The last end of a line, else of a word, unless that would cost more than a quarter of what is before `end`."""
    ends = (text.rfind(mark, end * 3 // 4, end + 1) for mark in ("\n", " "))
    return next((at for at in ends if at > 0 and _unbroken(text, at) == at), end)


def _unbroken(text: str, end: int) -> int:
    """`end`, or the start of that which it would break in two."""
    before = takewhile(lambda found: found.start() < end, _UNBREAKABLE.finditer(text))
    return next((found.start() for found in before if end < found.end()), end)


def _object(rules: Mapping[str, Rule], *vital: str, one_of: Collection[str] = ()) -> Rule:
    """An object without what is lost of it; it is lost itself with a vital value, or with all of `one_of`."""

    def fitting(thing: Any) -> Any:
        if not isinstance(thing, Mapping):
            return thing or None
        fitted = {key: rules[key](value) if key in rules else value for key, value in thing.items()}
        left = {key: value for key, value in fitted.items() if value is not None}
        lost = fitted.keys() - left.keys()
        hollow = lost.intersection(one_of) and left.keys().isdisjoint(one_of)
        return None if lost.intersection(vital) or hollow else left or None

    return fitting


def _string(most: int) -> Rule:
    """A text, None if it is blank."""
    return lambda value: cut(value, most) if isinstance(value, str) and value.strip() else _unless_text(value)


def _whole(most: int) -> Rule:
    """A text that means nothing when it is cut."""
    return lambda value: value if isinstance(value, str) and 0 < len(value) <= most else _unless_text(value)


def _unless_text(value: Any) -> Any:
    return None if isinstance(value, str) else value


def _text(most: int) -> Rule:
    """A text object."""
    return _object({"text": _string(most)}, "text")


def _items(most: int, rule: Rule) -> Rule:
    """A list's first items, without those of which nothing is left."""

    def fitting(items: Any) -> Any:
        return _left(items, rule)[:most] or None if isinstance(items, list) else items or None

    return fitting


def _left(items: list[Any], rule: Rule) -> list[Any]:
    return [item for item in map(rule, items) if item is not None]


def _by_type(shapes: Mapping[str, Rule]) -> Rule:
    """The rule of an object's `type`."""

    def fitting(thing: Any) -> Any:
        kind = thing.get("type") if isinstance(thing, Mapping) else None
        rule = shapes.get(kind) if isinstance(kind, str) else None
        return (rule or _object({}))(thing)

    return fitting


class _Room:
    """The characters that are left for all the texts of one rich text."""

    def __init__(self) -> None:
        self.left = RICH_TEXT

    def fit(self, element: Any, depth: int = _RICH_DEPTH) -> Any:
        """An element with what there is room for, None if that is nothing."""
        if not isinstance(element, Mapping) or depth == 0:
            return element or None
        if isinstance(parts := element.get("elements"), list):
            kept = [part for part in (self.fit(part, depth - 1) for part in parts) if part is not None]
            return {**element, "elements": kept} if kept else None
        url = element.get("url")
        if _whole(URL)(url) != url:
            return None
        if isinstance(text := element.get("text"), str):
            taken = self._take(text)
            return {**element, "text": taken} if taken else None
        return element if self.left else None

    def _take(self, text: str) -> str:
        taken = cut(text, self.left) if self.left else ""
        self.left = max(0, self.left - len(text))
        return taken


def _rich_text(block: Any) -> Any:
    return _BARE_BLOCK(_Room().fit(block))


def _blocks(blocks: Any) -> Any:
    """The first blocks, of which the last says how many more there were."""
    if not isinstance(blocks, list):
        return blocks or None
    kept = _left(blocks, _BLOCK)
    room = _room(kept)
    if room < len(kept):
        note = f"… blocks left out, for Slack takes no more: {len(kept) - room}"
        kept[room:] = [{"type": "context", "elements": [{"type": "plain_text", "text": note}]}]
    return kept or None


def _room(blocks: list[Any]) -> int:
    """How many of the blocks Slack takes at once, with one about the others."""
    weights = list(accumulate(map(_weight, blocks)))
    if len(blocks) <= BLOCKS and max(weights, default=0) < ALL_BLOCKS:
        return len(blocks)
    return len(list(takewhile(lambda weight: weight < ALL_BLOCKS - _NOTE, weights[: BLOCKS - 1])))


def _weight(block: Any) -> float:
    """Characters of a block's JSON and the comma behind it."""
    with suppress(RecursionError):
        return len(json.dumps(block, ensure_ascii=False, separators=(",", ":"))) + 1
    return float("inf")


def _attachments(attachments: Any) -> Any:
    """The first attachments, of which the last says how many more there were."""
    if not isinstance(attachments, list):
        return attachments or None
    kept = _left(attachments, _ATTACHMENT)
    if len(kept) > ATTACHMENTS:
        note = f"… attachments left out, for Slack takes no more: {len(kept) - ATTACHMENTS + 1}"
        kept[ATTACHMENTS - 1 :] = [{"text": note}]
    return kept or None


def _block(rules: Mapping[str, Rule], *vital: str, one_of: Collection[str] = ()) -> Rule:
    """A block; Slack makes the ids that are missing."""
    return _object({"block_id": _whole(ID), **rules}, *vital, one_of=one_of)


_BARE_BLOCK = _block({})
_PICTURE = {"image_url": _whole(URL), "alt_text": _string(ALT_TEXT)}
_ELEMENT = _by_type(
    {
        "button": _object(
            {"text": _text(BUTTON), "url": _whole(URL), "value": _whole(VALUE), "action_id": _whole(ID)}, "text", "url"
        ),
        "image": _object(_PICTURE, *_PICTURE),
        "mrkdwn": _text(CONTEXT),
        "plain_text": _text(CONTEXT),
    }
)
_SECTION = {"text": _text(SECTION), "fields": _items(FIELDS, _text(FIELD)), "accessory": _ELEMENT}
_BLOCK = _by_type(
    {
        "header": _block({"text": _text(HEADER)}, "text"),
        "section": _block(_SECTION, one_of=("text", "fields")),
        "context": _block({"elements": _items(CONTEXT_ELEMENTS, _ELEMENT)}, "elements"),
        "actions": _block({"elements": _items(ACTIONS, _ELEMENT)}, "elements"),
        "image": _block({**_PICTURE, "title": _text(TITLE)}, *_PICTURE),
        "rich_text": _rich_text,
        "markdown": _block({"text": _string(MARKDOWN)}, "text"),
        "divider": _BARE_BLOCK,
    }
)
_ATTACHMENT = _object(
    {"blocks": _blocks},
    one_of=("blocks", "text", "pretext", "title", "fields", "fallback", "image_url", "footer"),
)
_MESSAGE = _object(
    {"text": _string(TEXT), "blocks": _blocks, "attachments": _attachments, "username": _string(USERNAME)}
)
