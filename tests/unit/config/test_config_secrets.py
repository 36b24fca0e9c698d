"""A secret is in a service's options and in no text about them."""

from __future__ import annotations

import pytest

from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.errors import ConfigError
from notifier.services import SERVICES
from tests.unit.config.maps import OBJECT, configured

CANARY = "c4n4ry-t0ps3cr3t"
SECRETS = {"token": CANARY, "url": f"http://{CANARY}@receiver", "number": CANARY}


def webhook(text: str) -> Config:
    """The configuration of one webhook, judged by the webhook's own options."""
    options = SERVICES["webhook"].options_model
    checks = {"webhook": lambda given: options.read(given).warnings()}
    return load(Source(OBJECT, {"service.webhook": text}), SECRETS, checks)


@pytest.mark.parametrize(
    "options",
    [
        "{url: $token}",
        "{url: $url, retryMax: $number}",
        "{url: $url, timeout: $number}",
        "{url: $url, headers: [{name: Authorization, value: [$token]}]}",
        "{url: $url, headers: [{name: '$token: x', value: x}]}",
        "{url: $url, $token: x}",
        "{url: $url, basicAuth: {$token: x}}",
        "{url: $url, basicAuth: [$token]}",
        "{url: $url, secret: $tokn}",
    ],
)
def test_no_problem_shows_a_secret(options: str) -> None:
    config = webhook(options)
    assert CANARY not in "".join(map(str, config.problems))
    assert CANARY not in repr(config)


def test_a_secret_in_an_option_that_cannot_work_is_not_shown_by_its_error() -> None:
    options = SERVICES["webhook"].options_model
    with pytest.raises(ConfigError) as error:
        options.read({"url": "http://receiver", "timeout": CANARY})
    assert CANARY not in str(error.value)


def test_a_configuration_shows_no_secret_when_it_is_printed() -> None:
    config = configured({"service.slack": "token: $token", "service.slack.b": f"token: {CANARY}"}, SECRETS)
    assert config.services["slack"].options == config.services["b"].options == {"token": CANARY}
    assert config.secrets == SECRETS
    for text in (repr(config), str(config), repr(config.services)):
        assert CANARY not in text
