"""TCP connections to receivers that are not told over HTTP, under the same egress policy."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

from notifier.errors import Permanent
from notifier.services.http import Address, Policy


async def dialled(host: str, port: int, timeout: float, policy: Policy) -> tuple[socket.socket, Address]:  # noqa: ASYNC109 - it is shared out among the addresses
    """A socket connected to the first address of a host that the policy allows and that answers, and this address.

    Resolving may take `timeout` seconds and connecting as much again. Raises Permanent, OSError and TimeoutError.
    """
    async with asyncio.timeout(timeout):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [(family, where, ip_address(where[0])) for family, _, _, _, where in found]
    allowed = [place for place in places if policy(host, place[2])]
    if not allowed:
        raise Permanent(f"the egress policy does not allow {host}")
    error = OSError()
    for family, where, address in allowed:
        try:
            return await _connected(family, where, timeout / len(allowed)), address
        except OSError as refused:
            error = refused
    raise error


async def _connected(family: int, where: Any, seconds: float) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock
