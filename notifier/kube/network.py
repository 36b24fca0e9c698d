"""What talking HTTP to an API server takes beside HTTP: sockets that notice, proxies, and errors fit to be read."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from notifier.errors import ConfigError
from notifier.kube.errors import MAX_TEXT, Cut, Silent
from notifier.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXCERPT = 64 * 1024
_EXCERPT_TIMEOUT = 10.0
_DUMP = re.compile(r"\{.*\}", re.DOTALL)
_USERINFO = re.compile(r"//[^/@\s]+@")


def watchful_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that notices a vanished peer within a minute; a quiet watch alone would take ten."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made


def environment_proxy(server: str) -> str | None:
    """What HTTP(S)_PROXY and NO_PROXY say, without the ~/.netrc that aiohttp's `trust_env` reads along.

    Raises ConfigError for an address that cannot be asked.
    """
    url = URL(server)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError("the API server's address is no http or https URL")
    return Proxies.from_environ(os.environ).route(url.scheme, url.host, url.port) or None


@contextmanager
def network_errors() -> Iterator[None]:
    """Name the failures of the network in our own words; not chained, as a proxy's URL may hold a password."""
    try:
        yield
    except TimeoutError as error:
        raise Silent(f"no answer in time: {safe(error)}") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Cut(f"the connection failed: {safe(error)}") from None


async def excerpt(answer: aiohttp.ClientResponse, authorization: str) -> bytes:
    """The beginning of an error's body, without the token that a talkative proxy may have echoed."""
    try:
        async with asyncio.timeout(_EXCERPT_TIMEOUT):
            body = await answer.content.readexactly(_EXCERPT)
    except asyncio.IncompleteReadError as error:
        body = error.partial
    except (aiohttp.ClientError, TimeoutError, OSError):
        body = b""
    secret = authorization.rpartition(" ")[2].encode()
    return body.replace(secret, b"***") if secret else body


def safe(error: Exception, *told: type[Exception]) -> str:
    """An error's text without passwords, if it is the network's or of the types `told`, else the name of its type."""
    if not isinstance(error, (aiohttp.ClientError, OSError, *told)):
        return type(error).__name__
    text = _USERINFO.sub("//", _DUMP.sub("{…}", str(error)))
    return text[:MAX_TEXT] or type(error).__name__
