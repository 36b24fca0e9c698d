"""The demo after its last story: all stays up, and does what the demo says it does."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
import pytest_asyncio

from notifier.demo.catalogue import stories
from tests.integration.demo.running import COMMAND, KUBECTL, Running, demo, output

pytestmark = pytest.mark.asyncio(loop_scope="module")
CANARY = stories()["s002-2.2.4-istio-vs"]


class Staying(NamedTuple):
    """A demo that stays up, and a home for those who look into it."""

    running: Running
    home: Path

    async def paste(self, line: str) -> str:
        """What a line it printed says when it is run as it stands."""
        command, *arguments = shlex.split(line)
        path = {"kubectl": KUBECTL, "rollouts-notifier": COMMAND}[command]
        return await output(path, *arguments, home=self.home)

    def line(self, words: str) -> str:
        """The command in the last line with some words in it."""
        *_, line = (line for line in self.running.text.splitlines() if words in line)
        return re.sub(r"^.*?(?=kubectl|rollouts-notifier)", "", line)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staying(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Staying]:
    async with demo("--speed=1000", f"--scenario={CANARY.name}") as running:
        await running.until("on-rollout-pausd")
        yield Staying(running, tmp_path_factory.mktemp("home"))


async def test_kubectl_shows_the_rollouts(staying: Staying) -> None:
    rows = (await staying.paste(staying.line("get rollouts"))).splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [[CANARY.namespace, CANARY.rollout]]


async def test_kubectl_describes_a_rollout_as_it_ended(staying: Staying) -> None:
    assert re.search(r"Phase: +Healthy", await staying.paste(staying.line("describe rollout")))


async def test_the_daemon_says_that_it_is_ready_and_what_it_did(staying: Staying) -> None:
    urls = re.findall(r"http://\S+/(?:readyz\?verbose|metrics)", staying.running.text)
    async with aiohttp.ClientSession() as client:
        for url in urls:
            async with client.get(url) as answer:
                assert answer.status == 200
    assert len(urls) == 2


async def test_the_deliveries_are_listed(staying: Staying) -> None:
    listed = await staying.paste(staying.line("deliveries list"))
    assert listed.count(" delivered ") >= sum(len(CANARY.expected(service)) for service in CANARY.subscriptions)


async def test_one_more_subscription_each_brings_one_more_message_to_the_webhook_and_to_slack(staying: Staying) -> None:
    await staying.paste(staying.line("on-rollout-manually-paused.demo"))
    await staying.paste(staying.line("on-rollout-manually-paused.slack"))
    await staying.paste(staying.line("patch rollout"))
    assert CANARY.namespace in await staying.running.said("RolloutManuallyPaused")
    assert "paused by hand" in await staying.running.said("slack #on-call")


async def test_a_misspelt_trigger_is_told_on_the_rollout_with_the_right_name(staying: Staying) -> None:
    await staying.paste(staying.line("on-rollout-pausd"))
    describe = staying.line("describe rollout")
    async with asyncio.timeout(10):
        while "on-rollout-paused" not in (await staying.paste(describe)).partition("Events:")[2]:
            continue


async def test_its_port_is_no_other_demos(staying: Staying) -> None:
    port = (await staying.running.server()).rpartition(":")[2]
    async with demo("--exit", f"--port={port}") as second:
        assert await second.ended() == 1
