"""The health server over HTTP, as a kubelet and a Prometheus use it."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from notifier.errors import ConfigError
from notifier.web.health import HealthServer

ANYWHERE = ("127.0.0.1", 0)


class Answer(NamedTuple):
    status: int
    text: str
    headers: Mapping[str, str]


class Daemon:
    """Something to look into: `troubles` are its checks' reasons."""

    def __init__(self) -> None:
        self.troubles = {"configuration": "", "watches": "", "store": ""}
        self.registry = CollectorRegistry()
        checks = {name: lambda name=name: self.troubles[name] for name in self.troubles}
        self.server = HealthServer(ANYWHERE, checks, self.registry)

    async def get(self, path: str, **headers: str) -> Answer:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(self.server.url + path) as answer,
        ):
            return Answer(answer.status, await answer.text(), answer.headers)


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    made = Daemon()
    async with made.server as server:
        assert server is made.server
        yield made


async def test_ready_is_200_when_every_check_is_fine(daemon: Daemon) -> None:
    assert (await daemon.get("/readyz"))[:2] == (200, "ok\n")


async def test_not_ready_is_503_with_the_first_reason_until_it_is_over(daemon: Daemon) -> None:
    daemon.troubles |= {"watches": "Rollout: not listed yet", "store": "disk full"}
    assert (await daemon.get("/readyz"))[:2] == (503, "watches: Rollout: not listed yet\n")
    daemon.troubles["watches"] = ""
    assert (await daemon.get("/readyz"))[:2] == (503, "store: disk full\n")
    daemon.troubles["store"] = ""
    assert (await daemon.get("/readyz")).status == 200


async def test_verbose_lists_every_check(daemon: Daemon) -> None:
    assert (await daemon.get("/readyz?verbose")).text == "[+] configuration ok\n[+] watches ok\n[+] store ok\n"
    daemon.troubles["watches"] = "the CRD is missing"
    assert (await daemon.get("/readyz?verbose"))[:2] == (
        503,
        "[+] configuration ok\n[-] watches: the CRD is missing\n[+] store ok\n",
    )


async def test_healthy_is_200_even_when_nothing_is_ready(daemon: Daemon) -> None:
    daemon.troubles["store"] = "disk full"
    assert (await daemon.get("/healthz"))[:2] == (200, "ok\n")


async def test_metrics_come_as_prometheus_text_or_open_metrics(daemon: Daemon) -> None:
    Counter("said", "What was said.", registry=daemon.registry).inc(3)
    plain = await daemon.get("/metrics")
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "said_total 3.0\n" in plain.text
    assert "# EOF" not in plain.text
    wanted = await daemon.get("/metrics", Accept="application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert wanted.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "said_total 3.0\n" in wanted.text
    assert wanted.text.endswith("# EOF\n")


async def test_nothing_else_is_served(daemon: Daemon) -> None:
    assert (await daemon.get("/")).status == 404


async def test_an_address_in_use_is_an_error_that_names_it_and_leaves_nothing_open(daemon: Daemon) -> None:
    port = int(daemon.server.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}: .*in use"):
        async with HealthServer(("127.0.0.1", port), {}, CollectorRegistry()):
            pytest.fail("two servers on one port")


async def test_a_stopped_server_gives_its_port_back() -> None:
    async with HealthServer(ANYWHERE, {}, CollectorRegistry()) as server:
        port = int(server.url.rpartition(":")[2])
    async with HealthServer(("127.0.0.1", port), {}, CollectorRegistry()) as again:
        assert again.url == f"http://127.0.0.1:{port}"
