"""Which addresses the configuration of a namespace may reach."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, strategies as st

from notifier.services.egress import Address, Egress, address_of
from tests.unit.egress.policies import addresses, ports, reaches, spellings, within

INSIDE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
    *("::/128", "::1/128", "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32"),
    *("fc00::/7", "fd00:ec2::254/128", "fe80::/10", "fec0::/10", "ff00::/8"),
    *("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
]
OUTSIDE = [
    "1.1.1.1",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "100.63.255.255",
    "2606:4700::1111",
]


@pytest.mark.parametrize("network", INSIDE)
def test_no_address_of_an_internal_network_is_reached(network: str) -> None:
    net = ip_network(network)

    @given(st.ip_addresses(network=net))
    def law(address: Address) -> None:
        assert not reaches(address)

    law()
    assert not reaches(net[0])
    assert not reaches(net[-1])


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_is_reached(address: str) -> None:
    assert reaches(ip_address(address))
    assert Egress().permits(address, 443)


@given(addresses)
def test_nothing_is_reached_that_ipaddress_does_not_call_global(address: Address) -> None:
    if isinstance(address, IPv4Address):
        usual = address.is_global and not (address.is_multicast or address.is_reserved)
        assert reaches(address) <= usual
    else:
        private = address.is_link_local or address.is_site_local or address.is_loopback or address.is_multicast
        assert not (reaches(address) and (private or address.is_unspecified))


@given(st.ip_addresses(v=4).filter(lambda one: one.is_global and not one.is_multicast))
def test_all_that_ipaddress_calls_global_is_reached_but_metadata(address: IPv4Address) -> None:
    assert reaches(address) == (str(address) != "168.63.129.16")


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_ipv6_dress(address: IPv4Address) -> None:
    assert {form: reaches(one) for form, one in within(address).items()} == dict.fromkeys(
        within(address), reaches(address)
    )


@given(st.ip_addresses(v=4), ports)
def test_an_address_is_judged_alike_however_it_is_spelled(address: IPv4Address, port: int) -> None:
    for spelling in spellings(address):
        assert address_of(spelling) == address, spelling
        assert Egress().permits(spelling, port) == Egress().permits(str(address), port) == reaches(address), spelling


@given(st.ip_addresses(v=6))
def test_a_literal_of_ipv6_is_judged_as_its_address(address: IPv6Address) -> None:
    assert Egress().permits(address.exploded.upper(), 443) == reaches(address)


@pytest.mark.parametrize("zone", ["eth0", "1", "25eth0"])
def test_a_zone_makes_a_link_local_address_no_better(zone: str) -> None:
    assert not Egress().permits(f"fe80::1%{zone}", 443)
