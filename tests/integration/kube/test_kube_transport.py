from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from notifier.kube.errors import Conflict, Cut, Forbidden, Refused, Silent, Unavailable
from notifier.kube.network import watchful_socket
from notifier.kube.transport import Cluster, Transport
from tests.integration.kube.scripted import ApiServer, refused, serving, status, watching

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_request_carries_query_body_and_content_type_and_brings_the_answer_back(api: ApiServer) -> None:
    api.script += [status(201, b'{"ok": 1}', X_Answer="yes")]
    async with Transport.connect(Cluster(server=api.url + "/k8s/clusters/one/")) as transport:
        response = await transport.request(
            "PATCH", "/api/v1/x", query={"q": "a b&c"}, body=b"{}", content_type="application/merge-patch+json"
        )
    assert (response.status, response.headers["X-Answer"], response.body) == (201, "yes", b'{"ok": 1}')
    [asked] = api.asked
    assert (asked.method, asked.path) == ("PATCH", "/k8s/clusters/one/api/v1/x")
    assert (asked.query, asked.body) == ({"q": "a b&c"}, b"{}")
    assert asked.headers["Content-Type"] == "application/merge-patch+json"
    assert asked.headers["User-Agent"] == "rollouts-notifier"
    assert "Authorization" not in asked.headers


async def test_a_status_other_than_success_is_an_error_in_requests_and_streams(api: ApiServer) -> None:
    async with Transport.connect(Cluster(server=api.url)) as transport:
        api.script += [refused(409, "exists"), refused(403, "no")]
        with pytest.raises(Conflict, match="HTTP 409: exists"):
            await transport.request("POST", "/x", body=b"{}")
        with pytest.raises(Forbidden, match="HTTP 403: no"):
            async with transport.stream("/x", {}, 1.0):
                pass


async def test_a_redirect_is_not_followed(api: ApiServer) -> None:
    async with serving(ApiServer()) as elsewhere, Transport.connect(Cluster(server=api.url)) as transport:
        api.script += [status(307, Location=elsewhere.url)]
        with pytest.raises(Refused, match="HTTP 307"):
            await transport.request("GET", "/x")
    assert elsewhere.asked == []


async def test_a_server_that_does_not_answer_is_silent_and_one_that_is_not_there_is_cut(api: ApiServer) -> None:
    async with Transport.connect(Cluster(server=api.url)) as transport:
        with pytest.raises(Silent):
            await transport.request("GET", "/x", timeout=0.05)
    async with Transport.connect(Cluster(server="http://127.0.0.1:1")) as transport:
        with pytest.raises(Cut, match=r"127\.0\.0\.1:1"):
            await transport.request("GET", "/x")


async def test_an_error_whose_text_never_ends_is_an_error_all_the_same(api: ApiServer) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=503)
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"spam " * 1000)
        return response

    api.script += [endless]
    async with Transport.connect(Cluster(server=api.url)) as transport:
        with pytest.raises(Unavailable, match="HTTP 503: spam spam") as caught:
            await transport.request("GET", "/x")
    assert len(str(caught.value)) == 256


async def test_lines_come_as_they_are_said_before_the_stream_is_over(api: ApiServer) -> None:
    api.script += [watching(b"one\n\ntwo\nthr", end="silent")]
    async with Transport.connect(Cluster(server=api.url)) as transport, transport.stream("/x", {}, 5.0) as stream:
        assert stream.status == 200
        assert await anext(stream.lines) == b"one"
        assert await anext(stream.lines) == b"two"


async def test_however_many_watches_are_open_there_is_a_connection_for_a_request(api: ApiServer) -> None:
    api.script += [watching(end="silent")] * 120 + [status(200, b"done")]
    async with Transport.connect(Cluster(server=api.url)) as transport, AsyncExitStack() as watches:
        for _ in range(120):
            await watches.enter_async_context(transport.stream("/x", {}, 30.0))
        assert (await transport.request("GET", "/x", timeout=5.0)).body == b"done"


async def test_a_netrc_is_nobodys_business_here(
    api: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    api.script += [status(200)]
    async with Transport.connect(Cluster(server=api.url)) as transport:
        await transport.request("GET", "/x")
    assert "Authorization" not in api.asked[0].headers


async def test_the_environments_proxy_is_used_but_for_what_it_excepts(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", api.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    api.script += [status(200), status(200)]
    for server in ("http://cluster.invalid", api.url):
        async with Transport.connect(Cluster(server=server)) as transport:
            await transport.request("GET", "/x")
    assert [asked.headers["Host"] for asked in api.asked] == ["cluster.invalid", api.url.removeprefix("http://")]


def test_a_vanished_peer_is_noticed_within_a_minute_by_the_socket_itself() -> None:
    address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 0))
    with watchful_socket(address) as made:
        idle, interval, count = (
            made.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert idle + interval * count <= 60


def test_only_the_transport_pays_for_importing_kubernetes_asyncio() -> None:
    script = """
import sys, notifier.kube.access, notifier.kube.reflector
assert "kubernetes_asyncio" not in sys.modules
import notifier.kube.transport
assert "kubernetes_asyncio" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
