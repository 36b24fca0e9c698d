"""TCP connections to receivers that are not told over HTTP: the addresses are those that somebody has checked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address

from notifier.services.egress import Address

Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""The addresses of a host that may be dialled at a port, see `Client.addresses`."""


async def dialled(host: str, port: int, timeout: float, resolve: Resolve) -> tuple[socket.socket, Address]:  # noqa: ASYNC109 - it is shared out among the addresses
    """A socket connected to the first address of a host that may be dialled and answers, and this address.

    Resolving may take `timeout` seconds and connecting as much again. Raises Permanent, OSError and TimeoutError.
    """
    async with asyncio.timeout(timeout):
        addresses = await resolve(host, port)
    error = OSError()
    for address in addresses:
        try:
            return await _connected(address, port, timeout / len(addresses)), address
        except OSError as refused:
            error = refused
    raise error


async def _connected(address: Address, port: int, seconds: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, (str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock
