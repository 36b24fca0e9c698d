"""The operator's rules about what namespaces may reach: how they are read, what they open and close, what is said."""

from ipaddress import ip_address

import pytest
from hypothesis import given, strategies as st

from notifier.errors import ConfigError, Permanent
from notifier.services.egress import Address, Egress, parse
from tests.unit.egress.policies import HOST, RULES, places, policies, reaches, rules

PUBLIC = ip_address("93.184.215.14")
PRIVATE = ip_address("10.0.0.5")
METADATA = ip_address("169.254.169.254")


@given(places)
def test_the_operators_own_configuration_reaches_everything(place: tuple[str, int, Address | None]) -> None:
    assert Egress.open().permits(*place)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "a.localhost", "kubernetes", "kubernetes.default", "hooks", "hook.shop.svc", "printer.local"),
        *("hook.shop.svc.cluster.local", "metadata.google.internal", "metadata", "METADATA.GOOG.", "LocalHost."),
        *("1.2.3.4.5", "999.1.1.1", "08.1.1.1", "a.0x1"),
    ],
)
def test_internal_names_are_not_reached_whatever_they_resolve_to(host: str) -> None:
    assert not Egress().permits(host, 443)
    assert not Egress().permits(host, 443, PUBLIC)


def test_no_host_is_no_way_out() -> None:
    assert not Egress().permits("", 443)


@pytest.mark.parametrize("host", [HOST, "svc.example", "localhost.example", "xn--bcher-kva.example", "a.xn--p1ai"])
def test_public_names_are_reached_where_they_resolve_to_something_outside(host: str) -> None:
    assert Egress().permits(host, 443)
    assert Egress().permits(host, 443, PUBLIC)
    assert not Egress().permits(host, 443, PRIVATE)


@pytest.mark.parametrize(
    ("rule", "host", "port", "opened"),
    [
        ("hook.shop.svc", "hook.shop.svc", 80, True),
        ("hook.shop.svc", "HOOK.shop.svc.", 80, True),
        ("HOOK.shop.svc.", "hook.shop.svc", 80, True),
        ("hook.shop.svc", "hook.shop", 80, False),
        ("hook.shop.svc:8080", "hook.shop.svc", 8080, True),
        ("hook.shop.svc:8080", "hook.shop.svc", 80, False),
        ("*.shop.svc", "hook.shop.svc", 80, True),
        ("*.shop.svc", "a.hook.shop.svc", 80, True),
        ("*.shop.svc", "shop.svc", 80, False),
        ("*.shop.svc", "hookshop.svc", 80, False),
        ("*.shop.svc:80", "hook.shop.svc", 81, False),
        ("10.0.0.0/24", "hook.shop.svc", 80, True),
        ("10.0.0.0/24:80", "hook.shop.svc", 81, False),
        ("10.0.1.0/24", "hook.shop.svc", 80, False),
        ("10.0.0.5", "10.0.0.5", 80, True),
        ("10.0.0.5:80", "0x0a.5", 80, True),
        ("10.0.0.5", "::ffff:10.0.0.5", 80, True),
    ],
)
def test_what_an_exception_opens(rule: str, host: str, port: int, opened: bool) -> None:
    assert parse(allow=[rule]).permits(host, port, PRIVATE) == opened


@pytest.mark.parametrize(
    "local",
    [
        *("127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "ff02::1"),  # noqa: S104 - destinations
    ],
)
def test_a_name_opens_nothing_that_is_local_to_the_machine_but_an_address_does(local: str) -> None:
    address = ip_address(local)
    assert not reaches(address, parse(allow=[HOST, "*.example"]))
    assert reaches(address, parse(allow=[local]))


def test_only_what_is_named_is_left_and_what_is_internal_stays_closed() -> None:
    policy = parse(only=["*.example", "93.184.215.0/24"], allow=["hook.shop.svc"])
    assert policy.permits(HOST, 443, PUBLIC)
    assert policy.permits("other.test", 443, PUBLIC)
    assert not policy.permits("other.test", 443, ip_address("1.1.1.1"))
    assert not policy.permits(HOST, 443, PRIVATE)
    assert policy.permits("hook.shop.svc", 443, PRIVATE)


def test_what_an_operator_denies_is_as_good_as_internal() -> None:
    policy = parse(deny=["93.184.215.0/24", "*.corp.example"], allow=["ok.corp.example"])
    assert not reaches(PUBLIC, policy)
    assert not policy.permits("hook.corp.example", 443, ip_address("1.1.1.1"))
    assert policy.permits("ok.corp.example", 443, PUBLIC)


@given(policies, rules, places)
def test_an_exception_more_closes_nothing(
    policy: Egress, more: list[str], place: tuple[str, int, Address | None]
) -> None:
    wider = Egress(policy.allow | parse(allow=more).allow, policy.deny, policy.only)
    assert policy.permits(*place) <= wider.permits(*place)


@given(policies, places)
def test_a_denial_more_opens_nothing(policy: Egress, place: tuple[str, int, Address | None]) -> None:
    assert policy.permits(*place) <= Egress(policy.allow, policy.deny).permits(*place)
    assert policy.permits(*place) <= Egress(policy.allow, only=policy.only).permits(*place)


@given(st.permutations(RULES))
def test_policies_of_the_same_rules_are_equal(shuffled: list[str]) -> None:
    assert parse(allow=shuffled, only=shuffled) == parse(allow=RULES, only=RULES)
    assert len({parse(allow=shuffled), parse(allow=[*RULES, *RULES])}) == 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "https://a.example",
            "a.example/path",
            "a.example:",
            "a.example:0",
            "a.example:65536",
            "a b",
            "*",
            "*.",
        ),
        *(
            "a.*.example",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "fe80::1::",
            "[fd00::1",
            "[fd00::1]:x",
            "127.1",
            "0x7f.1",
            "bücher.example",
        ),
    ],
)
def test_a_rule_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(allow=[HOST, text])
    assert str(caught.value).startswith(repr(text))


@given(st.text())
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    said = repr(text)
    try:
        parse(only=[text])
    except ConfigError as error:
        said = str(error)
    assert said.startswith(repr(text))


@pytest.mark.parametrize(
    ("host", "address", "told"),
    [
        (HOST, PRIVATE, f"{HOST} resolves to 10.0.0.5, which namespace configurations may not reach"),
        (
            "hooks.internal",
            METADATA,
            "hooks.internal resolves to 169.254.169.254, which namespace configurations may not reach",
        ),
        ("hook.shop.svc", PRIVATE, "namespace configurations may not reach hook.shop.svc:443"),
        ("hook.shop.svc", None, "namespace configurations may not reach hook.shop.svc:443"),
        ("10.0.0.5", PRIVATE, "namespace configurations may not reach 10.0.0.5:443"),
        ("::1", ip_address("::1"), "namespace configurations may not reach [::1]:443"),
    ],
)
def test_a_refusal_names_what_is_not_reached(host: str, address: Address | None, told: str) -> None:
    with pytest.raises(Permanent) as caught:
        Egress().check(host, 443, address)
    assert str(caught.value) == told


def test_where_all_is_well_nothing_is_raised() -> None:
    Egress().check(HOST, 443, PUBLIC)
    parse(allow=["10.0.0.5:443"]).check(HOST, 443, PRIVATE)
