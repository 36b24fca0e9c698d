"""What Slack does with a message's content: what it refuses, whom it tells, what it shows. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import msgspec

from notifier.errors import NotifierError
from notifier.model import Object
from notifier.sandbox import slack_blocks

MOST_ATTACHMENTS = 100
LONGEST_TEXT, LONGEST_UPDATE = 40_000, 4_000
"""Characters of `text` in a new message and in an edited one; the second is not documented, but what Slack does."""

Fields = Mapping[str, Any]
"""A call's arguments: as JSON gave them, or texts from a form."""

_MENTION = re.compile(r"<(!(?:channel|here|everyone|group)|!subteam\^\w+|@[UWB]\w+)(?:\|[^>]*)?>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_MARKED_UP = ("fallback", "pretext", "author_name", "title", "text", "footer")


class Refused(NotifierError):
    """Slack's word for why not, what it says about it, and in how many seconds to try again (0: nothing said)."""

    def __init__(self, error: str, *messages: str, retry_after: int = 0) -> None:
        self.error, self.messages, self.retry_after = error, messages, retry_after
        super().__init__(error)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says, as it was sent."""

    text: str = ""
    blocks: Sequence[Object] = ()
    attachments: Sequence[Object] = ()
    metadata: Object | None = None

    @property
    def key(self) -> str | None:
        """The idempotency key in its metadata, where there is one."""
        key = (self.metadata or {}).get("event_payload", {}).get("key")
        return key if isinstance(key, str) else None


def content_of(fields: Fields, before: Content | None = None, *, longest: int = LONGEST_TEXT) -> Content:
    """What a call says; parts it does not name are those of what it edits. Refused if Slack would not have it."""
    if all(fields.get(part) in (None, "", "[]", []) for part in ("text", "blocks", "attachments")):
        raise Refused("no_text")
    kept = before or Content()
    return Content(
        text=_text(fields, longest) if "text" in fields else kept.text,
        blocks=_blocks(fields) if "blocks" in fields else kept.blocks,
        attachments=_attachments(fields) if "attachments" in fields else kept.attachments,
        metadata=_metadata(fields) if "metadata" in fields else kept.metadata,
    )


def is_set(value: object) -> bool:
    """Whether an argument says yes, in JSON or in a form."""
    return value is True or str(value).lower() in {"true", "1"}


def shown(text: str) -> str:
    """What people read where a text has Slack's three entities."""
    return re.sub("&amp;|&lt;|&gt;", lambda found: _ENTITIES[found[0]], text)


def mentions(content: Content) -> list[str]:
    """Whom a message calls, as `<!here>` or `<@U1>` without labels: text and markup do, plain text does not."""
    return [*_marks(content.text), *_called(content.blocks), *_called_by_attachments(content.attachments)]


@dataclass(frozen=True)
class Pace:
    """How fast a channel takes new messages: so many a second, so many at once; `clock` is monotonic, in seconds."""

    rate: float = 1
    burst: int = 3
    clock: Callable[[], float] = time.monotonic


class Pacer:
    """Holds every channel to a pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._due: dict[str, float] = {}

    def admit(self, channel: str) -> None:
        """Count a message; Refused if it comes too early."""
        now, interval = self._pace.clock(), 1 / self._pace.rate
        due = max(self._due.get(channel, now), now)
        early = due - now - (self._pace.burst - 1) * interval
        if early > 0:
            raise Refused("ratelimited", retry_after=ceil(early))
        self._due[channel] = due + interval


def _text(fields: Fields, longest: int) -> str:
    text = str(fields["text"])
    if len(text) > longest:
        raise Refused("msg_too_long")
    return text


def _blocks(fields: Fields) -> list[Object]:
    blocks = _decoded(fields["blocks"])
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if wrong := slack_blocks.complaints(blocks):
        raise Refused("invalid_blocks", *wrong)
    if len(msgspec.json.encode(blocks).decode()) > slack_blocks.MOST_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return blocks


def _attachments(fields: Fields) -> list[Object]:
    attachments = _decoded(fields["attachments"])
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refused("too_many_attachments")
    pairs = ((f"/attachments/{index}/blocks", each.get("blocks") or []) for index, each in enumerate(attachments))
    if wrong := [complaint for at, blocks in pairs for complaint in slack_blocks.complaints(blocks, at)]:
        raise Refused("invalid_attachments", *wrong)
    return attachments


def _metadata(fields: Fields) -> Object | None:
    metadata = _decoded(fields["metadata"])
    if metadata == {}:
        return None
    match metadata:
        case {"event_type": str(), "event_payload": dict()}:
            return dict(metadata)
    raise Refused("invalid_metadata_format")


def _decoded(value: object) -> Any:
    """JSON inside a text, which Slack takes in a form and in JSON alike; None if it is none."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _marks(text: object) -> Iterator[str]:
    return (f"<{mark}>" for mark in _MENTION.findall(text)) if isinstance(text, str) else iter(())


def _called(part: Any) -> Iterator[str]:
    """Whom blocks call, at any depth: bare strings are nothing until an object says how they are meant."""
    match part:
        case {"type": "mrkdwn" | "markdown", "text": text}:
            yield from _marks(text)
        case {"type": "broadcast", "range": whom}:
            yield f"<!{whom}>"
        case {"type": "user", "user_id": whom}:
            yield f"<@{whom}>"
        case {"type": "usergroup", "usergroup_id": whom}:
            yield f"<!subteam^{whom}>"
        case dict():
            yield from _called(list(part.values()))
        case list() | tuple():
            for each in part:
                yield from _called(each)


def _called_by_attachments(attachments: Sequence[Object]) -> Iterator[str]:
    for attachment in attachments:
        for name in _MARKED_UP:
            yield from _marks(attachment.get(name))
        for field in attachment.get("fields") or []:
            yield from _marks(field.get("value"))
        yield from _called(attachment.get("blocks"))
