"""Every way an API server, or what stands before it, is known to misbehave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from notifier.kube.resources import CONFIG_MAPS, REPLICA_SETS
from notifier.model import Scope
from tests.integration.kube.scripted import (
    ApiServer,
    bookmark,
    event,
    listing,
    reflecting,
    refused,
    rollout,
    status,
    until,
    watching,
)

if TYPE_CHECKING:
    from aiohttp import web

    from tests.integration.kube.scripted import Answer

GONE = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version: 1 (12)"}
LAGGING = {"causes": [{"reason": "ResourceVersionTooLarge"}], "retryAfterSeconds": 1}


@pytest.mark.parametrize(
    "expired",
    [
        refused(410, "too old resource version"),
        status(410),
        watching(event("ERROR", GONE)),
        refused(504, "Too large resource version: 99, current: 12", details=LAGGING),
    ],
    ids=["HTTP status", "HTTP status alone", "ERROR event", "etcd restored from a backup"],
)
async def test_a_place_that_is_no_longer_kept_means_a_new_list(api: ApiServer, expired: Answer) -> None:
    api.script += [
        listing(rollout("a", 3), rollout("b", 4), version="10"),
        expired,
        listing(rollout("b", 4), version="20"),
    ]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert api.verbs == ["list", "watch", "list", "watch"]
    assert "resourceVersion" not in api.asked[2].query
    assert api.asked[3].query["resourceVersion"] == "20"
    assert seen.told == ["ADDED a", "ADDED b", "Complete 10", "ADDED b", "Complete 20"]
    assert seen.put[-1][-1] == frozenset({"uid-b"})
    assert seen.health.restarts == {"expired": 1}
    assert seen.health.message == ""


async def test_a_list_that_expires_between_pages_begins_again_and_forgets_what_it_showed(api: ApiServer) -> None:
    api.script += [
        listing(rollout("deleted-meanwhile", 3), token="more"),
        refused(410, "The provided continue parameter is too old"),
        listing(rollout("a", 5), version="20"),
    ]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert [asked.query.get("continue") for asked in api.asked] == [None, "more", None, None]
    assert seen.told == ["ADDED deleted-meanwhile", "ADDED a", "Complete 20"]
    assert seen.put[-1][-1] == frozenset({"uid-a"})


async def test_a_list_that_fails_between_pages_goes_on_with_the_same_page(api: ApiServer) -> None:
    api.script += [listing(rollout("a", 3), token="more"), status(503), listing(rollout("b", 5))]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert [asked.query.get("continue") for asked in api.asked] == [None, "more", "more", None]
    assert seen.told == ["ADDED a", "ADDED b", "Complete 10"]
    assert seen.put[-1][-1] == frozenset({"uid-a", "uid-b"})


BROKEN = {
    "in the middle of a chunk": watching(event("ADDED", rollout("a", 11)), b'{"type": "ADD', end="cut"),
    "after a whole line": watching(event("ADDED", rollout("a", 11)), end="cut"),
    "in order, but within a line": watching(event("ADDED", rollout("a", 11)), b'{"type": "ADD'),
    "in order, without the last newline": watching(
        event("ADDED", rollout("a", 11)), b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"12"}}}'
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_a_stream_that_breaks_is_resumed_after_the_last_whole_line(api: ApiServer, broken: Answer) -> None:
    api.script += [listing(), broken]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.told == ["Complete 10", "ADDED a"]
    assert [asked.query.get("resourceVersion") for asked in api.asked] == [None, "10", "11"]
    assert seen.rests == pytest.approx([1.2])
    assert seen.health.restarts == {"cut": 1}
    assert seen.health.message == ""


async def test_a_connection_that_fell_silent_is_given_up_and_the_watch_resumed(api: ApiServer) -> None:
    api.script += [listing(), watching(bookmark(15), end="silent"), watching(event("ADDED", rollout("a", 16)))]
    async with reflecting(api, watch=(0, 0), watch_margin=0.05, rests=2) as seen:
        await until(seen.tired)
    assert seen.told == ["Complete 10", "ADDED a"]
    assert [asked.query.get("resourceVersion") for asked in api.asked] == [None, "10", "15", "16"]
    assert seen.health.restarts == {"timeout": 2, "ended": 1}


async def test_an_object_of_two_mebibytes_is_put_whole(api: ApiServer) -> None:
    api.script += [listing(), watching(event("MODIFIED", rollout("a", 11, note="x" * 2**21)))]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.told == ["Complete 10", "MODIFIED a"]
    assert seen.health.restarts == {"ended": 1}


async def test_a_line_over_the_limit_is_told_and_passed_by_with_a_new_list(api: ApiServer) -> None:
    big = event("MODIFIED", rollout("a", 11, note="x" * 5000))
    api.script += [listing(), watching(event("ADDED", rollout("a", 10)), big), listing(rollout("a", 11), version="12")]
    with capture_logs() as logs:
        async with reflecting(api, max_line=1000) as seen:
            await until(api.idle)
    assert seen.told == ["Complete 10", "ADDED a", "ADDED a", "Complete 12"]
    assert seen.rests == pytest.approx([1.2])
    assert seen.health.restarts == {"line-too-long": 1}
    assert [log["problem"] for log in logs] == ["Rollout: a line is longer than 1000 bytes"]


async def test_a_missing_crd_is_named_once_and_asked_about_every_half_minute_until_it_is_there(api: ApiServer) -> None:
    messages: list[str] = []
    with capture_logs() as logs:
        async with reflecting(api) as seen:

            async def installed(request: web.Request) -> web.StreamResponse:
                messages.append(seen.health.message)
                return await listing()(request)

            api.script += [status(404, b"404 page not found\n")] * 3
            api.script += [installed]
            await until(api.idle)
    assert messages == ["Rollout: the CRD rollouts.argoproj.io is not installed"]
    assert [log["problem"] for log in logs] == messages
    assert seen.rests == pytest.approx([30.0] * 3)
    assert (seen.health.listed, seen.health.message) == (True, "")


@pytest.mark.parametrize(
    ("scope", "where"), [(Scope("shop"), "in namespace shop"), (Scope(), "in all namespaces")], ids=str
)
async def test_a_missing_permission_is_named_until_it_is_given(api: ApiServer, scope: Scope, where: str) -> None:
    denied = refused(403, 'rollouts.argoproj.io is forbidden: User "system:serviceaccount:a:b" cannot list')
    messages: list[str] = []
    async with reflecting(api, scope=scope) as seen:

        async def granted(request: web.Request) -> web.StreamResponse:
            messages.append(seen.health.message)
            return await listing()(request)

        api.script += [denied, granted]
        await until(api.idle)
    expected = f"Rollout: not allowed to list rollouts.argoproj.io {where}; the service account needs list and watch"
    assert messages == [expected]
    assert seen.rests == pytest.approx([30.0])
    assert (seen.health.listed, seen.health.message) == (True, "")


async def test_a_service_account_that_may_list_but_not_watch_is_not_ready(api: ApiServer) -> None:
    api.script += [listing()]
    api.fallback = refused(403, "cannot watch")
    async with reflecting(api, REPLICA_SETS, rests=2) as seen:
        await until(seen.tired)
    assert api.verbs == ["list", "watch", "watch", "watch"]
    assert seen.health.listed
    assert seen.health.message.startswith("ReplicaSet: not allowed to list replicasets.apps in all namespaces")


async def test_a_watch_that_is_open_is_fine_even_before_it_says_anything(api: ApiServer) -> None:
    api.script += [listing(), refused(403, "cannot watch")]
    async with reflecting(api) as seen, asyncio.timeout(10):
        await api.idle.wait()
        while seen.health.message:  # noqa: ASYNC110 - a plain value, nobody sets an event for it
            await asyncio.sleep(0)
    assert seen.health.restarts == {"forbidden": 1}


async def test_a_kind_of_the_core_that_is_not_served_is_no_missing_crd(api: ApiServer) -> None:
    api.fallback = status(404, b"404 page not found")
    async with reflecting(api, CONFIG_MAPS, rests=1) as seen:
        await until(seen.tired)
    assert seen.health.message == "ConfigMap: HTTP 404: 404 page not found"
