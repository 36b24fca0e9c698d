from __future__ import annotations

import msgspec
import pytest
from aiohttp import web

from notifier.kube.reflector import Complete, Seen, WatchHealth, reflect
from notifier.kube.resources import CONFIG_MAPS, EVENTS, REPLICA_SETS, ROLLOUTS
from notifier.kube.transport import Cluster, Transport
from notifier.model import Scope, Uid
from tests.integration.kube.scripted import (
    ApiServer,
    bookmark,
    event,
    listing,
    reflecting,
    rollout,
    until,
    watching,
)


async def test_a_list_is_read_page_by_page_shown_and_said_to_be_complete(api: ApiServer) -> None:
    api.script += [
        listing(rollout("a", 3), rollout("b", 5), token="next"),
        listing(rollout("c", 7)),
    ]
    async with reflecting(api, page=2) as seen:
        await until(api.idle)
    assert seen.told == ["ADDED a", "ADDED b", "ADDED c", "Complete 10"]
    assert seen.put[-1] == Complete(ROLLOUTS, Scope(), "10", frozenset(map(Uid, ("uid-a", "uid-b", "uid-c"))))
    assert [asked.query.get("continue") for asked in api.asked] == [None, "next", None]
    assert [asked.query.get("limit") for asked in api.asked] == ["2", "2", None]


async def test_a_watch_begins_where_the_list_ended_and_asks_for_bookmarks_and_an_end(api: ApiServer) -> None:
    api.script += [listing(version="41")]
    async with reflecting(api):
        await until(api.idle)
    assert api.asked[1].query == {
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": "41",
        "timeoutSeconds": "440",
    }


async def test_changes_are_put_as_the_bytes_that_came(api: ApiServer) -> None:
    raw = b'{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","metadata":{"resourceVersion":"11"} , "x": 1.50}'
    api.script += [listing(), watching(b'{"type": "MODIFIED", "object": ' + raw + b"}\n")]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.put[1:] == [Seen(ROLLOUTS, "MODIFIED", raw)]


async def test_every_type_of_change_is_put_and_bookmarks_only_move_the_place(api: ApiServer) -> None:
    api.script += [
        listing(rollout("a", 3)),
        watching(
            event("MODIFIED", rollout("a", 11)),
            event("ADDED", rollout("b", 12)),
            event("DELETED", rollout("a", 13)),
            bookmark(99),
        ),
    ]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.told[2:] == ["MODIFIED a", "ADDED b", "DELETED a"]
    assert api.asked[-1].query["resourceVersion"] == "99"
    assert seen.health.restarts == {"ended": 1}
    assert seen.health.message == ""


async def test_items_of_a_list_get_the_api_version_and_kind_they_leave_out(api: ApiServer) -> None:
    bare = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "3"}}
    api.script += [
        listing(bare, {"kind": "ReplicaSet", **bare}, {"kind": "ReplicaSet", "apiVersion": "apps/v1", **bare})
    ]
    async with reflecting(api, REPLICA_SETS) as seen:
        await until(api.idle)
    items = [msgspec.json.decode(item.raw) for item in seen.put if isinstance(item, Seen)]
    assert items == [{"apiVersion": "apps/v1", "kind": "ReplicaSet", **bare}] * 3


async def test_selectors_of_resource_and_scope_are_joined_in_list_and_watch(api: ApiServer) -> None:
    api.script += [listing()]
    async with reflecting(api, REPLICA_SETS, Scope("shop", "team=a,tier!=web")):
        await until(api.idle)
    assert [asked.path for asked in api.asked] == ["/apis/apps/v1/namespaces/shop/replicasets"] * 2
    selected = [asked.query["labelSelector"] for asked in api.asked]
    assert selected == ["rollouts-pod-template-hash,team=a,tier!=web"] * 2


async def test_an_object_is_watched_alone_by_its_name(api: ApiServer) -> None:
    api.script += [listing()]
    async with reflecting(api, CONFIG_MAPS.named("settings"), Scope("argo")):
        await until(api.idle)
    assert [asked.path for asked in api.asked] == ["/api/v1/namespaces/argo/configmaps"] * 2
    assert [asked.query["fieldSelector"] for asked in api.asked] == ["metadata.name=settings"] * 2


async def test_of_kubernetes_events_only_those_about_argo_objects_are_asked_for(api: ApiServer) -> None:
    api.script += [listing()]
    async with reflecting(api, EVENTS):
        await until(api.idle)
    assert [asked.path for asked in api.asked] == ["/api/v1/events"] * 2
    assert [asked.query["fieldSelector"] for asked in api.asked] == [
        "involvedObject.apiVersion=argoproj.io/v1alpha1"
    ] * 2


async def test_health_tells_when_all_was_listed_how_long_that_took_and_when_something_was_last_heard(
    api: ApiServer,
) -> None:
    async with reflecting(api) as seen:

        async def slow_list(request: web.Request) -> web.StreamResponse:
            seen.now += 2.5
            return await listing()(request)

        assert (seen.health.listed, seen.health.message) == (False, "not listed yet")
        api.script.append(slow_list)
        await until(api.idle)
    assert seen.health == WatchHealth(listed=True, message="", list_seconds=2.5, last_seen=1002.5)


async def test_an_event_and_a_bookmark_are_signs_of_life(api: ApiServer) -> None:
    api.script += [listing(), watching(bookmark(11)), watching(event("ADDED", rollout("a", 12)))]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.health.last_seen == 1000.0 + seen.rests[0]


async def test_what_put_raises_ends_the_reflector(api: ApiServer) -> None:
    async def full(_: Seen | Complete) -> None:
        raise TimeoutError("the outbox does not answer")

    api.script += [listing(rollout("a", 3))]
    async with Transport.connect(Cluster(server=api.url)) as transport:
        with pytest.raises(TimeoutError, match="the outbox does not answer"):
            await reflect(transport, ROLLOUTS, Scope(), full, WatchHealth())


async def test_watches_last_between_290_and_590_seconds(api: ApiServer) -> None:
    chances = iter([0.0, 0.5, 0.25, 0.5, 1.0])
    api.script += [listing(), watching(), watching()]
    async with reflecting(api, random=lambda: next(chances)):
        await until(api.idle)
    assert [asked.query.get("timeoutSeconds") for asked in api.asked] == [None, "290", "365", "590"]
