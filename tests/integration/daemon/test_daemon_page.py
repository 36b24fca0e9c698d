"""The daemon serves its page: what it knows, what cannot work in its configuration, actions where wanted."""

from __future__ import annotations

from socket import create_server
from typing import Any

import aiohttp
import pytest

from notifier.errors import ConfigError
from notifier.sandbox.receivers import Reply
from tests.integration.daemon.stage import Running, Stage, rollout, subscribed, until

pytestmark = pytest.mark.usefixtures("hurried")


async def asked(running: Running, path: str) -> Any:
    async with (
        aiohttp.ClientSession(running.daemon.page_url, headers={"Accept": "application/json"}) as client,
        client.get(path) as answer,
    ):
        assert answer.ok
        return await answer.json()


async def test_the_page_shows_what_happens_to_a_rollout_and_why(stage: Stage) -> None:
    stage.configure(stage.services("one"), {"service.webhook.odd": "url: nowhere"})
    async with stage.ready() as running:
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        await running.settled()
        [shown] = (await asked(running, "/"))["rollouts"]
        assert (shown["namespace"], shown["name"], shown["last"]["state"]) == ("shop", "web", "delivered")
        [problem] = (await asked(running, "/problems"))["problems"]
        assert problem["key"] == "service.webhook.odd"
        why = (await asked(running, "/subscriptions?rollout=shop/web"))["explanation"]
        assert [(one["trigger"], one["service"]) for one in why["answers"]] == [("on-mark", "one")]


async def test_a_dead_letter_is_sent_again_from_the_page_where_actions_are_wanted(stage: Stage) -> None:
    stage.configure(stage.services("one"))
    stage.sink.reply(Reply(404), path="/one")
    async with stage.ready(web_actions=True) as running:
        stage.put(rollout(mark=1, annotations=subscribed("one")))
        await stage.warned("could not be delivered to one")
        stage.sink.reply(Reply(200), path="/one")
        token = (await asked(running, "/dead"))["token"]
        headers = {"X-CSRF-Token": token, "Origin": running.daemon.page_url}
        async with aiohttp.ClientSession(running.daemon.page_url, headers=headers) as client:
            async with client.post("/deliveries/1/retry") as answer:
                assert answer.ok
            await until(lambda: stage.told("one") == ["web 1", "web 1"])


async def test_without_a_page_there_is_none(stage: Stage) -> None:
    async with stage.ready(page_address=None) as running:
        assert running.daemon.page_url == ""


async def test_a_port_that_is_taken_is_said(stage: Stage) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"the page cannot be served on 127.0.0.1:{port}: "):
            async with stage.daemon(page_address=("127.0.0.1", port)):
                pass
