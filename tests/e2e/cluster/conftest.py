"""One cluster for the whole suite, and a story for each test."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import pytest
import pytest_asyncio

from notifier.sandbox.receivers import WebhookSink
from tests.cluster.processes import beside
from tests.e2e.cluster.real import RealCluster, lacking, real_cluster
from tests.e2e.cluster.story import Story

_HERE = Path(__file__).parent
_BUILD = 1800
"""Seconds that the first test may take where the cluster has to be built."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the suite; skip it where there can be no cluster."""
    why = lacking()
    for number, item in enumerate(item for item in items if _HERE in item.path.parents):
        item.add_marker(pytest.mark.cluster)
        item.add_marker(pytest.mark.timeout(300 if number else _BUILD))
        if why:
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was measured."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, seconds in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{median(seconds):6.2f} {name} ({', '.join(f'{s:.2f}' for s in seconds)})")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealCluster]:
    async with real_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def account(cluster: RealCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kubeconfig of the daemon's service account."""
    return await cluster.account(tmp_path_factory.mktemp("account"))


@pytest_asyncio.fixture(loop_scope="session")
async def story(cluster: RealCluster, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Story]:
    namespace = re.sub("[^a-z0-9]+", "-", request.node.name)[-60:].strip("-")
    async with WebhookSink() as sink:
        await cluster.configure({"service.webhook.hook": f"url: {sink.url}/hook\n"})
        async with told(Story(cluster, namespace, sink, tmp_path)) as story:
            yield story


@pytest_asyncio.fixture(loop_scope="session")
async def neighbour(story: Story, tmp_path: Path) -> AsyncIterator[Story]:
    """Another namespace, whose receiver is the same."""
    async with told(Story(story.cluster, f"b-{story.namespace}", story.sink, tmp_path)) as neighbour:
        yield neighbour


@asynccontextmanager
async def told(story: Story) -> AsyncIterator[Story]:
    """A story in a namespace that is there until the block ends."""
    cluster, namespace = story.cluster, story.namespace
    await cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    async with beside(story.watch()):
        yield story
    await cluster.kubectl("delete", "namespace", namespace, "--wait=false")
