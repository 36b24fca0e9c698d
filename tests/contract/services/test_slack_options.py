"""Slack: how it is configured."""

from typing import Any

import pytest

from notifier.errors import ConfigError
from notifier.services.http import Client
from notifier.services.service import Limits
from notifier.services.slack import Slack, SlackOptions
from tests.contract.services.servers import Receiver
from tests.contract.services.slacks import letter


def test_argos_options_are_understood_in_any_capitals() -> None:
    unused = {"signingSecret": "s", "channels": ["a"], "maxIdleConns": 1, "MAXIDLECONNSPERHOST": "2"}
    unused |= {"maxConnsPerHost": 3, "idleConnTimeout": "90s"}
    options = SlackOptions.read({"TOKEN": "xoxb-1\n", "ApiUrl": " http://h/api\n", "DISABLEUNFURL": "true"} | unused)
    assert (options.token, options.api_url, options.disable_unfurl) == ("xoxb-1", "http://h/api", True)
    assert (options.username, options.icon, options.insecure_skip_verify, options.timeout) == ("", "", False, 10)
    assert options.warnings() == []


def test_slack_is_where_it_is_unless_something_else_is_said() -> None:
    assert SlackOptions.read({"token": "xoxb-1", "apiURL": None}).api_url == "https://slack.com/api/"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api//", ""])
async def test_the_api_is_below_its_url_with_or_without_a_slash(client: Client, receiver: Receiver, path: str) -> None:
    await Slack.from_config({"token": "xoxb-1", "apiURL": receiver.url + path}, client, frozenset()).send(letter())
    assert receiver.got[0].target == f"{path.rstrip('/')}/chat.postMessage"
    assert receiver.got[0].headers["authorization"] == "Bearer xoxb-1"
    assert receiver.got[0].headers["user-agent"].startswith("rollouts-notifier/")


@pytest.mark.parametrize("icon", ["rocket", "ftp://h/i.png", "https://", ": :"])
def test_an_icon_that_is_none_is_a_warning(icon: str) -> None:
    (warning,) = SlackOptions.read({"token": "xoxb-1", "icon": icon}).warnings()
    assert warning == "icon: neither :emoji: nor an http or https URL, so ignored"


@pytest.mark.parametrize("icon", ["", " ", ":rocket:", " :+1:\n", "https://h/i.png", "HTTP://h"])
def test_an_icon_that_is_one_is_not(icon: str) -> None:
    assert SlackOptions.read({"token": "xoxb-1", "icon": icon}).warnings() == []


def test_an_unknown_key_is_a_warning() -> None:
    options = SlackOptions.read({"token": "xoxb-1", "disableUnfurls": True})
    assert options.warnings() == ["unknown key 'disableUnfurls' is ignored; did you mean 'disableUnfurl'?"]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({}, r"^token: is missing$"),
        ({"token": None}, r"^token: is missing$"),
        ({"token": ""}, r"^token: not a token: it is one word"),
        ({"token": " \n"}, r"^token: not a token"),
        ({"token": "xoxb-CANARY 1"}, r"^token: not a token"),
        ({"token": "xoxb-CANARY\nX: y"}, r"^token: not a token"),
        ({"token": "xoxb-CANARY-ü"}, r"^token: not a token"),
        ({"token": "x", "apiURL": "slack.com/CANARY"}, r"^apiURL: not an http or https URL with a host$"),
        ({"token": "x", "apiURL": ""}, r"^apiURL: not an http"),
        ({"token": "x", "apiURL": "http://me:CANARY@h:port"}, r"^apiURL: not an http"),
        ({"token": "x", "apiURL": "http://[::1"}, r"^apiURL: not an http"),
        ({"token": "x", "disableUnfurl": "CANARY"}, r"^disableUnfurl: "),
        ({"token": "x", "timeout": 0}, r"^timeout: "),
    ],
)
def test_options_that_cannot_work_are_said_by_key(config: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text) as caught:
        SlackOptions.read(config)
    assert "CANARY" not in f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"


@pytest.mark.parametrize("recipient", ["", " ", "#"])
def test_who_names_no_channel_reaches_nobody(recipient: str) -> None:
    assert SlackOptions.recipient_fault(recipient) == "names no channel: write its name, such as shop-deploys"


@pytest.mark.parametrize("recipient", ["deploys", "#deploys", "C0123ABC"])
def test_any_channel_may_be_there(recipient: str) -> None:
    assert SlackOptions.recipient_fault(recipient) == ""


def test_a_channel_takes_one_message_a_second() -> None:
    assert Slack.default_limits() == Limits(rate=1, burst=1, concurrency=1)


def test_limits_belong_to_a_channel_and_a_token_however_they_are_written(client: Client) -> None:
    one, other = (Slack.from_config({"token": token}, client, frozenset()) for token in ("xoxb-1", "xoxb-2"))
    again = Slack.from_config({"token": "xoxb-1", "username": "x"}, client, frozenset())
    assert len({one.place("deploys"), one.place("#Deploys "), again.place("deploys")}) == 1
    assert len({one.place("deploys"), one.place("shop"), other.place("deploys")}) == 3
    assert "xoxb" not in one.place("deploys")
