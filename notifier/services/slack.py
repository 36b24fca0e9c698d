"""Slack: messages to channels and people, configured as in Argo, and threads that outlive a restart.

The root of a thread is its first message: what comes later is a reply to it, or changes it, or both.
"""

import enum
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, NamedTuple, Self
from urllib.parse import unquote, urlsplit

import msgspec
from pydantic import Field, ValidationError, field_validator

from notifier.errors import Permanent
from notifier.model import Letter, Message, Receipt
from notifier.services.http import Client, Request
from notifier.services.options import HttpOptions, HttpUrl, Options
from notifier.services.redaction import Redactor
from notifier.services.service import Limits
from notifier.services.slack_api import SlackApi
from notifier.services.slack_errors import ROOT_IS_FIXED, ROOT_IS_GONE
from notifier.services.slack_limits import EDITED_TEXT, cut, fit

_CONTENT = ("text", "blocks", "attachments")


class SlackOptions(HttpOptions):
    """Argo's options; `signingSecret` and `channels` mean nothing here either."""

    token: str
    username: str = ""
    icon: str = ""
    api_url: Annotated[HttpUrl, Field(alias="apiURL")] = "https://slack.com/api/"
    disable_unfurl: bool = False
    signing_secret: str = ""
    channels: Any = None

    @field_validator("token")
    @classmethod
    def _one_word(cls, token: str) -> str:
        if not re.fullmatch(r"[!-~]+", token.strip()):
            raise ValueError("not a token: it is one word, like xoxb-…")
        return token.strip()

    @staticmethod
    def recipient_fault(recipient: str) -> str:
        """See `Options`."""
        return "" if recipient.strip().removeprefix("#") else "names no channel: write its name, such as shop-deploys"

    def warnings(self) -> list[str]:
        """Also about an icon that is none."""
        unusable = self.icon.strip() and not _icon(self.icon)
        return super().warnings() + (["icon: neither :emoji: nor an http or https URL, so ignored"] if unusable else [])

    def secrets(self) -> set[str]:
        """What of the options an answer must not show."""
        return {self.token, self.key, self.signing_secret, unquote(urlsplit(self.api_url).password or "")}


class Policy(enum.Enum):
    """What becomes of a thread's later messages: replies, replies and an edit of the first one, or an edit alone."""

    POST = "post"
    POST_AND_UPDATE = "postandupdate"
    UPDATE = "update"


class Section(Options):
    """What a template says for Slack; blocks and attachments are lists, or JSON text as in Argo."""

    text: str = ""
    username: str = ""
    icon: str = ""
    blocks: Any = None
    attachments: Any = None
    delivery_policy: str = ""
    notify_broadcast: Any = False

    def policy(self) -> Policy:
        """The delivery policy; an unknown one is `Post`, as in Argo."""
        word = self.delivery_policy.strip().lower()
        return next((policy for policy in Policy if policy.value == word), Policy.POST)

    def broadcast(self) -> dict[str, Any]:
        """What makes a reply seen in the channel too, if the template wants it."""
        return {"reply_broadcast": True} if str(self.notify_broadcast).strip().lower() == "true" else {}

    def content(self, message: str, username: str) -> dict[str, Any]:
        """What is said and by whom, within Slack's limits. Raises Permanent if that is nothing."""
        said = fit(
            {
                "text": self.text if self.text.strip() else message,
                "blocks": _list("blocks", self.blocks),
                "attachments": _list("attachments", self.attachments),
                "username": self.username if self.username.strip() else username,
            }
        )
        if not said.keys() & set(_CONTENT):
            raise Permanent("the template renders to nothing")
        return said


class Posted(NamedTuple):
    """Where a message is: Slack's id of the channel and its name for the message."""

    channel: str
    ts: str

    def __str__(self) -> str:
        return f"{self.channel}/{self.ts}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What `str` wrote, None for anything else."""
        found = re.fullmatch(r"([A-Z0-9]+)/([0-9]+\.[0-9]+)", text)
        return cls(*found.groups()) if found else None


class Slack:
    """A configured Slack app; the recipient of a letter is a channel's name or id, or a user's id."""

    section: ClassVar[str] = "slack"
    options_model: ClassVar[type[Options]] = SlackOptions

    def __init__(self, options: SlackOptions, client: Client, secrets: frozenset[str]) -> None:
        self._options = options
        like = Request("POST", options.api_url.rstrip("/") + "/", timeout=options.timeout, tls=options.tls(client))
        self._api = SlackApi(options.token, like, client, Redactor(secrets | options.secrets()))
        client.trust(like.tls)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], client: Client, secrets: frozenset[str]) -> Self:
        """See `Service`."""
        return cls(SlackOptions.read(config), client, secrets)

    @classmethod
    def default_limits(cls) -> Limits:
        """What Slack allows for a channel."""
        return Limits(rate=1, burst=1, concurrency=1)

    def place(self, recipient: str) -> str:
        """See `Service`: Slack counts by token and channel."""
        channel = recipient.strip().removeprefix("#").casefold()
        return hashlib.sha256(f"{self._options.api_url}\0{self._options.token}\0{channel}".encode()).hexdigest()

    async def send(self, letter: Letter) -> Receipt:
        """See `Service`. Posting cannot be repeated without harm, so it is the last thing an attempt does."""
        section = _section(letter.message)
        message = self._message(letter, section)
        root = Posted.parse(letter.root) if letter.message.thread else None
        if root:
            try:
                return await self._go_on(root, section, message)
            except Permanent as refused:
                if refused.status not in ROOT_IS_GONE:
                    raise
        posted = _place(await self._api.call("chat.postMessage", message))
        return Receipt("ok", posted, root=posted if letter.message.thread else "")

    async def close(self) -> None:
        """See `Service`: the connections are the client's."""

    def _message(self, letter: Letter, section: Section) -> dict[str, Any]:
        """All that is said to Slack of a message that is not a reply. Raises Permanent."""
        if not letter.recipient.strip():
            raise Permanent("the recipient is empty: name a channel, or a user's id")
        unfurl = {"unfurl_links": False, "unfurl_media": False} if self._options.disable_unfurl else {}
        return {
            "channel": letter.recipient.strip(),
            **section.content(letter.message.message, self._options.username),
            **(_icon(section.icon) or _icon(self._options.icon)),
            **unfurl,
            "metadata": {"event_type": "rollouts_notifier", "event_payload": {"key": letter.key}},
        }

    async def _go_on(self, root: Posted, section: Section, message: Mapping[str, Any]) -> Receipt:
        """Continue a thread. Raises Permanent with a status of `ROOT_IS_GONE` where it must start anew."""
        policy = section.policy()
        if policy is Policy.UPDATE:
            await self._update(root, message, "metadata")
            return Receipt("ok", str(root), root=str(root))
        if policy is Policy.POST_AND_UPDATE:
            await self._show(root, message)
        reply = {"channel": root.channel, "thread_ts": root.ts, **section.broadcast()}
        answer = await self._api.call("chat.postMessage", {**message, **reply})
        return Receipt("ok", _place(answer), root=_place(answer) if _stands_alone(answer) else str(root))

    async def _show(self, root: Posted, message: Mapping[str, Any]) -> None:
        """Let the first message show the latest, where the workspace still lets us edit it."""
        try:
            await self._update(root, message)
        except Permanent as refused:
            if refused.status not in ROOT_IS_FIXED:
                raise

    async def _update(self, root: Posted, message: Mapping[str, Any], *more: str) -> None:
        """Give a message another content: what is not mentioned would stay as it was."""
        content = {"blocks": [], "attachments": []} | {n: message[n] for n in (*_CONTENT, *more) if n in message}
        text = {"text": cut(content["text"], EDITED_TEXT)} if "text" in content else {}
        await self._api.call("chat.update", {**content, **text, **root._asdict()})


def _place(answer: Mapping[str, Any]) -> str:
    """Where a posted message is, "" if Slack does not say so."""
    return str(Posted.parse(f"{answer.get('channel')}/{answer.get('ts')}") or "")


def _stands_alone(answer: Mapping[str, Any]) -> bool:
    """Whether Slack made no reply of a reply, as it may where the root is deleted."""
    message = answer.get("message")
    return isinstance(message, Mapping) and "thread_ts" not in message


def _icon(text: str) -> dict[str, str]:
    """The argument for an icon, none if the text is neither an emoji nor a URL."""
    if re.fullmatch(r":\S+:", text.strip()):
        return {"icon_emoji": text.strip()}
    return {"icon_url": text.strip()} if re.fullmatch(r"(?i:https?)://\S+", text.strip()) else {}


def _section(message: Message) -> Section:
    try:
        return Section.model_validate(message.body)
    except ValidationError as error:
        keys = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
    raise Permanent(f"the template's slack section is not valid: look at {keys}")


def _list(name: str, value: Any) -> Any:
    """A list, also of the JSON text that it is in Argo. Raises Permanent."""
    if isinstance(value, str):
        with suppress(ValueError, RecursionError):
            value = msgspec.json.decode(value.strip() or "null")
    if value and not isinstance(value, list):
        raise Permanent(f"the template's slack section is not valid: {name} is not a JSON list")
    return value or None
