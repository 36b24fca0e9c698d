"""Every service: which way it goes, directly or by a proxy."""

import ssl

import pytest
import trustme

from notifier.errors import ConfigError, Permanent, Temporary
from notifier.proxies import Proxies
from notifier.services.http import connect
from tests.contract.services.rows import Row
from tests.contract.services.servers import HOST, Receiver, free_port, proxy_to, serve

NAME = "receiver.example"


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rpartition(":")[2])


async def test_http_goes_through_the_proxy_whole(row: Row, receiver: Receiver) -> None:
    async with proxy_to(port_of(receiver)) as proxy, connect({"http_proxy": proxy.url}) as client:
        await row.service(client, f"http://{NAME}").send(row.letter())
    assert f" http://{NAME}/" in proxy.heads[0]
    assert len(receiver.got) == 1


async def test_https_goes_through_a_tunnel_that_sees_nothing(row: Row) -> None:
    ca, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert(NAME).configure_cert(context)
    async with (
        serve(context) as receiver,
        proxy_to(port_of(receiver)) as proxy,
        connect({"HTTPS_PROXY": proxy.url}, ca=ca.cert_pem.bytes().decode()) as client,
    ):
        for _ in range(2):
            await row.service(client, f"https://{NAME}").send(row.letter())
    assert [head.splitlines()[0] for head in proxy.heads] == [f"CONNECT {NAME}:443 HTTP/1.1"]
    assert "authorization" not in proxy.heads[0].lower()
    assert len(receiver.got) == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_proxys_password_is_for_the_proxy_only(row: Row, receiver: Receiver, scheme: str) -> None:
    async with proxy_to(port_of(receiver), b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n") as proxy:
        url = proxy.url.replace("//", "//me:PROXYSECRET@")
        async with connect({"HTTP_PROXY": url, "HTTPS_PROXY": url}) as client:
            with pytest.raises(Permanent, match="407") as caught:
                await row.service(client, f"{scheme}://{NAME}").send(row.letter())
    assert "Proxy-Authorization: Basic" in proxy.heads[0]
    assert "PROXYSECRET" not in f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"


async def test_a_proxy_that_cannot_go_on_is_temporary(row: Row) -> None:
    refusal = b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    async with proxy_to(0, refusal) as proxy, connect({"HTTPS_PROXY": proxy.url}) as client:
        with pytest.raises(Temporary, match=f"the proxy on the way to {NAME} answered 503") as caught:
            await row.service(client, f"https://{NAME}").send(row.letter())
    assert caught.value.retry_after == 7


async def test_a_proxy_that_is_away_is_temporary(row: Row) -> None:
    async with connect({"HTTP_PROXY": f"http://{HOST}:{free_port()}"}) as client:
        with pytest.raises(Temporary, match=f"the proxy on the way to {NAME} cannot be reached"):
            await row.service(client, f"http://{NAME}").send(row.letter())


@pytest.mark.parametrize(
    ("exceptions", "host", "direct"),
    [
        ("", "a.example", False),
        ("*", "a.example", True),
        ("other.example, A.example", "a.example", True),
        ("example", "a.example", True),
        (".svc,.cluster.local", "hook.ns.svc", True),
        ("*.example", "a.example", True),
        ("ample", "a.example", False),
        ("a.example:443", "a.example", True),
        ("a.example:444", "a.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("[fd00::]", "fd00::", True),
        ("fd00::/8", "fd12::1", True),
        ("", "localhost", True),
        ("", "127.0.0.1", True),
        ("", "::1", True),
    ],
)
def test_no_proxy_is_read_as_go_reads_it(exceptions: str, host: str, direct: bool) -> None:
    proxies = Proxies.from_environ({"HTTPS_PROXY": "proxy:3128", "no_proxy": exceptions})
    assert proxies.route("https", host, 443) == ("" if direct else "http://proxy:3128")


def test_each_scheme_has_its_proxy() -> None:
    proxies = Proxies.from_environ({"http_proxy": "http://a", "HTTPS_PROXY": "https://b"})
    assert [proxies.route(scheme, NAME, None) for scheme in ("http", "https")] == ["http://a", "https://b"]


async def test_a_proxy_of_another_kind_is_said_at_once() -> None:
    with pytest.raises(ConfigError, match=r"^HTTPS_PROXY: ") as caught:
        async with connect({"HTTPS_PROXY": "socks5://me:PROXYSECRET@proxy"}):
            pytest.fail("the client must not open")
    assert "PROXYSECRET" not in str(caught.value)
