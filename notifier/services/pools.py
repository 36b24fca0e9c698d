"""Kept HTTP connections, and a resolver that keeps them where a policy permits.

A connection is dialled to the very addresses that were checked: between the check and the dialling nothing is resolved.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from socket import AF_UNSPEC, AI_ADDRCONFIG, SOCK_STREAM, AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from notifier.services.egress import Egress


class Pools:
    """One pool for each policy, for nobody may use a connection that its policy would not make, and one to proxies.

    `names` resolves, `foreign` does so for whoever is under a policy; whoever makes this closes it.
    """

    def __init__(self, names: AbstractResolver, foreign: AbstractResolver) -> None:
        self._names, self._foreign, self.proxied = names, foreign, _session(names)
        self._direct: dict[Egress, aiohttp.ClientSession] = {}

    def direct(self, egress: Egress) -> aiohttp.ClientSession:
        """The pool of a policy, shared by all whose policies are equal."""
        if egress not in self._direct:
            self._direct[egress] = _session(Guarded(self.names(egress), egress))
        return self._direct[egress]

    def names(self, egress: Egress) -> AbstractResolver:
        """What resolves names under a policy."""
        return self._names if egress.everything else self._foreign

    async def aclose(self) -> None:
        """Close all connections."""
        for session in (self.proxied, *self._direct.values()):
            await session.close()


class Foreign(AbstractResolver):
    """A resolver with threads of its own: names that nobody answers for must not take up everybody's."""

    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        """See aiohttp. Raises OSError."""
        ask = partial(socket.getaddrinfo, host, port, family, SOCK_STREAM, flags=AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(hostname=host, host=str(at[0]), port=int(at[1]), family=kind, proto=proto, flags=0)
            for kind, _, proto, _, at in found
        ]

    async def close(self) -> None:
        """See aiohttp."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Guarded(AbstractResolver):
    """A resolver that knows only the addresses a policy permits, so a name cannot lead elsewhere."""

    def __init__(self, names: AbstractResolver, egress: Egress) -> None:
        self._names, self._egress = names, egress

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        """See aiohttp. Raises Permanent if a host has addresses, but none that is permitted."""
        found = await self._names.resolve(host, port, family)
        permitted = [one for one in found if self._egress.permits(host, port, ip_address(one["host"]))]
        if found and not permitted:
            self._egress.check(host, port, ip_address(found[0]["host"]))
        return permitted

    async def close(self) -> None:
        """See aiohttp."""
        await self._names.close()


def _session(resolver: AbstractResolver) -> aiohttp.ClientSession:
    """A pool of connections; how many at once is the limiter's business, not the pool's."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Content-Type",),
    )
