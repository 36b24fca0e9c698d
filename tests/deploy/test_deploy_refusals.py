"""Values that cannot be meant are refused before anything is installed, in words."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
import yaml

from notifier.cli.run import command
from tests.deploy.rendering import CHART, Helm

BY_OTHER_VALUES = {
    "kubeconfig": "the pod has a service account",
    "context": "likewise",
    "server": "likewise",
    "namespaces": "rbac.namespaces",
    "config_map_name": "notifications.configmap.existing",
    "secret_name": "notifications.secret.existing",
    "config_namespace": "the release's",
    "config_map": "the ConfigMap is watched",
    "secret": "the Secret is watched",
    "store": "where the volume is",
    "address": "where the probes ask",
}
"""Options of `run` that are no `settings`, and what is there instead."""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("replicaCount: 2", "replicaCount must be 1: the store is one SQLite file, which two pods must not share"),
        ("replicas: 1", "additional properties 'replicas' not allowed"),
        ("persistence: {enable: false}", "'/persistence': additional properties 'enable' not allowed"),
        ("persistence: {size: lots}", "'/persistence/size'"),
        ("persistence: {accessModes: [ReadWriteMany]}", "must be one of 'ReadWriteOnce', 'ReadWriteOncePod'"),
        ("image: {pullPolicy: Sometimes}", "must be one of 'Always', 'IfNotPresent', 'Never'"),
        ("settings: {retryHorizon: a day}", "'/settings/retryHorizon'"),
        ("settings: {namespaces: shop}", "additional properties 'namespaces' not allowed"),
        ("rbac: {namespaces: [Shop]}", "'/rbac/namespaces/0': 'Shop' does not match"),
        ("rbac: {namespaces: shop}", "got string, want array"),
        ("notifications: {notifiers: {slack: x}}", "'slack' does not match pattern '^service"),
        ("notifications: {templates: {service.slack: x}}", "does not match pattern '^template"),
        ("notifications: {notifiers: {service.slack: {token: x}}}", "got object, want string"),
        ("notifications: {secret: {items: {key: v}}}", "no Secret is made of them"),
        ("notifications: {secret: {create: true, existing: ours}}", "leave one of them out"),
        ("notifications: {configmap: {existing: ours}, context: {cluster: a}}", "is yours to fill"),
        ("{rbac: {namespaces: [a]}, settings: {excludedNamespaces: [b]}}", "goes without rbac.namespaces"),
        ("metrics: {rules: {watchAgeSeconds: 60}}", "minimum: got 60, want 600"),
        ("networkPolicy: {egressPorts: []}", "minItems: got 0, want 1"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_in_words(helm: Helm, wrong: str, said: str) -> None:
    assert said in helm.refusal(wrong)


def test_a_chart_that_depends_on_this_one_may_have_global_values(helm: Helm) -> None:
    assert helm.template("global: {imageRegistry: registry.example.com}").one("Deployment")


def test_every_value_has_a_default_that_the_schema_describes() -> None:
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert sorted(_undescribed(defaults, _schema())) == []


def test_the_check_of_defaults_finds_what_is_not_described() -> None:
    assert list(_undescribed({"image": {"tga": ""}, "b": 1}, _schema())) == ["image.tga", "b"]


def test_settings_are_all_options_of_run_that_no_other_value_sets() -> None:
    options = {option.name for option in command.params if isinstance(option, click.Option)}
    parameters = {_snake(name) for name in _settings()}
    assert parameters == options - BY_OTHER_VALUES.keys(), "describe it in values.schema.json, or say what sets it"


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    return schema


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = _schema()["properties"]["settings"]["properties"]
    return settings


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _undescribed(given: dict[str, Any], schema: dict[str, Any], path: str = "") -> list[str]:
    """Keys of `given` that a schema of objects does not name."""
    found = []
    for key, value in given.items():
        described = schema["properties"].get(key)
        if described is None:
            found.append(path + key)
        elif isinstance(value, dict) and "properties" in described:
            found += _undescribed(value, described, f"{path}{key}.")
    return found
