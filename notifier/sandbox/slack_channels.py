"""A workspace's channels and what was written in them. No I/O, no clock: `at` is epoch seconds."""

from __future__ import annotations

import enum
import re
import zlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from notifier.sandbox.slack_rules import Content, Fields, Refused, is_set

if TYPE_CHECKING:
    from collections.abc import Mapping

_USER = re.compile(r"[UW][A-Z0-9]+")
_TS = re.compile(r"\d+\.\d{6}")
_FIRST_TS, _BETWEEN_TS = 1_700_000_000_000_000, 100
"""Microseconds: message n of a workspace is always written at the same time, and no two at one."""


class Standing(enum.Enum):
    """What the app is to a channel; the values are Slack's words for why it cannot write."""

    MEMBER = ""
    OUTSIDE = "not_in_channel"
    ARCHIVED = "is_archived"


class Channel(NamedTuple):
    """A place to write; a direct message's `name` is the user's id."""

    id: str
    name: str
    standing: Standing = Standing.MEMBER


@dataclass(frozen=True, kw_only=True)
class Message(Content):
    """Something that was written, as it reads now; `edits` are its earlier contents, `thread_ts` its root's `ts`."""

    channel: str
    ts: str
    author: str
    at: float
    thread_ts: str | None = None
    broadcast: bool = False
    username: str | None = None
    icon: str | None = None
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    edits: tuple[Content, ...] = ()
    deleted: bool = False

    @property
    def root(self) -> bool:
        """Whether it stands in the channel by itself."""
        return self.thread_ts is None


class Channels:
    """Finds channels, keeps their messages by `ts` in the order they came."""

    def __init__(self, standings: Mapping[str, Standing], *, unthreads: bool) -> None:
        self.messages: dict[str, Message] = {}
        self._unthreads = unthreads
        self._channels: dict[str, Channel] = {}
        for name, standing in standings.items():
            self._add(Channel(_identify("C", name), name, standing))

    def find(self, address: str) -> Channel:
        """The channel with a name (a # may precede it) or an id, or a user's direct messages.

        Refused if there is none.
        """
        if _USER.fullmatch(address):
            return self._add(Channel(_identify("D", address), address))
        name = address.removeprefix("#")
        found = next((channel for channel in self._channels.values() if channel.name == name), None)
        return found or self.identified(address)

    def identified(self, channel_id: str) -> Channel:
        """The channel with an id; Refused if there is none."""
        if channel_id not in self._channels:
            raise Refused("channel_not_found")
        return self._channels[channel_id]

    def post(self, channel: Channel, content: Content, options: Fields, *, author: str, at: float) -> Message:
        """Write a message with a call's other arguments as options; Refused if its thread does not exist."""
        thread = self._thread(channel, str(options.get("thread_ts") or ""))
        micros = _FIRST_TS + _BETWEEN_TS * len(self.messages)
        message = Message(
            **_parts(content),
            channel=channel.name,
            ts=f"{micros // 1_000_000}.{micros % 1_000_000:06d}",
            author=author,
            at=at,
            thread_ts=thread,
            broadcast=thread is not None and is_set(options.get("reply_broadcast")),
            username=options.get("username"),
            icon=options.get("icon_emoji") or options.get("icon_url"),
            unfurl_links=_chosen(options.get("unfurl_links")),
            unfurl_media=_chosen(options.get("unfurl_media")),
        )
        return self._keep(message)

    def written(self, channel: Channel, ts: str) -> Message:
        """A message that can still be read; Refused if there is none."""
        message = self.messages.get(ts)
        if message is None or message.deleted or message.channel != channel.name:
            raise Refused("message_not_found")
        return message

    def edit(self, message: Message, content: Content, options: Fields) -> Message:
        """Replace what a message says."""
        broadcast = message.broadcast or (not message.root and is_set(options.get("reply_broadcast")))
        edits = (*message.edits, Content(**_parts(message)))
        return self._keep(replace(message, **_parts(content), broadcast=broadcast, edits=edits))

    def delete(self, message: Message) -> None:
        """Take a message away; what was said in its thread is gone with it."""
        self._keep(replace(message, deleted=True))

    def top_level(self, channel: Channel) -> list[Message]:
        """What somebody who opens a channel reads."""
        here = (message for message in self.messages.values() if message.channel == channel.name)
        return [message for message in here if not message.deleted and (message.root or message.broadcast)]

    def thread(self, ts: str) -> list[Message]:
        """What somebody who opens a message's thread reads, from its root on; nothing where the root is deleted."""
        if ts not in self.messages or self.messages[ts].deleted:
            return []
        thread = (message for message in self.messages.values() if ts in (message.ts, message.thread_ts))
        return [message for message in thread if not message.deleted]

    def _thread(self, channel: Channel, ts: str) -> str | None:
        """The root of the thread that a message belongs to; a reply's is its root."""
        if not ts:
            return None
        if not _TS.fullmatch(ts):
            raise Refused("invalid_thread_ts", f"{ts} is not a valid thread_ts")
        parent = self.messages.get(ts)
        if parent is None or parent.channel != channel.name:
            raise Refused("thread_not_found")
        root = self.messages[parent.thread_ts or ts]
        return None if root.deleted and self._unthreads else root.ts

    def _keep(self, message: Message) -> Message:
        self.messages[message.ts] = message
        return message

    def _add(self, channel: Channel) -> Channel:
        return self._channels.setdefault(channel.id, channel)


def _identify(kind: str, name: str) -> str:
    return f"{kind}{zlib.crc32(name.encode()):010X}"


def _parts(content: Content) -> dict[str, Any]:
    return {part.name: getattr(content, part.name) for part in fields(Content)}


def _chosen(value: object) -> bool | None:
    return None if value is None else is_set(value)
