"""The pods that are installed: who they run as, what they are told, who reaches them."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.cli.run import command
from notifier.settings import Settings
from tests.deploy.pod_security import violations
from tests.deploy.rendering import Helm, Manifest, Rendered, values

STORE = "/var/lib/rollouts-notifier/store.db"
HELM_TEST = "helm.sh/hook"


def pods(rendered: Rendered) -> list[Manifest]:
    """Every pod's spec."""
    return [rendered.pod["spec"], *(pod["spec"] for pod in rendered.of("Pod"))]


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def test_no_pod_may_more_than_the_restricted_standard(rendered: Rendered) -> None:
    assert [violations(pod) for pod in pods(rendered)] == [[] for _ in pods(rendered)]
    for pod in pods(rendered):
        assert pod["securityContext"]["runAsUser"] == 65532


@pytest.mark.parametrize(
    "loosened",
    [
        {"securityContext": {}},
        {"securityContext": {"privileged": True}},
        {"ports": [{"containerPort": 1, "hostPort": 1}]},
        {"hostNetwork": True},
        {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]},
    ],
    ids=str,
)
def test_the_check_of_the_standard_finds_what_is_loosened(helm: Helm, loosened: dict[str, Any]) -> None:
    pod = helm.template().pod["spec"]
    place = pod if {*loosened} & {"hostNetwork", "volumes"} else pod["containers"][0]
    place |= loosened
    assert violations(pod)


def test_there_is_one_daemon_at_a_time(rendered: Rendered) -> None:
    spec = rendered.one("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_the_daemon_is_told_what_it_understands(rendered: Rendered) -> None:
    name, *arguments = rendered.container["args"]
    assert name == "run"
    if "--ca-file=/etc/receivers/ca.crt" in arguments:
        arguments.remove("--ca-file=/etc/receivers/ca.crt")  # a file that has to be there
    Settings.of(**command.make_context(name, arguments).params)


def test_every_setting_of_the_chart_arrives(helm: Helm) -> None:
    arguments = helm.template(values("settings")).container["args"]
    settings = Settings.of(**command.make_context("run", arguments[1:]).params)
    assert settings.watch.excluded == ("kube-system", "sandbox")
    assert (
        settings.watch.selector
        == "team in (shop, billing),!legacy,argo-rollouts.argoproj.io/controller-instance-id=blue"
    )
    assert settings.config.zone == "Europe/Berlin"
    assert (settings.delivery.horizon, settings.delivery.grace) == (43_200, 15)
    assert (settings.store.keep_deliveries, settings.store.keep_events) == (7 * 86_400, 90 * 86_400)
    assert (settings.view.log_format, settings.view.log_level) == ("console", "debug")


def test_the_daemon_has_time_to_stop(rendered: Rendered) -> None:
    seconds_to_write_what_is_left = 5
    longest = Settings().delivery.grace + seconds_to_write_what_is_left
    assert rendered.pod["spec"]["terminationGracePeriodSeconds"] > longest


def test_the_store_is_on_a_volume_and_all_that_is_mounted_is_there(rendered: Rendered) -> None:
    environment = {entry["name"]: entry.get("value") for entry in rendered.container["env"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in rendered.container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in rendered.pod["spec"]["volumes"]}
    assert environment["ROLLOUTS_NOTIFIER_STORE"] == STORE
    assert {"/var/lib/rollouts-notifier", "/tmp"} <= mounts.keys()  # noqa: S108  # a folder of the pod's own
    assert set(mounts.values()) <= volumes.keys()
    claim = volumes["store"].get("persistentVolumeClaim", {}).get("claimName")
    made = [each["metadata"]["name"] for each in rendered.of("PersistentVolumeClaim")]
    assert claim == "notifier-data" if not made and claim else [claim] == (made or [None])


def test_only_the_daemon_gets_a_token_of_the_service_account(rendered: Rendered) -> None:
    assert [pod["automountServiceAccountToken"] for pod in pods(rendered)][1:] in ([], [False])
    assert rendered.pod["spec"]["automountServiceAccountToken"] is True
    assert all(account["automountServiceAccountToken"] is False for account in rendered.of("ServiceAccount"))


def test_no_service_passes_for_a_setting(rendered: Rendered) -> None:
    assert all(pod["enableServiceLinks"] is False for pod in pods(rendered))


def test_probes_ask_what_the_health_server_answers(rendered: Rendered) -> None:
    container = rendered.container
    asked = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: get["path"] for name, get in asked.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert {get["port"] for get in asked.values()} == {port["name"] for port in container["ports"]}
    assert [port["containerPort"] for port in container["ports"]] == [Settings().view.address[1]]


def test_service_policy_and_deployment_mean_the_daemon_and_not_the_test(rendered: Rendered) -> None:
    deployment = rendered.one("Deployment")["spec"]
    policies = [policy["spec"]["podSelector"]["matchLabels"] for policy in rendered.of("NetworkPolicy")]
    for selector in (deployment["selector"]["matchLabels"], rendered.one("Service")["spec"]["selector"], *policies):
        assert selects(selector, rendered.pod["metadata"]["labels"])
        for test in rendered.of("Pod"):
            assert test["metadata"]["annotations"][HELM_TEST] == "test"
            assert not selects(selector, test["metadata"]["labels"])


def test_the_network_lets_names_the_api_server_slack_and_mail_pass(helm: Helm) -> None:
    policy = helm.template().one("NetworkPolicy")["spec"]
    out = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert out == {53, 443, 6443, 8443, 25, 465, 587}
    assert policy["ingress"] == [{"ports": [{"port": "metrics"}]}]
