"""HTTP to the API server.

Address, TLS files, credentials and their refresh are kubernetes_asyncio's; the session is our own, because its
`ApiClient` hands out error answers as if they were results, encodes bodies anew, limits the length of a line and reads
a ~/.netrc. Importing it costs 0.3 s, so whoever needs only types imports this module under TYPE_CHECKING.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import aclosing, asynccontextmanager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import aiohttp
from kubernetes_asyncio.client import Configuration
from kubernetes_asyncio.config import ConfigException, load_kube_config
from kubernetes_asyncio.config.incluster_config import SERVICE_TOKEN_FILENAME, InClusterConfigLoader

from notifier.errors import ConfigError
from notifier.kube.errors import Unauthorized, refusal
from notifier.kube.lines import lines
from notifier.kube.network import environment_proxy, excerpt, network_errors, safe, watchful_socket
from notifier.model import COMPONENT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

MAX_LINE = 4 * 2**20
"""Bytes of a watch event; etcd keeps no object larger than 1.5 MiB unless told to."""

_CONNECT_TIMEOUT = 10.0
_CREDENTIALS_TIMEOUT = 60.0
_BEARER = "BearerToken"


class Cluster(NamedTuple):
    """Where the API server is: a URL without credentials, else a kubeconfig, else the pod's own service account.

    `kubeconfig` is as in $KUBECONFIG, `context` one of its contexts ("" is the current one), `service_account` the
    folder of `token` and `ca.crt`.
    """

    server: str = ""
    kubeconfig: str = ""
    context: str = ""
    service_account: str = str(Path(SERVICE_TOKEN_FILENAME).parent)

    def __str__(self) -> str:
        """What a message calls it."""
        return self.server or (f"kubeconfig {self.kubeconfig}" if self.kubeconfig else "the pod's service account")


class Response(NamedTuple):
    """An answer of success, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream(NamedTuple):
    """An answer of success that goes on; `lines` raises KubeError when it breaks."""

    status: int
    headers: Mapping[str, str]
    lines: AsyncIterator[bytes]


class _Call(NamedTuple):
    """A request but for its credentials."""

    method: str
    path: str
    query: Mapping[str, str] | None
    timeout: aiohttp.ClientTimeout
    body: bytes | None = None
    content_type: str = "application/json"


class Transport:
    """Requests to one API server. Every status is checked here: an answer that is handed out is a success."""

    def __init__(self, session: aiohttp.ClientSession, credentials: _Credentials, max_line: int) -> None:
        self._session = session
        self._credentials = credentials
        self._max_line = max_line

    @classmethod
    @asynccontextmanager
    async def connect(cls, cluster: Cluster, *, max_line: int = MAX_LINE) -> AsyncGenerator[Self, None]:
        """Read the cluster's configuration and hold a session while the context lasts. Raises ConfigError."""
        credentials = _Credentials(cluster)
        await credentials.load()
        with _config_errors(cluster):
            session = _session(credentials)
        async with session:
            yield cls(session, credentials, max_line)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        timeout: float = 30.0,  # noqa: ASYNC109 - aiohttp watches it, body and all
    ) -> Response:
        """Ask and wait for the whole answer, at most `timeout` seconds. Raises KubeError, also for all but 2xx."""
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=_CONNECT_TIMEOUT)
        async with await self._answer(_Call(method, path, query, limits, body, content_type)) as answer:
            with network_errors():
                return Response(answer.status, answer.headers, await answer.read())

    @asynccontextmanager
    async def stream(self, path: str, query: Mapping[str, str], read_timeout: float) -> AsyncGenerator[Stream, None]:
        """Ask and read lines as they come; `read_timeout` is the longest silence in seconds. Raises as `request`."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT, sock_read=read_timeout)
        async with await self._answer(_Call("GET", path, query, limits)) as answer:

            async def read() -> bytes:
                with network_errors():
                    return await answer.content.readany()

            async with aclosing(lines(read, self._max_line)) as whole:
                yield Stream(answer.status, answer.headers, whole)

    async def _answer(self, call: _Call) -> aiohttp.ClientResponse:
        """An answer of success, asked for again if the credentials were refused and newer ones are to be had."""
        authorization = await self._credentials.authorization()
        try:
            return await self._attempt(call, authorization)
        except Unauthorized:
            newer = await self._credentials.newer_than(authorization)
            if newer == authorization:
                raise
            return await self._attempt(call, newer)

    async def _attempt(self, call: _Call, authorization: str) -> aiohttp.ClientResponse:
        headers = {"Authorization": authorization} if authorization else {}
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        with network_errors():
            answer = await self._session.request(
                call.method,
                self._credentials.server + call.path,
                params=call.query,
                data=call.body,
                headers=headers,
                timeout=call.timeout,
                allow_redirects=False,  # they would carry the token to wherever they point
                server_hostname=self._credentials.configuration.tls_server_name,
            )
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        async with answer:
            raise refusal(answer.status, await excerpt(answer, authorization), answer.headers.get("Retry-After", ""))


class _Credentials:
    """What kubernetes_asyncio reads about a cluster, read again when the API server refuses it."""

    def __init__(self, cluster: Cluster) -> None:
        self.configuration = Configuration(host=cluster.server)
        self._cluster = cluster
        self._loading = asyncio.Lock()

    @property
    def server(self) -> str:
        """The API server's URL, without a slash at its end."""
        return str(self.configuration.host).rstrip("/")

    async def load(self) -> None:
        """Read files, run plugins. Raises ConfigError."""
        with _config_errors(self._cluster):
            async with asyncio.timeout(_CREDENTIALS_TIMEOUT):
                await self._load()

    async def _load(self) -> None:
        if self._cluster.server:
            return
        if self._cluster.kubeconfig:
            await load_kube_config(
                self._cluster.kubeconfig, self._cluster.context or None, client_configuration=self.configuration
            )
            return
        folder = Path(self._cluster.service_account)
        InClusterConfigLoader(str(folder / "token"), str(folder / "ca.crt")).load_and_set(self.configuration)

    async def authorization(self) -> str:
        """The header's value, "" for none; a service account's token is at most a minute old. Raises Unauthorized."""
        try:
            value = await self.configuration.get_api_key_with_prefix(_BEARER)
        except (ConfigException, OSError) as error:
            raise Unauthorized(f"the token cannot be read: {safe(error, ConfigException)}") from None
        header = (value or "").strip()
        if not header.isprintable():
            raise Unauthorized("the token is more than one line of text")
        return header

    async def newer_than(self, refused: str) -> str:
        """The header's value after it was refused, read again unless somebody else did. Raises Unauthorized."""
        async with self._loading:
            if await self.authorization() == refused:
                try:
                    await self.load()
                except ConfigError as error:
                    raise Unauthorized(f"refused, and {error}") from None
        return await self.authorization()


def _session(credentials: _Credentials) -> aiohttp.ClientSession:
    proxy = credentials.configuration.proxy or environment_proxy(credentials.server)
    connector = aiohttp.TCPConnector(
        limit=0,  # each watch holds a connection: a limit would be a deadlock in a cluster of many namespaces
        ssl=_tls(credentials.configuration) if credentials.server.startswith("https:") else True,
        socket_factory=watchful_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"Accept": "application/json", "User-Agent": COMPONENT},
        proxy=proxy,
    )


def _tls(configuration: Configuration) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    # As client-go: many a cluster's CA lacks the key identifiers that strict checking wants (Python 3.13's default).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _config_errors(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the loaders let anything escape, from TypeError to yaml's own
        # Not chained: a ConfigException's text is known to hold the user's whole entry, token included.
        known = isinstance(error, (OSError, ConfigException, ConfigError))
        why = safe(error, ConfigException, ConfigError) if known else "it is not what kubectl writes"
        raise ConfigError(f"{cluster} cannot be used: {why}") from None
