"""What the tests of the policy share: addresses in other clothes, and the rules an operator may write."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from notifier.services.egress import Egress, parse

HOST = "receiver.example"
RULES = [
    "10.0.0.0/8",
    "127.0.0.1:80",
    "fd00::/8",
    "93.184.215.14",
    HOST,
    f"{HOST}:443",
    "*.example",
    "*.svc:80",
    "a.b.svc",
]

addresses = st.ip_addresses()
ports = st.sampled_from([80, 443, 8080])
hosts = st.sampled_from([HOST, "a.b.svc", "localhost", "hooks", "example", "0.example", "127.1"])
places = st.tuples(hosts, ports, st.none() | addresses)
rules = st.lists(st.sampled_from(RULES), max_size=3)
policies = st.builds(lambda allow, deny, only: parse(allow=allow, deny=deny, only=only), rules, rules, rules)


def within(address: IPv4Address) -> dict[str, IPv6Address]:
    """The IPv6 addresses that lead to an IPv4 address."""
    number = int(address)
    return {
        "mapped": IPv6Address((0xFFFF << 32) + number),
        "NAT64": IPv6Address((0x64FF9B << 96) + number),
        "6to4": IPv6Address((0x2002 << 112) + (number << 80) + 1),
    }


def spellings(address: IPv4Address) -> list[str]:
    """An IPv4 address as the C library would read it too."""
    a, b, c, d = address.packed
    return [
        str(int(address)),
        hex(int(address)),
        f"{a:#x}.{b}.{c}.{d}",
        f"0{a:o}.{b}.{c}.{d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.{b}.{(c << 8) + d}",
        f"{address}.",
    ]


def reaches(address: object, policy: Egress | None = None, port: int = 443) -> bool:
    """Whether a public name that resolves to an address may be told something."""
    return (policy or Egress()).permits(HOST, port, address)  # type: ignore[arg-type]  # hypothesis gives either version
