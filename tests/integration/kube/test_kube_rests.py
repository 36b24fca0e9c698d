"""How long the reflector rests: never so short that it is a hot loop, whatever the API server answers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.integration.kube.scripted import (
    ApiServer,
    bookmark,
    event,
    listing,
    reflecting,
    refused,
    status,
    until,
    watching,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from tests.integration.kube.scripted import Answer

HTML = b"<html><head><title>502 Bad Gateway</title></head>\n<body>\n</body></html>\n"
BACKOFF = [1.2, 2.0, 3.6, 6.8, 13.2, 15.4, 15.4, 15.4]
"""0.8 s plus half (the dice) of the way to 1.6, 3.2, 6.4, 12.8, 25.6 and then 30."""

HOPELESS = {
    "503 without a body": status(503),
    "429 without a body": status(429),
    "500 with a Status": refused(500, "etcdserver: leader changed"),
    "502 with a page": status(502, HTML, Content_Type="text/html"),
    "302 to elsewhere": status(302, Location="http://127.0.0.1:1/"),
    "400": refused(400, "bad request"),
    "401": refused(401, "Unauthorized"),
    "200 with a page": status(200, HTML, Content_Type="text/html"),
    "200 without a body": status(200),
    "200 with something else": status(200, b'{"kind": "Status", "metadata": {}}\n'),
    "a list of no version": listing(version=""),
    "an ERROR without a code": watching(event("ERROR", {})),
    "a type nobody knows": watching(event("SHRUGGED", {})),
    "half a chunk": watching(b'{"type": "ADDED", "obj', end="cut"),
}


@pytest.mark.parametrize("answer", HOPELESS.values(), ids=HOPELESS.keys())
async def test_a_list_that_always_fails_is_asked_for_ever_more_seldom(api: ApiServer, answer: Answer) -> None:
    api.fallback = answer
    async with reflecting(api, rests=8) as seen:
        await until(seen.tired)
    assert seen.rests == pytest.approx(BACKOFF)
    assert api.verbs == ["list"] * 9
    assert seen.put == []
    assert not seen.health.listed
    assert seen.health.message.startswith("Rollout: ")


@pytest.mark.parametrize("answer", [*HOPELESS.values(), watching()], ids=[*HOPELESS, "a watch that ends at once"])
async def test_a_watch_that_always_fails_is_asked_for_ever_more_seldom(api: ApiServer, answer: Answer) -> None:
    async def lists_but_does_not_watch(request: web.Request) -> web.StreamResponse:
        return await (answer if "watch" in request.query else listing())(request)

    api.fallback = lists_but_does_not_watch
    async with reflecting(api, rests=8) as seen:
        await until(seen.tired)
    assert seen.rests == pytest.approx(BACKOFF)
    assert api.verbs.count("watch") == 9
    assert api.verbs.count("list") <= 9
    assert seen.health.listed


async def test_a_server_that_is_gone_for_hours_is_borne(api: ApiServer) -> None:
    api.url = "http://127.0.0.1:1"
    async with reflecting(api, rests=1100) as seen:
        await until(seen.tired)
    assert seen.rests[:8] == pytest.approx(BACKOFF)
    assert seen.health.restarts == {"cut": 1101}
    assert max(seen.rests) < 30


@pytest.mark.parametrize("chance", [0.0, 0.999])
async def test_rests_are_spread_between_the_least_and_twice_the_last(api: ApiServer, chance: float) -> None:
    api.fallback = status(503)
    async with reflecting(api, rests=8, random=lambda: chance) as seen:
        await until(seen.tired)
    most = [1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0, 30.0]
    assert seen.rests == pytest.approx([0.8 + chance * (end - 0.8) for end in most])


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        (status(429, Retry_After="17"), 17.0),
        (status(503, Retry_After="17"), 17.0),
        (refused(429, "slow down", details={"retryAfterSeconds": 9}), 9.0),
        (status(429, Retry_After="1"), 1.2),
        (status(429, Retry_After="86400"), 300.0),
        (status(429, Retry_After="Sat, 21 Nov 2026 10:00:00 GMT"), 1.2),
        (status(429, Retry_After="-5"), 1.2),
    ],
)
async def test_the_servers_wish_to_be_left_alone_is_honoured_within_reason(
    api: ApiServer, answer: Answer, rest: float
) -> None:
    api.script += [answer, listing()]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.rests == pytest.approx([rest])


async def test_lines_over_the_limit_for_ever_are_no_hot_loop(api: ApiServer) -> None:
    async def swelling(request: web.Request) -> web.StreamResponse:
        return await (watching(b"x" * 5000, end="silent") if "watch" in request.query else listing())(request)

    api.fallback = swelling
    async with reflecting(api, max_line=1000, rests=8) as seen:
        await until(seen.tired)
    assert seen.rests == pytest.approx(BACKOFF)
    assert len(api.asked) == 18


async def test_rests_grow_over_failures_and_shrink_only_with_a_sign_of_life(api: ApiServer) -> None:
    api.script += [listing(), status(503), status(503), watching(), watching(bookmark(11), end="cut"), status(503)]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.rests == pytest.approx([1.2, 2.0, 3.6, 1.2, 2.0])


async def test_a_bookmark_in_each_of_endless_short_watches_does_not_make_them_a_hot_loop(api: ApiServer) -> None:
    api.script += [listing()]
    api.fallback = watching(bookmark(11))
    async with reflecting(api, rests=20) as seen:
        await until(seen.tired)
    assert seen.rests == pytest.approx([1.2] * 20)
    assert len(api.asked) == 22


async def test_a_watch_that_lasted_is_resumed_without_a_rest_even_if_nothing_happened(api: ApiServer) -> None:
    api.script += [listing(), watching(), watching(), watching()]
    async with reflecting(api, clock=each_look_is_minutes_later()) as seen:
        await until(api.idle)
    assert seen.rests == [0.0, 0.0, 0.0]
    assert seen.health.message == ""


async def test_a_long_watch_that_is_sent_away_rests_as_it_was_told(api: ApiServer) -> None:
    busy = {"kind": "Status", "code": 429, "details": {"retryAfterSeconds": 9}}
    api.script += [listing(), watching(event("ERROR", busy))]
    async with reflecting(api, clock=each_look_is_minutes_later()) as seen:
        await until(api.idle)
    assert seen.rests == [9.0]


async def test_a_list_that_fails_after_a_long_watch_is_no_hot_loop(api: ApiServer) -> None:
    api.script += [listing(), watching(event("ERROR", {"kind": "Status", "code": 410}))]
    api.fallback = watching(end="cut")
    async with reflecting(api, clock=each_look_is_minutes_later(), rests=4) as seen:
        await until(seen.tired)
    assert seen.rests == pytest.approx([0.0, *BACKOFF[:3]])


def each_look_is_minutes_later() -> Callable[[], float]:
    return itertools.count(0.0, 300.0).__next__
