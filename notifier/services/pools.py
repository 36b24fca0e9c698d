"""Kept HTTP connections, and a resolver that keeps them where a policy permits.

A connection is dialled to the very addresses that were checked: between the check and the dialling nothing is resolved.
"""

from ipaddress import ip_address
from socket import AF_UNSPEC, AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from notifier.services.egress import Egress


class Pools:
    """One pool for each policy, for nobody may use a connection that its policy would not make, and one to proxies.

    `names` resolves; whoever makes this closes it.
    """

    def __init__(self, names: AbstractResolver) -> None:
        self.names, self.proxied = names, _session(names)
        self._direct: dict[Egress, aiohttp.ClientSession] = {}

    def direct(self, egress: Egress) -> aiohttp.ClientSession:
        """The pool of a policy, shared by all whose policies are equal."""
        if egress not in self._direct:
            self._direct[egress] = _session(Guarded(self.names, egress))
        return self._direct[egress]

    async def aclose(self) -> None:
        """Close all connections."""
        for session in (self.proxied, *self._direct.values()):
            await session.close()


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
