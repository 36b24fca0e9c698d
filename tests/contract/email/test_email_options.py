"""Email: what a configuration may say, and what is said of one that cannot work."""

from typing import Any

import pytest

from notifier.errors import ConfigError
from notifier.services import Limits
from notifier.services.email import Email, EmailOptions
from notifier.services.http import Client

GOOD: dict[str, Any] = {"host": "smtp.shop.example", "from": "a@shop.example"}


def options(**more: Any) -> EmailOptions:
    return EmailOptions.read(GOOD | more)


def test_argos_keys_are_read_in_any_capitals() -> None:
    read = EmailOptions.read(
        {
            "HOST": "smtp.shop.example",
            "Port": "25",
            "userName": "ci",
            "PASSWORD": "secret",
            "From": "Deploys <a@shop.example>",
            "Html": "true",
            "Insecure_Skip_Verify": True,
        }
    )
    assert (read.host, read.port, read.username, read.password) == ("smtp.shop.example", 25, "ci", "secret")
    assert (read.sender.name, read.sender.address, read.html) == ("Deploys", "a@shop.example", True)
    assert read.insecure_skip_verify
    assert not read.warnings()


def test_both_spellings_of_insecure_skip_verify_mean_the_same() -> None:
    assert options(insecureSkipVerify=True).insecure_skip_verify
    assert not options(insecure_skip_verify=False).insecure_skip_verify


def test_an_unknown_key_is_told_with_the_nearest_known() -> None:
    assert options(frm="x").warnings() == ["unknown key 'frm' is ignored; did you mean 'from'?"]


@pytest.mark.parametrize(
    ("more", "port", "implicit"),
    [
        ({}, 587, False),
        ({"tls": "starttls"}, 587, False),
        ({"tls": "tls"}, 465, True),
        ({"port": 465}, 465, True),
        ({"port": 465, "tls": "starttls"}, 465, False),
        ({"port": 465, "tls": "none"}, 465, False),
        ({"port": 2465, "tls": "tls"}, 2465, True),
        ({"port": 25, "tls": None}, 25, False),
    ],
)
async def test_the_port_and_tls_say_how_it_is_encrypted(
    client: Client, more: dict[str, Any], port: int, *, implicit: bool
) -> None:
    server = options(**more).server(client)
    assert (server.port, server.implicit_tls) == (port, implicit)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        (" smtp.shop.example. ", "smtp.shop.example"),
        ("пошта.example", "xn--80a1acn3a.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
    ],
)
def test_hosts_are_names_and_addresses(given: str, host: str) -> None:
    assert options(host=given).host == host


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"host": None}, "^host: is missing$"),
        ({"host": ""}, "^host: not the name"),
        ({"host": "smtp://SECRET.example"}, "^host: not the name"),
        ({"host": "a..SECRET"}, "^host: not the name"),
        ({"host": "a\r\nSECRET"}, "^host: not the name"),
        ({"host": "smtp.SECRET.example:587"}, "^host: the port is an option of its own, `port`$"),
        ({"host": "[::1]:587"}, "^host: the port is an option of its own, `port`$"),
        ({"port": 0}, "^port: at least 1$"),
        ({"port": 65_536}, "^port: at most 65535$"),
        ({"port": "SECRET"}, "^port: "),
        ({"from": None}, "^from: is missing$"),
        ({"from": ""}, "^from: not one mail address"),
        ({"from": "SECRET"}, "^from: not one mail address"),
        ({"from": "a@x.example, b@SECRET"}, "^from: not one mail address"),
        ({"from": ["SECRET"]}, "^from: not one mail address"),
        ({"tls": "SECRET"}, "^tls: Input should be 'auto', 'starttls', 'tls' or 'none'"),
        ({"timeout": "SECRET"}, "^timeout: "),
        ({"timeout": 0}, "^timeout: "),
        ({"html": "SECRET"}, "^html: "),
        ({"certificate": "SECRET"}, "certificate and key belong together"),
        ({"ca": "SECRET"}, "^ca: not a certificate"),
        ({"caFile": "/no/such/file"}, "^caFile: cannot read"),
    ],
)
async def test_what_cannot_work_is_said_at_once_by_its_key(client: Client, wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text) as caught:
        Email.from_config(GOOD | wrong, client, frozenset())
    assert "SECRET" not in f"{caught.value} {caught.value.__context__}"


@pytest.mark.parametrize(
    ("recipient", "fault"),
    [
        ("", "names no mail address: write one, or several with commas"),
        (" , ", "names no mail address: write one, or several with commas"),
        ("shop-team", "'shop-team' is no mail address"),
        ("a@shop.example, shop-team", "'shop-team' is no mail address"),
        ("a@shop.example, Ann <ann@shop.example>", ""),
    ],
)
def test_a_recipient_without_an_address_reaches_nobody(recipient: str, fault: str) -> None:
    assert EmailOptions.recipient_fault(recipient) == fault


def test_it_says_its_section_and_its_limits() -> None:
    assert (Email.section, Email.options_model) == ("email", EmailOptions)
    assert Email.default_limits() == Limits(rate=20, burst=20, concurrency=4)


async def test_a_service_printed_reveals_nothing(client: Client) -> None:
    read = options(username="ci", password="PASSWORD", ca="")
    email = Email(read, client, frozenset({"PASSWORD"}))
    assert "PASSWORD" not in f"{email!r} {vars(email)} {read!r} {read!s} {read.server(client)!r}"
