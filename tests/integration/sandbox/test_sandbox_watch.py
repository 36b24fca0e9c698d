"""Watching over HTTP: resuming, bookmarks, selectors, and every way a stream can end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from notifier.sandbox.faults import HTML, Answer
from notifier.sandbox.kinds import EVENTS, REPLICA_SETS, ROLLOUTS
from notifier.sandbox.server import ApiServer

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Api


async def test_a_watch_without_a_version_begins_with_what_is_there(api: Api) -> None:
    await api.create("a")
    async with api.watch() as lines:
        assert await lines.names(1) == [("ADDED", "a")]
        await api.create("b")
        await api.call("DELETE", "namespaces/shop/rollouts/a")
        assert await lines.names(2) == [("ADDED", "b"), ("DELETED", "a")]


async def test_a_deleted_object_is_shown_with_the_version_of_its_deletion(server: ApiServer, api: Api) -> None:
    created = await api.create("a")
    async with api.watch(resourceVersion=created["metadata"]["resourceVersion"]) as lines:
        await api.call("DELETE", "namespaces/shop/rollouts/a")
        change, last = await lines.next()
    assert change == "DELETED"
    assert last["metadata"]["resourceVersion"] == str(server.store.resource_version)
    assert last["spec"] == created["spec"]


async def test_an_object_that_leaves_a_selection_is_deleted_in_it(api: Api) -> None:
    created = await api.create("a", metadata={"labels": {"app": "web"}})
    start = created["metadata"]["resourceVersion"]
    async with api.watch(resourceVersion=start, labelSelector="app=web") as lines:
        for label in ("db", "web"):
            patch = {"metadata": {"labels": {"app": label}}}
            await api.call("PATCH", "namespaces/shop/rollouts/a", patch, language="application/merge-patch+json")
        (left, before), (back, after) = await lines.next(), await lines.next()
    assert (left, before["metadata"]["labels"]) == ("DELETED", {"app": "web"})
    assert (back, after["metadata"]["labels"]) == ("ADDED", {"app": "web"})
    assert int(start) < int(before["metadata"]["resourceVersion"]) < int(after["metadata"]["resourceVersion"])


async def test_other_namespaces_are_not_shown(api: Api) -> None:
    async with api.watch("namespaces/shop/rollouts") as lines:
        await api.create("a", "other")
        await api.create("b")
        assert await lines.names(1) == [("ADDED", "b")]


async def test_a_stream_ends_when_its_time_is_up(api: Api) -> None:
    await api.create("a")
    async with api.watch(timeoutSeconds="1") as lines:
        assert (await lines.rest()).count(b"\n") == 1


async def test_bookmarks_move_on_with_writes_to_other_kinds() -> None:
    async with ApiServer(bookmark_every=0.01) as server, aiohttp.ClientSession() as session:
        written = server.store.create(EVENTS, {"metadata": {"name": "e", "namespace": "shop"}})
        url = f"{server.url}/apis/argoproj.io/v1alpha1/rollouts?watch=1&allowWatchBookmarks=true&resourceVersion=1"
        async with asyncio.timeout(5), session.get(url) as response:
            line = await response.content.readline()
    assert line.startswith(b'{"type":"BOOKMARK","object":{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout",')
    assert f'"resourceVersion":"{written.resource_version}"'.encode() in line


async def test_a_version_that_is_compacted_away_is_an_error_event_and_one_to_come_is_refused(
    server: ApiServer, api: Api
) -> None:
    created = await api.create("a")
    await api.create("b")
    server.faults.compact()
    async with api.watch(resourceVersion=created["metadata"]["resourceVersion"]) as lines:
        assert lines.response.status == 200
        change, status = await lines.next()
        assert (change, status["code"], status["reason"]) == ("ERROR", 410, "Expired")
        assert await lines.rest() == b""
    assert (await api.call("GET", "rollouts", watch="true", resourceVersion="99999"))[0] == 504


async def test_open_watches_survive_compaction(server: ApiServer, api: Api) -> None:
    async with api.watch() as lines:
        await api.create("a")
        server.faults.compact()
        await api.create("b")
        assert await lines.names(2) == [("ADDED", "a"), ("ADDED", "b")]


async def test_a_client_that_leaves_is_no_longer_served(server: ApiServer, api: Api) -> None:
    async with api.watch() as lines:
        await api.create("a")
        await lines.next()
        assert len(server.faults.listeners) == 1
    async with asyncio.timeout(5):
        while server.faults.listeners:  # noqa: ASYNC110 - nobody tells when it has become empty
            await asyncio.sleep(0)


async def test_requests_meet_the_answers_armed_for_them_then_go_well(server: ApiServer, api: Api) -> None:
    server.faults.answer(ROLLOUTS, Answer(429, {"Retry-After": "7"}), times=2)
    server.faults.answer(ROLLOUTS, Answer(502, body=HTML), verb="watch")
    for _ in range(2):
        async with api.session.get(api.at("rollouts")) as answer:
            assert (answer.status, answer.headers["Retry-After"], await answer.read()) == (429, "7", b"")
    assert (await api.call("GET", "rollouts"))[0] == 200
    assert (await api.call("GET", "/apis/apps/v1/replicasets"))[0] == 200
    async with api.watch() as lines:
        assert (lines.response.status, lines.response.content_type) == (502, "text/html")
    async with api.watch() as lines:
        assert lines.response.status == 200


async def test_a_request_can_hang_or_be_late(server: ApiServer, api: Api) -> None:
    server.faults.hang(ROLLOUTS)
    with pytest.raises(TimeoutError):
        await api.session.get(api.at("rollouts"), timeout=aiohttp.ClientTimeout(sock_read=0.05))
    server.faults.delay(ROLLOUTS, 0.05)
    begin = asyncio.get_running_loop().time()
    assert await api.names("rollouts") == []
    assert asyncio.get_running_loop().time() - begin >= 0.05


async def test_a_watch_is_refused_as_gone_once(server: ApiServer, api: Api) -> None:
    server.faults.gone(ROLLOUTS)
    status, refusal = await api.call("GET", "rollouts", watch="true")
    assert (status, refusal["reason"]) == (410, "Expired")
    assert await api.names("rollouts") == []
    async with api.watch() as lines:
        assert lines.response.status == 200


async def test_a_stream_is_cut_after_whole_lines(server: ApiServer, api: Api) -> None:
    server.faults.cut(ROLLOUTS, after=2)
    for name in "abc":
        await api.create(name)
    async with api.watch() as lines:
        assert await lines.names(2) == [("ADDED", "a"), ("ADDED", "b")]
        with pytest.raises(aiohttp.ClientPayloadError):
            await lines.rest()
    async with api.watch() as lines:
        assert await lines.names(3) == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c")]


async def test_an_open_stream_is_cut_at_once_and_those_of_other_kinds_are_not(server: ApiServer, api: Api) -> None:
    async with api.watch() as cut, api.watch("/apis/apps/v1/replicasets") as open_still:
        server.faults.cut(ROLLOUTS)
        with pytest.raises(aiohttp.ClientPayloadError):
            await cut.rest()
        server.store.create(REPLICA_SETS, {"metadata": {"name": "rs", "namespace": "shop"}})
        assert await open_still.names(1) == [("ADDED", "rs")]


async def test_a_stream_is_cut_in_the_middle_of_a_line(server: ApiServer, api: Api) -> None:
    server.faults.cut_mid_line(ROLLOUTS, after=1)
    async with api.watch() as lines:
        await api.create("a")
        assert await lines.names(1) == [("ADDED", "a")]
        await api.create("b")
        assert (await lines.response.content.read(8)) == b'{"type":'
        with pytest.raises(aiohttp.ClientPayloadError):
            await lines.rest()


async def test_a_silent_stream_stays_open_and_says_nothing() -> None:
    async with ApiServer(bookmark_every=0.01) as server, aiohttp.ClientSession() as session:
        server.store.create(ROLLOUTS, {"metadata": {"name": "a", "namespace": "shop"}})
        server.faults.silence(ROLLOUTS, after=1)
        url = f"{server.url}/apis/argoproj.io/v1alpha1/rollouts?watch=true&allowWatchBookmarks=true"
        async with session.get(url) as silent, session.get(url) as well, asyncio.timeout(5):
            assert (await silent.content.readline()).startswith(b'{"type":"ADDED"')
            shown = [(await well.content.readline())[:17] for _ in range(4)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(silent.content.readany(), 0.05)
    assert shown == [b'{"type":"ADDED","', *[b'{"type":"BOOKMARK'] * 3]


async def test_a_stream_can_be_told_that_it_expired(server: ApiServer, api: Api) -> None:
    async with api.watch() as lines:
        server.faults.expire(ROLLOUTS, after=1)
        await api.create("a")
        assert (await lines.next())[0] == "ADDED"
        change, status = await lines.next()
        assert (change, status["code"]) == ("ERROR", 410)
        assert await lines.rest() == b""


async def test_faults_that_were_not_met_can_be_disarmed(server: ApiServer, api: Api) -> None:
    server.faults.hang(ROLLOUTS)
    server.faults.delay(ROLLOUTS, 60)
    server.faults.cut(ROLLOUTS)
    server.faults.clear()
    await api.create("a")
    async with api.watch() as lines:
        assert await lines.names(1) == [("ADDED", "a")]


async def test_calls_are_counted_and_can_be_waited_for(server: ApiServer, api: Api) -> None:
    waiting = asyncio.create_task(server.wait_for_calls("watch", ROLLOUTS))
    async with api.watch():
        await waiting
    assert server.calls["watch", ROLLOUTS] == 1
    with pytest.raises(TimeoutError):
        await server.wait_for_calls("list", ROLLOUTS, within=0.01)


writes = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["put", "delete"])), max_size=12)


@settings(max_examples=30)
@given(writes, st.data())
async def test_a_watch_resumed_at_any_version_yields_exactly_the_later_writes(
    history: list[tuple[str, str]], data: st.DataObject
) -> None:
    async with ApiServer() as server, aiohttp.ClientSession() as session:
        log = [entry for number, write in enumerate(history) for entry in _write(server, write, number)]
        start = data.draw(st.integers(1, server.store.resource_version))
        url = f"{server.url}/apis/argoproj.io/v1alpha1/rollouts?watch=true&resourceVersion={start}&timeoutSeconds=9"
        async with asyncio.timeout(5), session.get(url) as response:
            (last,) = _write(server, ("end", "put"), len(history))
            shown = [_line(await response.content.readline())]
            while shown[-1] != last:
                shown.append(_line(await response.content.readline()))
    assert shown == [entry for entry in (*log, last) if entry[2] > start]


def _write(server: ApiServer, write: tuple[str, str], number: int) -> list[tuple[str, str, int]]:
    name, action = write
    known = server.store.find(ROLLOUTS, "shop", name)
    if action == "put":
        obj = {"apiVersion": ROLLOUTS.api_version, "kind": "Rollout", "spec": {"number": number}}
        version = server.store.put(obj | {"metadata": {"name": name, "namespace": "shop"}})
        return [("MODIFIED" if known else "ADDED", name, version.resource_version)]
    if known:
        return [("DELETED", name, server.store.delete(ROLLOUTS, "shop", name).resource_version)]
    return []


def _line(raw: bytes) -> tuple[Any, Any, int]:
    line = msgspec.json.decode(raw)
    metadata = line["object"]["metadata"]
    return line["type"], metadata["name"], int(metadata["resourceVersion"])
