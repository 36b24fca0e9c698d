"""The demo beside somebody's own cluster: it follows what people do there, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest

from notifier.demo import visit
from notifier.demo.catalogue import stories
from notifier.demo.performance import follow
from notifier.demo.stories import SLACK, WEBHOOK
from notifier.errors import NotifierError
from notifier.kube.transport import Cluster
from notifier.sandbox.kinds import CONFIG_MAPS, NAMESPACES, ROLLOUTS, SECRETS, Resource
from notifier.sandbox.kubeconfig import kubeconfig
from notifier.sandbox.player import play
from notifier.sandbox.server import ApiServer
from tests.integration.demo.running import demo
from tests.integration.demo.watching import Onlooker

STORY = stories()["s004-bluegreen"]._replace(namespace=visit.CHANNEL)


def _configured(folder: Path, url: str) -> str:
    file = folder / "kubeconfig"
    file.write_text(kubeconfig(url))
    return str(file)


def _names(server: ApiServer, resource: Resource) -> list[str]:
    return [version.decode()["metadata"]["name"] for version in server.store.items(resource)]


async def test_it_says_what_to_subscribe_shows_what_people_do_and_leaves_nothing(tmp_path: Path) -> None:
    async with ApiServer() as server, demo("--kubeconfig", _configured(tmp_path, server.url)) as running:
        await running.until("takes it away")
        assert "annotate rollout NAME -n NAMESPACE notifications.argoproj.io/subscribe" in running.text
        assert len(_names(server, CONFIG_MAPS)) == len(_names(server, SECRETS)) == 1
        await play(server.store, STORY.lines(time.time()), speed=1000)
        assert f"{STORY.namespace}  RolloutUpdated" in await running.said("RolloutUpdated")
        assert "first deploy" in await running.said("slack #rollouts ")
        running.interrupt()
        assert await running.ended(within=10) == 0
        assert _names(server, CONFIG_MAPS) == _names(server, SECRETS) == []
        assert not any("demo" in name for name in _names(server, NAMESPACES))


async def test_what_comes_belongs_to_no_story(tmp_path: Path) -> None:
    onlooker = Onlooker(SLACK)
    async with ApiServer() as server:
        following = follow(Cluster(kubeconfig=_configured(tmp_path, server.url)), onlooker, onlooker.stop)
        async with asyncio.timeout(20), asyncio.TaskGroup() as works:
            works.create_task(following)
            await onlooker.invited.wait()
            await play(server.store, STORY.lines(time.time()), speed=1000)
    assert {heard.arrival.service for heard in onlooker.heards} >= {WEBHOOK, SLACK}
    assert {heard.scenario for heard in onlooker.heards} == {""}


async def test_a_cluster_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with demo("--kubeconfig", _configured(tmp_path, url)) as running:
        assert await running.ended(within=20) == 1
    assert "does not let the demo have a namespace of its own: " in running.errors
    assert running.errors.count("\n") == 1


async def test_a_cluster_that_refuses_is_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    async with ApiServer() as server:
        server.access.forbidden = {("create", SECRETS)}
        async with demo("--kubeconfig", _configured(tmp_path, server.url)) as running:
            assert await running.ended(within=20) == 1
        assert running.errors.startswith("Error: kubeconfig ")
        assert "forbidden" in running.errors
        assert running.errors.count("\n") == 1
        assert _names(server, CONFIG_MAPS) == []


async def test_a_cluster_whose_rollouts_may_not_be_watched_is_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "_PATIENCE", 1.0)
    onlooker = Onlooker()
    async with ApiServer() as server:
        server.access.forbidden = {("list", ROLLOUTS)}
        with pytest.raises(NotifierError, match=r"cannot watch kubeconfig .*: rollouts"):
            await follow(Cluster(kubeconfig=_configured(tmp_path, server.url)), onlooker, onlooker.stop)
        assert _names(server, CONFIG_MAPS) == []
