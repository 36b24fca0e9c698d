"""The stage that commands run on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from tests.integration.daemon.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with ApiServer() as api, WebhookSink() as sink:
        yield Stage(tmp_path, api, sink)
