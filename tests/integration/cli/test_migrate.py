"""`rollouts-notifier migrate`: Argo's files in, ours out, the report beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from notifier.cli import main

RECORDINGS = Path(__file__).parents[2] / "recordings"
ARGOS = [str(RECORDINGS / "argo" / name) for name in ("configmap.yaml", "secret.yaml")]
RECORDING = str(RECORDINGS / "s001-basic-canary-narrative.jsonl.gz")
BROKEN = {"kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"trigger.x": "- when: a b", "service.teams": ""}}


def migrated(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["migrate", *arguments], input=stdin)


def test_ours_goes_to_standard_output_and_the_report_to_standard_error() -> None:
    done = migrated("-f", ARGOS[0], "-f", ARGOS[1], "--check", RECORDING)
    assert done.exit_code == 0
    (ours,) = yaml.safe_load_all(done.stdout)
    assert ours["metadata"] == {"name": "rollouts-notifier-config", "namespace": "argo-rollouts"}
    assert len(ours["data"]) == len(yaml.safe_load(Path(ARGOS[0]).read_text())["data"])
    lines = done.stderr.splitlines()
    assert lines[0] == "ConfigMap argo-rollouts/argo-rollouts-notification-configmap"
    assert "  template.degraded: rewritten: in Jinja2; renders the same" in lines
    assert lines[-1] == "  slack-token: needed: by service.slack"
    assert "xoxb" not in done.output


def test_the_secret_is_written_beside_it_when_asked_for() -> None:
    done = migrated(*ARGOS, "--with-secret", "--namespace", "mine")
    assert done.exit_code == 0
    assert [found["metadata"]["namespace"] for found in yaml.safe_load_all(done.stdout)] == ["mine", "mine"]
    assert yaml.safe_load_all(done.stdout)
    assert "xoxb" in done.stdout
    assert "xoxb" not in done.stderr


def test_files_may_come_through_a_pipe_and_go_out_as_json(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = migrated(
        "-f",
        "-",
        "-o",
        "json",
        "--with-secret",
        "--report",
        str(report),
        stdin="---\n".join(Path(file).read_text() for file in ARGOS),
    )
    assert (done.exit_code, done.stderr) == (0, "")
    assert [found["kind"] for found in json.loads(done.stdout)["items"]] == ["ConfigMap", "Secret"]
    said = {line["key"]: (line["verdict"], line.get("message", "")) for line in json.loads(report.read_text())}
    assert said["template.healthy"] == ("rewritten", "in Jinja2; renders the same")
    assert said["slack-token"] == ("kept", "by service.slack")


def test_what_will_not_work_ends_with_1_and_is_named(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    done = migrated("-o", "json", "--report", str(report), "-", stdin=json.dumps(BROKEN))
    assert done.exit_code == 1
    assert json.loads(done.stdout)["data"] == BROKEN["data"]
    broken, unsupported = report.read_text().splitlines()[1:]
    assert broken.startswith("  trigger.x: does not work: `a b`: ")
    assert unsupported.startswith("  service.teams: not supported: ")


def test_configmaps_of_several_namespaces_become_as_many() -> None:
    texts = [json.dumps(BROKEN | {"metadata": {"name": "a", "namespace": place}}) for place in ("one", "two")]
    done = migrated("-", stdin="\n---\n".join(texts))
    assert [found["metadata"]["namespace"] for found in yaml.safe_load_all(done.stdout)] == ["one", "two"]
    done = migrated("-", "--namespace", "three", stdin="\n---\n".join(texts))
    assert (done.exit_code, "several ConfigMaps" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "there is no ConfigMap"),
        (["-f", ARGOS[1]], "there is no ConfigMap"),
        (["-f", "/nowhere.yaml"], "/nowhere.yaml cannot be read"),
        ([ARGOS[0], "--check", "/nowhere.jsonl"], "/nowhere.jsonl cannot be read"),
        ([ARGOS[0], "--check", ARGOS[0]], "configmap.yaml holds no Rollout"),
        ([ARGOS[0], "--report", "/nowhere/report"], "/nowhere/report cannot be written"),
        ([ARGOS[0], "-f", RECORDING], "it is not UTF-8"),
        (["-"], "-:1: this is no YAML"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(arguments: list[str], why: str) -> None:
    done = migrated(*arguments, stdin="a: b: c")
    assert done.exit_code == 2
    assert why in done.stderr
