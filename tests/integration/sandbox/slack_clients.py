"""Slack's own client, talking to a workspace of the sandbox."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable

    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from notifier.sandbox.slack import SlackWorkspace


@asynccontextmanager
async def connected(
    workspace: SlackWorkspace, *, token: str | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[AsyncWebClient]:
    """A client that never tries again."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield AsyncWebClient(
            token=workspace.token if token is None else token,
            base_url=workspace.api_url,
            session=session,
            ssl=tls,
            retry_handlers=[],
        )


async def post(client: AsyncWebClient, channel: str = "deploys", **fields: Any) -> AsyncSlackResponse:
    """Post a message as JSON, without the client's opinion about it."""
    return await client.api_call("chat.postMessage", json={"channel": channel, **fields})


async def refusal(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer to a call that fails."""
    with pytest.raises(SlackApiError) as caught:
        await call
    response: AsyncSlackResponse = caught.value.response
    return response


async def refused(call: Awaitable[AsyncSlackResponse]) -> str:
    """Slack's word for why a call fails."""
    return str((await refusal(call))["error"])
