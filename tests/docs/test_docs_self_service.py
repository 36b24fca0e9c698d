"""docs/self-service.md: its example does what the page says, and a Rollout's namespace has what it configures."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from notifier.model import Object
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from notifier.settings import SelfServiceSettings
from scripts.reference import code
from tests.docs.markdown import DOCS, blocks
from tests.integration.daemon.stage import Stage, rollout
from tests.integration.demo.running import COMMAND

PATH = DOCS / "self-service.md"
PAGE = list(blocks(PATH))
(CONFIG_MAP,) = (block.text for block in PAGE if "kind: ConfigMap" in block.text)
(ASKED,) = (block.text.removeprefix("$ ").split() for block in PAGE if block.language == "console")
(SHOWN,) = (block.text for block in PAGE if block.language == "text")
SECRET = {"chat-path": base64.b64encode(b"a-long-path").decode()}


def tenant() -> list[Object]:
    """The namespace's two objects."""
    config_map: Object = yaml.safe_load(CONFIG_MAP)
    named = {"name": "rollouts-notifier-secret", "uid": "of-the-secret"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": config_map["metadata"] | named, "data": SECRET}
    return [config_map | {"metadata": config_map["metadata"] | {"uid": "of-the-config-map"}}, secret]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with ApiServer(bookmark_every=0.1) as api, WebhookSink() as sink:
        stage = Stage(tmp_path, api, sink)
        stage.configure({"service.slack": "token: $slack-token\n"})
        stage.secret(**{"slack-token": "xoxb-example"})
        stage.put(*tenant(), rollout("checkout"))
        yield stage


async def test_explain_says_of_the_example_what_the_page_shows(stage: Stage) -> None:
    pipe = asyncio.subprocess.PIPE
    asked = (*ASKED[1:], "--server", stage.api.url)
    process = await asyncio.create_subprocess_exec(COMMAND.with_name(ASKED[0]), *asked, stdout=pipe)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert SHOWN in said.decode()


async def test_the_example_is_in_force_under_the_names_that_the_page_says(stage: Stage) -> None:
    async with stage.ready(self_service=True, self_service_offers=("slack",)) as running:
        directory = running.daemon.directory
        assert directory.problems_in("shop") == ()
        assert directory.service("shop/chat")
        assert "shop/on-rollout-aborted" in directory.of("shop").triggers


def test_the_page_names_every_option() -> None:
    text = PATH.read_text(encoding="utf-8")
    options = [one.metadata["option"] for one in SelfServiceSettings.__dataclass_fields__.values()]
    assert [option for option in options if code(option) not in text] == []
