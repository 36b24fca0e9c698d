"""Settings as a command is given them: options, environment, defaults, and what is refused."""

from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from notifier import parameters, settings
from notifier.settings import INSTANCE_LABEL, Settings


@click.command(cls=settings.GroupedCommand)
@settings.options
def command(**values: Any) -> Settings:
    """Stand in for `run`."""
    return Settings.of(**values)


def invoked(*arguments: str, **environment: str) -> Result:
    unset = {"KUBECONFIG": None, "POD_NAMESPACE": None}
    return CliRunner().invoke(command, arguments, env={**unset, **environment}, standalone_mode=False)


def made(*arguments: str, **environment: str) -> Settings:
    result = invoked(*arguments, **environment)
    assert isinstance(result.return_value, Settings), result.exception
    return result.return_value


def refused(*arguments: str, **environment: str) -> str:
    """Return the error of a wrong use, as a user reads it."""
    error = invoked(*arguments, **environment).exception
    assert isinstance(error, click.UsageError)
    assert error.exit_code == 2
    return error.format_message()


SWITCHES = ("--web-actions", "--shadow", "--self-service")


def option_names() -> list[str]:
    return [option for param in command.params for option in param.opts]


def test_no_options_are_all_defaults() -> None:
    assert made() == Settings() == Settings.of()


def test_defaults_are_those_that_are_documented() -> None:
    told = Settings()
    assert (told.cluster.kubeconfig, told.cluster.context, told.cluster.server) == ("", "", "")
    assert (told.watch.namespaces, told.watch.excluded, told.watch.selector) == ((), (), "")
    assert (told.config.config_map, told.config.secret) == ("rollouts-notifier-config", "rollouts-notifier-secret")
    assert told.view == settings.ViewSettings(("0.0.0.0", 8080), "json", "info")  # noqa: S104 - as kubelets need it
    assert told.delivery == settings.DeliverySettings(86_400.0, 20.0, "")
    assert told.page == settings.PageSettings(("127.0.0.1", 8081), (), actions=False)
    assert told.store == settings.StoreSettings("rollouts-notifier.db", 30 * 86_400.0, 30 * 86_400.0)


def test_every_option_reaches_its_setting(tmp_path: Path) -> None:
    there = tmp_path / "there.yaml"
    there.touch()
    given = {
        "--kubeconfig": "/a:/b",
        "--context": "prod",
        "--server": "http://127.0.0.1:8001/api",
        "--namespaces": "shop, pay",
        "--selector": "team=shop,tier in (web, api),!legacy",
        "--instance-id": "blue",
        "--config-map-name": "mine",
        "--secret-name": "hidden",
        "--config-namespace": "ops",
        "--config-map": str(there),
        "--secret": str(there),
        "--time-zone": "Europe/Berlin",
        "--self-service-types": "slack",
        "--self-service-offers": "chat, mail",
        "--self-service-egress": "hooks.shop.svc 10.0.0.0/8",
        "--self-service-egress-deny": "*.inner.example",
        "--self-service-egress-only": "*.example:443",
        "--self-service-entries": "5",
        "--self-service-size": "900",
        "--self-service-messages": "60",
        "--retry-horizon": "1h30m",
        "--shutdown-grace": "5s",
        "--ca-file": str(there),
        "--shadow-except": "shop",
        "--store": "other.db",
        "--keep-deliveries": "1d",
        "--keep-events": "2d12h",
        "--address": "[::1]:0",
        "--log-format": "console",
        "--log-level": "DEBUG",
        "--page-address": "[::1]:1",
        "--page-hosts": "page.example.com, other",
    }
    assert {*given, "--excluded-namespaces", *SWITCHES} == set(option_names())
    assert made(*SWITCHES, *(word for pair in given.items() for word in pair)) == Settings(
        settings.ClusterSettings("/a:/b", "prod", "http://127.0.0.1:8001/api"),
        settings.WatchSettings(("shop", "pay"), (), "team=shop,tier in (web, api),!legacy", "blue"),
        settings.ConfigSettings("mine", "hidden", "ops", str(there), str(there), "Europe/Berlin"),
        settings.SelfServiceSettings(
            enabled=True,
            types=("slack",),
            offered=("chat", "mail"),
            reachable=("hooks.shop.svc", "10.0.0.0/8"),
            internal=("*.inner.example",),
            only=("*.example:443",),
            entries=5,
            size=900,
            messages=60,
        ),
        settings.DeliverySettings(5400.0, 5.0, str(there), shadow=True, sent_in=("shop",)),
        settings.StoreSettings("other.db", 86_400.0, 216_000.0),
        settings.ViewSettings(("::1", 0), "console", "debug"),
        settings.PageSettings(("::1", 1), ("page.example.com", "other"), actions=True),
    )


@pytest.mark.parametrize("option", option_names())
def test_every_option_is_read_from_the_environment_too(option: str) -> None:
    values = {"--address": "localhost:1", "--page-address": "none", "--log-format": "console", "--log-level": "error"}
    durations = dict.fromkeys(("--retry-horizon", "--shutdown-grace", "--keep-deliveries", "--keep-events"), "3s")
    files = dict.fromkeys(("--config-map", "--secret", "--ca-file"), __file__)
    counts = dict.fromkeys(("--self-service-entries", "--self-service-size", "--self-service-messages"), "7")
    special = {"--server": "https://api", "--time-zone": "Asia/Tokyo", **values, **durations, **files, **counts}
    text = special.get(option, "some")
    others = {"--context": ["--kubeconfig", "k"], "--shadow-except": ["--shadow"]}.get(option, [])
    variable = "ROLLOUTS_NOTIFIER_" + option[2:].upper().replace("-", "_")
    given, value = ((option,), "1") if option in SWITCHES else ((option, text), text)
    assert made(*others, **{variable: value}) == made(*others, *given) != made(*others)


def test_an_option_wins_over_the_environment_and_an_empty_variable_is_none() -> None:
    assert made("--shutdown-grace", "2s", ROLLOUTS_NOTIFIER_SHUTDOWN_GRACE="3s").delivery.grace == 2
    assert made(ROLLOUTS_NOTIFIER_SHUTDOWN_GRACE="").delivery.grace == 20


def test_what_kubectl_and_the_pod_know_counts_for_less_than_our_own_variables() -> None:
    assert made(KUBECONFIG="k").cluster.kubeconfig == "k"
    assert made(KUBECONFIG="k", ROLLOUTS_NOTIFIER_KUBECONFIG="ours").cluster.kubeconfig == "ours"
    assert made(POD_NAMESPACE="here").config.namespace == "here"
    assert made(POD_NAMESPACE="here", ROLLOUTS_NOTIFIER_CONFIG_NAMESPACE="there").config.namespace == "there"


def test_the_configuration_is_by_default_where_the_service_account_is(tmp_path: Path) -> None:
    assert parameters.namespace_name("", tmp_path) == "argo-rollouts"
    (tmp_path / "namespace").write_text("ops\n")
    assert parameters.namespace_name("", tmp_path) == "ops"
    assert parameters.namespace_name("told", tmp_path) == "told"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--server", "127.0.0.1:8001"),
        ("--namespaces", "shop,Pay"),
        ("--excluded-namespaces", "a/b"),
        ("--selector", "team=shop;tier=web"),
        ("--selector", "tier in (web"),
        ("--instance-id", "not a label"),
        ("--config-map-name", ""),
        ("--secret-name", "Secret"),
        ("--config-namespace", "-"),
        ("--config-map", "/not/there"),
        ("--secret", "/"),
        ("--ca-file", "/not/there"),
        ("--time-zone", "Europe/Atlantis"),
        ("--time-zone", ""),
        ("--time-zone", "../UTC"),
        ("--retry-horizon", "24"),
        ("--retry-horizon", "0s"),
        ("--shutdown-grace", "-5s"),
        ("--keep-events", ""),
        ("--keep-deliveries", "for ever"),
        ("--store", "/"),
        ("--address", "8080"),
        ("--address", "localhost:65536"),
        ("--address", "::1:8080"),
        ("--log-format", "xml"),
        ("--log-level", "loud"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_option_and_variable(option: str, text: str) -> None:
    message = refused(option, text)
    assert f"'{option}'" in message
    assert "ROLLOUTS_NOTIFIER_" + option[2:].upper().replace("-", "_") in message


def test_a_bad_value_in_the_environment_is_refused_like_an_option() -> None:
    assert "'--retry-horizon' (env var: 'ROLLOUTS_NOTIFIER_RETRY_HORIZON'): 'soon' is not a duration" in refused(
        ROLLOUTS_NOTIFIER_RETRY_HORIZON="soon"
    )


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    message = refused("--server", "https://admin:hunter2@api:6443")
    assert "'--server'" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("option", "arguments"),
    [
        ("--context", ["--context", "prod"]),
        ("--excluded-namespaces", ["--namespaces", "shop", "--excluded-namespaces", "pay"]),
        ("--shadow-except", ["--shadow-except", "pay"]),
    ],
)
def test_options_that_contradict_one_another_are_refused(option: str, arguments: list[str]) -> None:
    assert f"'{option}'" in refused(*arguments)


def test_help_shows_every_option_in_its_section_with_variable_and_default() -> None:
    text = CliRunner().invoke(command, ["--help"]).output
    headings = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings[:-1] == [f"{section.metadata['title']}:" for section in fields(Settings)]
    unwrapped = "".join(text.split())
    for option in command.params:
        record = option.get_help_record(click.Context(command))
        assert record
        assert "".join("".join(record).split()) in unwrapped
        assert "ROLLOUTS_NOTIFIER_" in record[1]
        assert "default: " in record[1] or "empty: " in record[1] or option.opts[0] in SWITCHES


def test_what_is_no_setting_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="colour"):
        Settings.of(colour="red")


def test_labels_and_instance_id_make_one_selector() -> None:
    watch = settings.WatchSettings(labels="team=shop", instance_id="blue")
    assert watch.selector == f"team=shop,{INSTANCE_LABEL}=blue"
    assert replace(watch, instance_id="").selector == "team=shop"
    assert replace(watch, labels="").selector == f"{INSTANCE_LABEL}=blue"


@given(st.tuples(*[st.integers(0, 99)] * 4).filter(any))
def test_a_duration_is_the_sum_of_its_parts(parts: tuple[int, int, int, int]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in zip(parts, "dhms", strict=True))
    days, hours, minutes, seconds = parts
    assert parameters.duration(text) == ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@given(st.text(max_size=8))
def test_what_is_no_duration_or_address_is_refused_and_nothing_worse(text: str) -> None:
    for kind in (parameters.duration, parameters.host_and_port, parameters.names, parameters.url, parameters.time_zone):
        with suppress(click.BadParameter):
            kind(text)
