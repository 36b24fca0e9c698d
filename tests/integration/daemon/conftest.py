"""The stage each test plays on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from notifier.delivery import worker
from notifier.kube import reflector
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from tests.integration.daemon.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with ApiServer(bookmark_every=0.1) as api, WebhookSink() as sink:
        yield Stage(tmp_path, api, sink)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the daemon rest as briefly as a test can wait: a cluster's half minutes are settings of nobody."""
    brief = partial(
        reflector.ReflectorOptions, backoff=(0.02, 0.1), denied=0.1, watch=(0, 0), watch_margin=0.4, steady=0.0
    )
    monkeypatch.setattr(reflector, "ReflectorOptions", brief)
    monkeypatch.setattr(worker, "_POLL", 0.05)
