"""What Slack takes for blocks: the shapes of Block Kit, their limits and its words for what breaks them. Pure.

A check looks at a value and yields what is wrong with it; a place in the message is a JSON pointer. Of interactive
parts only what a notification may have (links as buttons) is looked into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
Parts = Mapping[str, Check]

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_200
"""Of all blocks together, as compact JSON: not documented by Slack, measured by its users."""
_LONGEST_URL = 3000


def complaints(blocks: object, at: str = "/blocks") -> list[str]:
    """What is wrong with a message's blocks, as Slack says it; `at` is where they are in the message."""
    return list(_BLOCKS(blocks, at))


def _wrong(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"


def _boolean(value: object, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _wrong("must provide a boolean", at)


def _anything(_value: object, _at: str) -> Iterator[str]:
    return iter(())


def _string(most: int, least: int = 1) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _wrong("must provide a string", at)
        elif len(value) < least:
            yield _wrong(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield _wrong(f"must be less than {most + 1} characters", at)

    return check


def _whole(most: int) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield _wrong("must provide a number", at)
        elif not 0 <= value <= most:
            yield _wrong(f"must be a number from 0 to {most}", at)

    return check


def _choice(*values: str) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if value not in values:
            yield _wrong(f"must be one of: {', '.join(values)}", at)

    return check


def _list(each: Check, *, most: float = float("inf"), least: int = 0) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _wrong("must provide an array", at)
            return
        if len(value) < least:
            yield _wrong(f"no less than {least} items allowed", at)
        if len(value) > most:
            yield _wrong(f"no more than {most} items allowed", at)
        for index, item in enumerate(value):
            yield from each(item, f"{at}/{index}")

    return check


def _object(required: Parts, optional: Parts | None = None, *, closed: bool = True) -> Check:
    """An object of these parts besides its type; more of them only if it is not closed."""
    parts = {**required, **(optional or {}), "type": _anything}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _wrong("must provide an object", at)
            return
        yield from (_wrong(f"missing required field: {name}", at) for name in required if name not in value)
        if closed:
            yield from (_wrong(f"invalid additional property: {name}", at) for name in value if name not in parts)
        for name, part in value.items():
            yield from parts.get(name, _anything)(part, f"{at}/{name}")

    return check


def _one_of(kinds: Parts) -> Check:
    """An object whose type says which shape it has."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield _wrong("missing required field: type", at)
        elif not isinstance(kind, str) or kind not in kinds:
            yield _wrong(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check


def _either(one: str, other: str, check: Check) -> Check:
    """An object that has one of two parts, or both."""

    def either(value: Any, at: str) -> Iterator[str]:
        if not {one, other} & value.keys():
            yield _wrong(f"must define either `{one}` or `{other}`", at)
        yield from check(value, at)

    return either


def _texts(most: int) -> Parts:
    text = {"text": _string(most)}
    return {"plain_text": _object(text, {"emoji": _boolean}), "mrkdwn": _object(text, {"verbatim": _boolean})}


def _plain(most: int) -> Check:
    return _one_of({"plain_text": _texts(most)["plain_text"]})


def _text(most: int) -> Check:
    """A text in either markup; Slack complains twice, about the union and about the member it took it for."""
    member = _one_of(_texts(most))

    def check(value: object, at: str) -> Iterator[str]:
        wrong = list(member(value, at))
        if wrong:
            yield _wrong("failed to match all allowed schemas", at)
        yield from wrong

    return check


def _block(required: Parts, optional: Parts | None = None, *, closed: bool = True) -> Check:
    return _object(required, {**(optional or {}), "block_id": _string(255)}, closed=closed)


_URL = _string(_LONGEST_URL)
_STYLE = _object({}, dict.fromkeys(("bold", "italic", "strike", "code"), _boolean))
_PICTURE: Parts = {"alt_text": _string(2000)}
_PICTURE_FROM: Parts = {"image_url": _URL, "slack_file": _anything}
_IMAGE_ELEMENT = _either("image_url", "slack_file", _object(_PICTURE, _PICTURE_FROM))
_BUTTON = _object(
    {"text": _plain(75)},
    {
        "action_id": _string(255),
        "url": _URL,
        "value": _string(2000),
        "style": _choice("primary", "danger"),
        "confirm": _anything,
        "accessibility_label": _string(75),
    },
)
_INTERACTIVE = _object({}, {"action_id": _string(255)}, closed=False)
_ELEMENTS: Parts = {"button": _BUTTON} | dict.fromkeys(
    (
        "channels_select",
        "checkboxes",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "external_select",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_external_select",
        "multi_static_select",
        "multi_users_select",
        "overflow",
        "radio_buttons",
        "static_select",
        "timepicker",
        "users_select",
        "workflow_button",
    ),
    _INTERACTIVE,
)


def _styled(required: Parts, optional: Parts | None = None) -> Check:
    return _object(required, {**(optional or {}), "style": _STYLE})


_CHARACTERS: Parts = {
    "text": _styled({"text": _string(MOST_CHARACTERS)}),
    "link": _styled({"url": _URL}, {"text": _string(MOST_CHARACTERS), "unsafe": _boolean}),
}
_RICH: Parts = {
    **_CHARACTERS,
    "broadcast": _styled({"range": _choice("here", "channel", "everyone")}),
    "channel": _styled({"channel_id": _string(255)}),
    "color": _object({"value": _string(7)}),
    "date": _object({"timestamp": _anything, "format": _string(255)}, {"url": _URL, "fallback": _string(255)}),
    "emoji": _styled({"name": _string(255)}, {"unicode": _string(255)}),
    "user": _styled({"user_id": _string(255)}),
    "usergroup": _styled({"usergroup_id": _string(255)}),
}
_BORDER: Parts = {"border": _whole(1)}
_SECTION: Parts = {"elements": _list(_one_of(_RICH))}
_RICH_TEXT: Parts = {
    "rich_text_section": _object(_SECTION),
    "rich_text_quote": _object(_SECTION, _BORDER),
    "rich_text_preformatted": _object({"elements": _list(_one_of(_CHARACTERS))}, {**_BORDER, "language": _string(255)}),
    "rich_text_list": _object(
        {"elements": _list(_one_of({"rich_text_section": _object(_SECTION)})), "style": _choice("bullet", "ordered")},
        {**_BORDER, "indent": _whole(8), "offset": _whole(2**31)},
    ),
}

_KINDS: Parts = {
    "actions": _block({"elements": _list(_one_of(_ELEMENTS), most=25, least=1)}),
    "context": _block({"elements": _list(_one_of({"image": _IMAGE_ELEMENT, **_texts(3000)}), most=10, least=1)}),
    "divider": _block({}),
    "header": _block({"text": _plain(150)}),
    "image": _either("image_url", "slack_file", _block(_PICTURE, {**_PICTURE_FROM, "title": _plain(2000)})),
    "markdown": _block({"text": _string(12_000)}),
    "rich_text": _block({"elements": _list(_one_of(_RICH_TEXT), least=1)}),
    "section": _either(
        "text",
        "fields",
        _block(
            {},
            {
                "text": _text(3000),
                "fields": _list(_text(2000), most=10, least=1),
                "accessory": _one_of({"image": _IMAGE_ELEMENT, **_ELEMENTS}),
                "expand": _boolean,
            },
        ),
    ),
    **dict.fromkeys(("context_actions", "file", "input", "table", "video"), _block({}, closed=False)),
}
_BLOCKS = _list(_one_of(_KINDS), most=MOST_BLOCKS)
