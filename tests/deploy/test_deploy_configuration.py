"""ConfigMap and Secret that the chart makes of values."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from notifier.cli.validate import command as validate
from tests.deploy.rendering import Helm, Rendered, values

MOVED = "moved-from-argo"
BLOCKS = ("notifiers", "templates", "triggers")


def test_blocks_of_argos_chart_arrive_word_for_word(helm: Helm) -> None:
    given = yaml.safe_load(values(MOVED))["notifications"]
    data = helm.template(values(MOVED)).one("ConfigMap")["data"]
    for block in BLOCKS:
        assert given[block].items() <= data.items()
    assert yaml.safe_load(data["subscriptions"]) == given["subscriptions"]
    assert yaml.safe_load(data["context"]) == given["context"]
    assert len(data) == sum(len(given[block]) for block in BLOCKS) + 2


def test_the_daemon_finds_nothing_wrong_with_what_arrives(helm: Helm, tmp_path: Path) -> None:
    rendered = helm.template(values(MOVED))
    file = tmp_path / "both.yaml"
    file.write_text(yaml.safe_dump_all([rendered.one("ConfigMap"), rendered.one("Secret")]), encoding="utf-8")
    done = CliRunner().invoke(validate, ["-f", str(file)])
    assert done.exit_code == 0, done.output


def test_the_secret_holds_what_was_given_and_nothing_else_does(helm: Helm) -> None:
    rendered = helm.template(values(MOVED))
    given = yaml.safe_load(values(MOVED))["notifications"]["secret"]["items"]
    data = rendered.one("Secret")["data"]
    assert {name: base64.b64decode(text).decode() for name, text in data.items()} == given
    others = json.dumps([manifest for manifest in rendered.manifests if manifest["kind"] != "Secret"])
    notes = helm.notes(values(MOVED))
    for name, value in given.items():
        for text in (value, data[name], json.dumps(value)[1:-1]):
            assert text not in others
            assert text not in notes


def test_what_is_made_is_what_the_daemon_is_told_to_read(rendered: Rendered) -> None:
    options = dict(argument.lstrip("-").partition("=")[::2] for argument in rendered.container["args"][1:])
    for kind, option in (("ConfigMap", "config-map-name"), ("Secret", "secret-name")):
        made = [each["metadata"]["name"] for each in rendered.of(kind) if "dashboard" not in each["metadata"]["name"]]
        assert made in ([], [options[option]])


@pytest.mark.parametrize("name", ["defaults", "existing-secret"])
def test_nothing_is_made_where_there_is_nothing_to_put_into_it(helm: Helm, name: str) -> None:
    rendered = helm.template(values(name))
    assert rendered.of("ConfigMap") == rendered.of("Secret") == []


def test_a_configmap_that_is_not_wanted_is_not_made(helm: Helm) -> None:
    rendered = helm.template("notifications: {configmap: {create: false}, context: {cluster: a}}")
    assert rendered.of("ConfigMap") == []


def test_notes_say_what_is_lost_without_a_volume(helm: Helm) -> None:
    assert "A restart of the pod forgets" in helm.notes(values("no-volume"))
    assert "forgets" not in helm.notes()


def test_notes_say_how_to_name_a_service_until_there_is_one(helm: Helm) -> None:
    assert "no service is configured" in helm.notes()
    assert "no service is configured" not in helm.notes(values(MOVED))
    assert "no service is configured" not in helm.notes(values("existing-secret"))
