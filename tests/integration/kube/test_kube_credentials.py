from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from aiohttp import web

from notifier.errors import ConfigError
from notifier.kube.errors import Cut, Unauthorized
from notifier.kube.transport import Cluster, Transport
from tests.integration.kube.scripted import ApiServer, listing, reflecting, refused, serving, status, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SECRET = "eyJhbGciOi.planted-token"


def kubeconfig(folder: Path, server: str, user: dict[str, Any], **cluster: Any) -> Cluster:
    """A kubeconfig file whose second context is a user and cluster, the current one leads nowhere."""
    content = {
        "current-context": "nowhere",
        "contexts": [
            {"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}},
            {"name": "here", "context": {"cluster": "here", "user": "us"}},
        ],
        "clusters": [
            {"name": "nowhere", "cluster": {"server": "http://127.0.0.1:1"}},
            {"name": "here", "cluster": {"server": server, **cluster}},
        ],
        "users": [{"name": "nobody", "user": {}}, {"name": "us", "user": user}],
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(content))
    return Cluster(kubeconfig=str(file), context="here")


def only(api: ApiServer, *tokens: str) -> None:
    """Have the API server take no other tokens than these."""

    async def check(request: web.Request) -> web.StreamResponse:
        allowed = request.headers.get("Authorization") in {f"Bearer {token}" for token in tokens}
        return await (status(200, b"welcome") if allowed else refused(401, "Unauthorized"))(request)

    api.fallback = check


async def ask(cluster: Cluster) -> bytes:
    async with Transport.connect(cluster) as transport:
        return (await transport.request("GET", "/x")).body


@asynccontextmanager
async def tls_server(
    authority: trustme.CA, name: str, *, client_certificates: bool = False
) -> AsyncGenerator[ApiServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED if client_certificates else ssl.CERT_NONE
    async with serving(ApiServer(), ssl_context=context) as api:
        api.fallback = status(200, b"welcome")
        yield api


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.crt")
    return str(tmp_path / "ca.crt")


async def test_a_kubeconfigs_context_gives_server_and_token(api: ApiServer, tmp_path: Path) -> None:
    only(api, SECRET)
    assert await ask(kubeconfig(tmp_path, api.url, {"token": SECRET})) == b"welcome"


async def test_a_token_file_may_end_in_a_newline(api: ApiServer, tmp_path: Path) -> None:
    only(api, SECRET)
    (tmp_path / "token").write_text(SECRET + "\n")
    assert await ask(kubeconfig(tmp_path, api.url, {"tokenFile": str(tmp_path / "token")})) == b"welcome"


async def test_a_server_is_trusted_by_the_kubeconfigs_authority_alone(
    authority: trustme.CA, authority_file: str, tmp_path: Path
) -> None:
    async with tls_server(authority, "127.0.0.1") as api:
        trusting = kubeconfig(tmp_path, api.url, {"token": SECRET}, **{"certificate-authority": authority_file})
        assert await ask(trusting) == b"welcome"
        with pytest.raises(Cut, match=r"(?i)certificate"):
            await ask(kubeconfig(tmp_path, api.url, {"token": SECRET}))
        careless = kubeconfig(tmp_path, api.url, {"token": SECRET}, **{"insecure-skip-tls-verify": True})
        assert await ask(careless) == b"welcome"


async def test_a_servers_name_in_the_kubeconfig_is_the_one_that_is_checked(
    authority: trustme.CA, authority_file: str, tmp_path: Path
) -> None:
    async with tls_server(authority, "api.internal") as api:
        named = {"certificate-authority": authority_file, "tls-server-name": "api.internal"}
        assert await ask(kubeconfig(tmp_path, api.url, {}, **named)) == b"welcome"
        with pytest.raises(Cut, match=r"(?i)certificate"):
            await ask(kubeconfig(tmp_path, api.url, {}, **{"certificate-authority": authority_file}))


async def test_a_client_certificate_is_shown(authority: trustme.CA, authority_file: str, tmp_path: Path) -> None:
    issued = authority.issue_cert("someone@example.org")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    pem = str(tmp_path / "client.pem")
    async with tls_server(authority, "127.0.0.1", client_certificates=True) as api:
        user = {"client-certificate": pem, "client-key": pem}
        assert await ask(kubeconfig(tmp_path, api.url, user, **{"certificate-authority": authority_file})) == b"welcome"


@pytest.fixture
def pod(authority_file: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service account's folder, with a token and the cluster's authority in it."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    folder = Path(authority_file).parent
    (folder / "token").write_text("the first")
    return folder


async def test_a_refused_service_account_token_is_read_again_and_the_request_repeated_once(
    authority: trustme.CA, pod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tls_server(authority, "127.0.0.1") as api:
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", api.url.rpartition(":")[2])
        only(api, "the second")
        async with Transport.connect(Cluster(service_account=str(pod))) as transport:
            (pod / "token").write_text("the second")
            assert (await transport.request("POST", "/x", body=b"{}")).body == b"welcome"
    assert [asked.headers["Authorization"] for asked in api.asked] == ["Bearer the first", "Bearer the second"]
    assert [asked.body for asked in api.asked] == [b"{}", b"{}"]


async def test_a_service_account_token_that_vanished_is_an_unauthorized_request_and_no_crash(
    authority: trustme.CA, pod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tls_server(authority, "127.0.0.1") as api:
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", api.url.rpartition(":")[2])
        only(api, "another")
        async with Transport.connect(Cluster(service_account=str(pod))) as transport:
            (pod / "token").unlink()
            with pytest.raises(Unauthorized, match="the pod's service account cannot be used"):
                await transport.request("GET", "/x")
    assert len(api.asked) == 1


async def test_a_refused_token_with_no_newer_one_is_asked_about_once(api: ApiServer, tmp_path: Path) -> None:
    only(api)
    with pytest.raises(Unauthorized, match="HTTP 401: Unauthorized"):
        await ask(kubeconfig(tmp_path, api.url, {"token": SECRET}))
    assert len(api.asked) == 1


def plugin(folder: Path, *tokens: str) -> dict[str, Any]:
    """An exec plugin that issues one token after the other, and a line in `runs` for each."""
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    for run, token in enumerate(tokens, start=1):
        (folder / f"credential-{run}").write_text(json.dumps({**credential, "status": {"token": token}}))
    script = f'echo run >> {folder}/runs; cat "{folder}/credential-$(wc -l < {folder}/runs)"'
    return {"exec": {"apiVersion": credential["apiVersion"], "command": "sh", "args": ["-c", script]}}


async def test_many_requests_with_an_expired_token_run_the_exec_plugin_once(api: ApiServer, tmp_path: Path) -> None:
    only(api, "fresh")
    cluster = kubeconfig(tmp_path, api.url, plugin(tmp_path, "expired", "fresh"))
    async with Transport.connect(cluster) as transport:
        answers = await asyncio.gather(*(transport.request("GET", "/x") for _ in range(5)))
    assert [answer.body for answer in answers] == [b"welcome"] * 5
    assert (tmp_path / "runs").read_text() == "run\n" * 2


async def test_a_plugin_that_fails_later_leaves_the_request_unauthorized(api: ApiServer, tmp_path: Path) -> None:
    only(api)
    async with Transport.connect(kubeconfig(tmp_path, api.url, plugin(tmp_path, "expired"))) as transport:
        with pytest.raises(Unauthorized, match="exec: process returned 1"):
            await transport.request("GET", "/x")


BROKEN_KUBECONFIGS = {
    "missing": None,
    "empty": "",
    "no mapping": "some text",
    "bad YAML": f"users: [{{token: {SECRET}",
    "no such context": json.dumps({"contexts": [], "clusters": [], "users": []}),
    "a token in the wrong place": f"""
contexts: [{{name: here, context: {{cluster: here, user: us}}}}]
clusters: [{{name: here, cluster: {{server: "http://127.0.0.1:1"}}}}]
users: [{{name: us, token: {SECRET}}}]
""",
}


@pytest.mark.parametrize("content", BROKEN_KUBECONFIGS.values(), ids=BROKEN_KUBECONFIGS.keys())
async def test_a_kubeconfig_that_cannot_work_is_named_without_telling_its_secrets(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "config"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="config cannot be used: ") as caught:
        await ask(Cluster(kubeconfig=str(file), context="here"))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("server", ["nonsense", "127.0.0.1:6443", "ftp://127.0.0.1", "http://x:port", "http://"])
async def test_an_address_that_is_none_is_told_before_anything_is_asked(server: str) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        await ask(Cluster(server=server))


async def test_an_authority_that_is_no_certificate_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("-----BEGIN NONSENSE-----")
    broken = {"certificate-authority": str(tmp_path / "ca.crt")}
    with pytest.raises(ConfigError, match="kubeconfig cannot be used"):
        await ask(kubeconfig(tmp_path, "https://127.0.0.1:1", {}, **broken))


async def test_outside_of_a_cluster_the_service_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(ConfigError, match="the pod's service account cannot be used: Service host/port is not set"):
        await ask(Cluster())


async def test_a_token_that_a_proxy_echoes_is_not_in_the_error(api: ApiServer, tmp_path: Path) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return await status(502, f"you sent {request.headers['Authorization']}".encode())(request)

    api.fallback = echo
    with pytest.raises(Exception, match=r"HTTP 502: you sent Bearer \*\*\*$"):
        await ask(kubeconfig(tmp_path, api.url, {"token": SECRET}))


async def test_a_token_that_no_header_can_hold_is_an_unauthorized_request(api: ApiServer, tmp_path: Path) -> None:
    with pytest.raises(Unauthorized, match="more than one line") as caught:
        await ask(kubeconfig(tmp_path, api.url, {"token": f"{SECRET}\nX-Other: header"}))
    assert SECRET not in str(caught.value)
    assert api.asked == []


@pytest.mark.parametrize("scheme", ["http", "socks5", "nonsense"])
async def test_a_proxys_password_is_not_in_the_error(api: ApiServer, tmp_path: Path, scheme: str) -> None:
    proxy = api.url.replace("http://", f"{scheme}://somebody:{SECRET}@")
    with pytest.raises(Cut) as caught:
        await ask(kubeconfig(tmp_path, "https://cluster.invalid", {}, **{"proxy-url": proxy}))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_reflector_outlives_a_refused_token(api: ApiServer) -> None:
    api.script += [refused(401, "Unauthorized"), listing()]
    async with reflecting(api) as seen:
        await until(api.idle)
    assert seen.rests == pytest.approx([1.2])
    assert seen.health.restarts == {"unauthorized": 1}
    assert (seen.health.listed, seen.health.message) == (True, "")
