"""Calls of Slack's Web API: Slack's own library writes the requests and reads the answers, our client carries them."""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import msgspec
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from notifier import __version__
from notifier.errors import Temporary
from notifier.model import COMPONENT
from notifier.services.http import Answer, Client, Request, retry_after
from notifier.services.redaction import Redactor
from notifier.services.slack_errors import refusal

_SILENT = logging.Logger(COMPONENT, logging.CRITICAL + 1)  # noqa: LOG001 - none that a configuration could reach
"""For slack-sdk, which writes requests, answers and proxies' passwords to its log."""


class SlackApi:
    """The API at the URL of `like`, a request of which every call also has the timeout and the TLS settings."""

    def __init__(self, token: str, like: Request, client: Client, redact: Redactor) -> None:
        self._now, self._redact = client.now, redact
        self._slack = AsyncWebClient(
            token=token,
            base_url=like.url,
            session=_Session(like, client, redact),  # type: ignore[arg-type]  # as much of a session as it uses
            user_agent_prefix=f"{COMPONENT}/{__version__}",
            logger=_SILENT,
            retry_handlers=[],
        )

    async def call(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What Slack answers where it agrees. Raises Temporary and Permanent, with Slack's word as their status."""
        try:
            answer: Any = await self._slack.api_call(method, json=dict(arguments))
        except SlackApiError as refused:
            answer = refused.response
        # Outside of the handler, for slack-sdk's error holds the whole answer and must not become this one's context.
        data: dict[str, Any] = answer.data
        if data.get("ok"):
            return data
        raise refusal(data, self._redact, retry_after(answer.headers, self._now()))


class _Session:
    """What slack-sdk takes for a session of aiohttp."""

    closed = False

    def __init__(self, like: Request, client: Client, redact: Redactor) -> None:
        self._like, self._client, self._redact = like, client, redact

    @asynccontextmanager
    async def request(
        self, verb: str, url: str, *, json: Mapping[str, Any], headers: Mapping[str, str], **_: object
    ) -> AsyncIterator["_Response"]:
        """One call with JSON; the proxy and the TLS settings that slack-sdk has found are not ours."""
        request = replace(self._like, method=verb, url=url, headers=headers, body=_encoded(json))
        yield _Response(await self._client.send(request, self._redact), self._redact)


class _Response:
    """What slack-sdk takes for a response of aiohttp; any 2xx is as good as a 200."""

    status, content_type = 200, "application/json"

    def __init__(self, answer: Answer, redact: Redactor) -> None:
        self.headers, self._body, self._redact = answer.headers, answer.body, redact

    async def json(self) -> dict[str, Any]:
        """The answer. Raises Temporary if it cannot be Slack's, for then something on the way gave it."""
        with suppress(ValueError, RecursionError):
            return msgspec.json.decode(self._body, type=dict[str, Any])
        raise Temporary(f"Slack answered something that is not JSON: {self._redact.excerpt(self._body)}")


def _encoded(arguments: Mapping[str, Any]) -> bytes:
    """JSON, also where a text has half of a character: that becomes a question mark."""
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
