"""One peer for all differential tests; without Go they are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.differential.peer import Peer, build, program
from tests.peer.building import NoToolchainError

_BUILD = 900
"""Seconds that a test may take which builds the peer, or waits for another that does."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give those who ask the peer the time to build it, where it is not there yet."""
    for item in items if not program().exists() else ():
        if "peer" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(_BUILD))


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    try:
        build()
    except NoToolchainError as error:
        pytest.skip(str(error))
    with Peer(program()) as peer:
        yield peer
