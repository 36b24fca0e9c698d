from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.integration.kube.scripted import ApiServer, serving


@pytest.fixture
async def api() -> AsyncGenerator[ApiServer, None]:
    async with serving(ApiServer()) as server:
        yield server
