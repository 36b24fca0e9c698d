"""A Slack workspace: the Web API that messages are written with, held to Slack's own rules and limits."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from aiohttp import web

from notifier.model import Object
from notifier.sandbox.receivers import Manner, Replies, Reply, give
from notifier.sandbox.serving import LoopbackServer
from notifier.sandbox.slack_channels import Channel, Channels, Message, Standing
from notifier.sandbox.slack_rules import LONGEST_UPDATE, Content, Fields, Pace, Pacer, Refused, content_of
from notifier.sandbox.waiting import Waiting

if TYPE_CHECKING:
    import ssl

BOT_USER, BOT_ID, TEAM_ID = "U0NOTIFIER", "B0NOTIFIER", "T0SANDBOX"
_API = "/api/"
_AS_SHOWN = ("text", "blocks", "attachments", "metadata", "username", "thread_ts", "ts")


class Call(NamedTuple):
    """A call of the API: its fields without the token, when (epoch seconds), and "ok", Slack's error or "scripted"."""

    method: str
    fields: Fields
    at: float
    outcome: str


class SlackWorkspace(LoopbackServer):
    """A workspace on loopback whose app is a member of the channels named, outside others, others being archived.

    The app writes with `token`; `auth_error`, once set, is what every call gets (token_revoked, account_inactive).
    A reply to a deleted root stands in the channel by itself, or without `unthreads` is taken and nobody sees it: Slack
    was seen to do either.
    """

    def __init__(
        self,
        *members: str,
        outside: Iterable[str] = (),
        archived: Iterable[str] = (),
        unthreads: bool = True,
        pace: Pace | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(port=port, tls=tls)
        self.token = f"xoxb-{secrets.token_hex(12)}"
        self.auth_error = ""
        self.calls: list[Call] = []
        standings = dict.fromkeys(members, Standing.MEMBER) | dict.fromkeys(outside, Standing.OUTSIDE)
        self._channels = Channels(standings | dict.fromkeys(archived, Standing.ARCHIVED), unthreads=unthreads)
        self._pacer = Pacer(pace or Pace())
        self._replies = Replies()
        self._changed = Waiting()
        self._methods: dict[str, Callable[[Fields], Object]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
        }

    @property
    def api_url(self) -> str:
        """What a client needs as its base URL."""
        return f"{self.url}{_API}"

    @property
    def messages(self) -> list[Message]:
        """All that was written, deleted or not, in order of arrival."""
        return list(self._channels.messages.values())

    def channel(self, name: str) -> list[Message]:
        """What people see who open a channel: roots and broadcast replies, as they read now. Refused if unknown."""
        return self._channels.top_level(self._channels.find(name))

    def thread(self, ts: str) -> list[Message]:
        """What people see who open the thread of a root: the root and its replies."""
        return self._channels.thread(ts)

    def say(self, channel: str, text: str, *, user: str = "U0PERSON", thread_ts: str | None = None) -> Message:
        """Let a person write something; Refused if there is no such channel or thread."""
        options = {"thread_ts": thread_ts}
        return self._write(self._channels.find(channel), Content(text=text), options, author=user)

    def reply(self, reply: Reply, *, method: str | None = None, times: int | None = None) -> None:
        """Answer the next `times` calls (None: all from now on) of a method (None: of any) like this, and do nothing.

        Replies that are limited are used up in the order given; of the others the latest counts.
        """
        self._replies.add(reply, to=method, times=times)

    def refuse(self, error: str, *, method: str | None = None, times: int | None = None) -> None:
        """Answer with one of Slack's errors, as `reply` does."""
        body = msgspec.json.encode({"ok": False, "error": error})
        self.reply(Reply(headers={"Content-Type": "application/json"}, body=body), method=method, times=times)

    def recover(self) -> None:
        """Forget the replies and refusals that are still to be given."""
        self._replies.clear()

    async def wait_for(self, count: int, *, within: float = 5) -> list[Message]:
        """Return the first `count` messages once they are there; TimeoutError if not within so many seconds."""
        await self._changed.until(lambda: len(self.messages) >= count, within)
        return self.messages[:count]

    async def wait_for_calls(self, count: int, *, within: float = 5) -> list[Call]:
        """Return the first `count` calls once they are there; TimeoutError if not within so many seconds."""
        await self._changed.until(lambda: len(self.calls) >= count, within)
        return self.calls[:count]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, by script or by the rules."""
        if not request.path.startswith(_API):
            return web.Response(status=404)
        method = request.path.removeprefix(_API)
        reply = self._replies.next(method)
        if reply is not None:
            await self._take_note(request, method, reply)
            return await give(reply, request)
        fields: Fields = {}
        try:
            fields, token = await _arguments(request)
            answer = self._perform(method, fields, token)
        except Refused as refused:
            self._remember(method, fields, refused.error)
            return _refusal(refused)
        self._remember(method, fields, "ok")
        return web.json_response({"ok": True, **answer})

    async def _take_note(self, request: web.Request, method: str, reply: Reply) -> None:
        fields: Fields = {}
        if reply.manner is not Manner.CLOSE_BEFORE_READING:
            with suppress(Refused):
                fields, _ = await _arguments(request)
        self._remember(method, fields, "scripted")

    def _remember(self, method: str, fields: Fields, outcome: str) -> None:
        self.calls.append(Call(method, fields, time.time(), outcome))
        self._changed.notify()

    def _perform(self, method: str, fields: Fields, token: str) -> Object:
        if method not in self._methods:
            raise Refused("unknown_method")
        if not token:
            raise Refused("not_authed")
        if token != self.token or self.auth_error:
            raise Refused(self.auth_error or "invalid_auth")
        return self._methods[method](fields)

    def _auth_test(self, _fields: Fields) -> Object:
        who = {"team": "Sandbox", "team_id": TEAM_ID, "user": "notifier", "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"url": f"{self.url}/", **who}

    def _post(self, fields: Fields) -> Object:
        channel = self._channels.find(_argument(fields, "channel"))
        if channel.standing is not Standing.MEMBER:
            raise Refused(channel.standing.value)
        self._pacer.admit(channel.id)
        message = self._write(channel, content_of(fields), fields, author=BOT_USER)
        return {"channel": channel.id, "ts": message.ts, "message": _as_shown(message)}

    def _update(self, fields: Fields) -> Object:
        channel, message = self._own(fields, "cant_update_message")
        content = content_of(fields, before=message, longest=LONGEST_UPDATE)
        edited = self._channels.edit(message, content, fields)
        return {"channel": channel.id, "ts": edited.ts, "text": edited.text, "message": _as_shown(edited)}

    def _delete(self, fields: Fields) -> Object:
        channel, message = self._own(fields, "cant_delete_message")
        self._channels.delete(message)
        return {"channel": channel.id, "ts": message.ts}

    def _own(self, fields: Fields, otherwise: str) -> tuple[Channel, Message]:
        """The channel, by its id alone, and the message of ours that a call is about."""
        channel = self._channels.identified(_argument(fields, "channel"))
        message = self._channels.written(channel, _argument(fields, "ts"))
        if message.author != BOT_USER:
            raise Refused(otherwise)
        return channel, message

    def _write(self, channel: Channel, content: Content, options: Fields, *, author: str) -> Message:
        message = self._channels.post(channel, content, options, author=author, at=time.time())
        self._changed.notify()
        return message


def _argument(fields: Fields, name: str) -> str:
    if not fields.get(name):
        raise Refused("invalid_arguments", f"missing required field: {name}")
    return str(fields[name])


async def _arguments(request: web.Request) -> tuple[Fields, str]:
    """A call's fields and token; Slack looks for the token in the header, or else in a form, but not in JSON."""
    form = request.content_type != "application/json"
    sent = dict(await request.post()) if form else _decoded(await request.read())
    fields = {name: value for name, value in {**request.query, **sent}.items() if value is not None}
    token = str(fields.pop("token", ""))
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bearer":
        return fields, bearer
    return fields, token if form else ""


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.ValidationError as error:
        raise Refused("json_not_object") from error
    except msgspec.DecodeError as error:
        raise Refused("invalid_json") from error


def _as_shown(message: Message) -> Object:
    said = {name: value for name in _AS_SHOWN if (value := getattr(message, name))}
    return {"type": "message", "subtype": "bot_message", "bot_id": BOT_ID, "text": "", **said}


def _refusal(refused: Refused) -> web.Response:
    answer: Object = {"ok": False, "error": refused.error}
    if refused.messages:
        answer |= {"errors": refused.messages}
        answer |= {"response_metadata": {"messages": [f"[ERROR] {message}" for message in refused.messages]}}
    if refused.retry_after:
        return web.json_response(answer, status=429, headers={"Retry-After": str(refused.retry_after)})
    return web.json_response(answer)
