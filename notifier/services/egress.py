"""Where configurations may send to: the operator's own anywhere, those of namespaces out of the cluster.

Pure: who resolves a name asks here about every address before dialling it. An operator opens and closes more by rules:

    hooks.example        a host by its name, as configurations write it, at any port
    *.example:443        all hosts below a name, at one port
    10.1.0.0/16          a network
    [fd00::5]:8080       an address

A name opens what is internal to the cluster, whatever it resolves to there. What is local to the machine, such as the
cloud's metadata, an address or a network alone opens: whoever answers for a name must not be able to lead us there.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import inet_aton
from typing import NamedTuple, Self

from notifier.errors import ConfigError, Permanent

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given out for use between networks."""

_METADATA = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
"""What clouds tell a machine about itself and its credentials, where that is not link-local."""

_PUBLIC_NAME = re.compile(r".+\.[a-z][^.]*")
"""A name that is no number and that no search domain completes."""

_NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_RULE = re.compile(r"(?:\[(?P<literal>[^]]+)\]|(?P<host>[^][:]+))(?::(?P<port>[1-9][0-9]{0,4}))?")
_LAST_PORT = 65_535


class Place(NamedTuple):
    """Where a message would go: a name ("" if an address is given instead), a port, and all forms of the address.

    There is no address where a proxy resolves the name and we cannot.
    """

    name: str
    port: int
    addresses: tuple[Address, ...]

    @classmethod
    def of(cls, host: str, port: int, address: Address | None) -> Self:
        """The place that is reached at an address for a host."""
        literal = address_of(host)
        return cls("" if literal else host.lower().rstrip("."), port, _forms(address or literal))

    @property
    def is_local(self) -> bool:
        """Whether it is this machine, its link, or nobody's in particular."""
        return any(map(_is_local, self.addresses[-1:]))

    @property
    def is_internal(self) -> bool:
        """Whether it is within the cluster or the network around it."""
        if not all(map(_is_global, self.addresses[-1:])):
            return True
        named = bool(self.name) or not self.addresses
        return named and (not _PUBLIC_NAME.fullmatch(self.name) or _cover(_INTERNAL_NAMES, self))


class Rule(NamedTuple):
    """Hosts by name (`*.` is all below one) or by network, at one port or at any (0)."""

    name: str = ""
    network: Network | None = None
    port: int = 0

    def covers(self, place: Place) -> bool:
        """Whether a place is one of these."""
        if self.port not in {0, place.port}:
            return False
        if self.network is not None:
            return any(address in self.network for address in place.addresses)
        return place.name == self.name or (self.name.startswith("*.") and place.name.endswith(self.name[1:]))


def _cover(rules: Iterable[Rule], place: Place) -> bool:
    return any(rule.covers(place) for rule in rules)


_INTERNAL_NAMES = (
    *map(Rule, ("*.localhost", "*.local", "*.svc", "kubernetes.default")),
    *map(Rule, ("metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data.ec2.internal")),
)
"""Names that lead into a cluster (whose domain is cluster.local) or to a cloud's metadata, whatever their address."""


@dataclass(frozen=True, slots=True)
class Egress:
    """A policy; without arguments the one of namespace configurations, which reach nothing internal.

    `allow` opens exceptions, `deny` names more that is internal, and of what is not, `only` leaves but what it names.
    """

    allow: frozenset[Rule] = frozenset()
    deny: frozenset[Rule] = frozenset()
    only: frozenset[Rule] = frozenset()
    everything: bool = False

    @classmethod
    def open(cls) -> Self:
        """The policy of the operator's own configuration, which allows everything."""
        return cls(everything=True)

    def permits(self, host: str, port: int, address: Address | None = None) -> bool:
        """Whether a host at an address may be told something; without an address, as far as its name tells."""
        if self.everything:
            return True
        place = Place.of(host, port, address)
        opened = [rule for rule in self.allow if rule.covers(place)]
        if place.is_local:
            return any(rule.network is not None for rule in opened)
        if opened:
            return True
        if self.only and not _cover(self.only, place):
            return False
        return not (place.is_internal or _cover(self.deny, place))

    def check(self, host: str, port: int, address: Address | None = None) -> None:
        """Raise Permanent where `permits` is false, with no more of a URL than its host and port."""
        if self.permits(host, port, address):
            return
        if address and not address_of(host) and self.permits(host, port):
            raise Permanent(f"{host} resolves to {address}, which namespace configurations may not reach")
        raise Permanent(f"namespace configurations may not reach {f'[{host}]' if ':' in host else host}:{port}")


def parse(*, allow: Iterable[str] = (), deny: Iterable[str] = (), only: Iterable[str] = ()) -> Egress:
    """The policy of namespace configurations under an operator's rules. Raises ConfigError naming one that is none."""
    return Egress(frozenset(map(_rule, allow)), frozenset(map(_rule, deny)), frozenset(map(_rule, only)))


def address_of(host: str) -> Address | None:
    """The address that a host is, in any spelling that a resolver takes for one (127.1, 0x7f.1), None for a name."""
    bare = host.removesuffix(".")
    with suppress(ValueError):
        return ip_address(bare)
    with suppress(ValueError, OSError):
        return IPv4Address(inet_aton(bare))
    return None


def _forms(address: Address | None) -> tuple[Address, ...]:
    """An address and, last, the IPv4 address that it stands for, if it does: as mapped, by NAT64 or by 6to4."""
    if address is None or isinstance(address, IPv4Address):
        return (address,) if address else ()
    if address in _NAT64:
        return address, IPv4Address(int(address) % 2**32)
    within = address.ipv4_mapped or address.sixtofour
    return (address, within) if within else (address,)


def _is_local(address: Address) -> bool:
    broadcast = isinstance(address, IPv4Address) and address.is_reserved
    nobodys = address.is_unspecified or address.is_multicast or broadcast
    return nobodys or address.is_loopback or address.is_link_local or address in _METADATA


def _is_global(address: Address) -> bool:
    return address.is_global and (isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST)


def _rule(text: str) -> Rule:
    host, port = _split(text.strip().lower())
    if port <= _LAST_PORT:
        with suppress(ValueError):
            return Rule(network=ip_network(host), port=port)
        if _NAME.fullmatch(host) and not address_of(host):
            return Rule(name=host.removesuffix("."), port=port)
    raise ConfigError(f"{text!r} is no host, *.host, address or network (such as 10.0.0.0/8), with or without :port")


def _split(text: str) -> tuple[str, int]:
    """What stands before a port, and the port; 0 where there is none."""
    found = _RULE.fullmatch(text)
    return (found["literal"] or found["host"], int(found["port"] or 0)) if found else (text, 0)
