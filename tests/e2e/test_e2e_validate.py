"""`rollouts-notifier validate`: files in; problems, remarks and an exit code out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.program import Finished, call

CONFIG = """kind: ConfigMap
metadata: {name: rollouts-notifier-config, namespace: argo-rollouts}
data:
  service.webhook.hook: "url: http://hook.test"
  trigger.on-x: |
    - when: rollout.status.phase == 'Degraded'
      send: [nope]
"""
ROLLOUT = {
    "kind": "Rollout",
    "metadata": {
        "name": "web",
        "annotations": {"notifications.argoproj.io/subscribe.on-rollout-abort.hook": ""},
    },
}
WHERE, KEY = "ConfigMap argo-rollouts/rollouts-notifier-config", "trigger.on-x"
MISSPELT = "there is no trigger 'on-rollout-abort'; did you mean 'on-rollout-aborted'?"
WHY = "there is no template 'nope'"
ANNOTATION = "notifications.argoproj.io/subscribe.on-rollout-abort.hook"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a folder `deploy` with two files of ours, one deeper, and some of others'."""
    monkeypatch.chdir(tmp_path)
    deploy = tmp_path / "deploy"
    (deploy / "apps, all").mkdir(parents=True)
    (deploy / "config.yml").write_text(CONFIG)
    (deploy / "apps, all" / "web.json").write_text(json.dumps(ROLLOUT, indent=2))
    (deploy / "values.yaml").write_text("replicas: 3\n")
    (deploy / "notes.txt").write_text("{")
    return deploy


async def validate(*arguments: str, stdin: str = "") -> Finished:
    return await call("validate", *arguments, stdin=stdin.encode())


async def test_a_folder_is_read_whole_and_problems_are_said_one_a_line(folder: Path) -> None:
    finished = await validate("-f", folder.name)
    assert finished.code == 1
    assert finished.out.splitlines() == [
        f"deploy/apps, all/web.json:6: Rollout web, {ANNOTATION}: {MISSPELT}",
        f"deploy/config.yml:7: {WHERE}, {KEY}: {WHY}",
        "2 problems in 3 files",
    ]
    assert finished.err == ""


@pytest.mark.usefixtures("folder")
async def test_as_json_there_is_one_object() -> None:
    finished = await validate("-f", "deploy/config.yml", "-o", "json")
    assert finished.code == 1
    problem = {"file": "deploy/config.yml", "line": 7, "object": WHERE, "key": KEY, "message": WHY}
    assert json.loads(finished.out) == {"problems": [problem], "files": 1}


@pytest.mark.usefixtures("folder")
async def test_for_github_there_is_an_escaped_command_a_problem() -> None:
    finished = await validate("deploy", "-o", "github")
    first, second = finished.out.splitlines()
    assert first == f"::error file=deploy/apps%2C all/web.json,line=6::Rollout web, {ANNOTATION}: {MISSPELT}"
    assert second == f"::error file=deploy/config.yml,line=7::{WHERE}, {KEY}: {WHY}"


@pytest.mark.usefixtures("folder")
async def test_several_files_are_checked_together() -> None:
    good = CONFIG.replace("nope", "rollout-aborted").replace("on-x", "on-rollout-abort")
    finished = await validate("-f", "-", "deploy/apps, all/web.json", stdin=good)
    assert (finished.code, finished.out) == (0, "2 files, no problems\n")


async def test_standard_input_may_hold_several_documents_and_begin_with_a_byte_order_mark() -> None:
    finished = await validate("-f", "-", stdin=f"\ufeff{CONFIG}---\n{json.dumps(ROLLOUT)}\n")
    assert finished.code == 1
    assert [line.partition(" ")[0] for line in finished.out.splitlines()] == ["-:7:", "-:9:", "2"]


@pytest.mark.parametrize("output", ["text", "json", "github"])
async def test_with_nothing_to_mend_the_exit_code_is_0_and_remarks_go_to_standard_error(output: str) -> None:
    finished = await validate("-f", "-", "-o", output, stdin="kind: ConfigMap\nmetadata: {name: app}\ndata: {a: b}\n")
    expected = {"text": "1 file, no problems\n", "json": '{"problems":[],"files":1}\n', "github": ""}
    assert (finished.code, finished.out) == (0, expected[output])
    assert finished.err == "-:1: ConfigMap app is ignored: none of its keys is about notifications\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "there is no file to check"),
        (("-f", "nowhere.yaml"), "nowhere.yaml cannot be read: No such file or directory"),
        (("-f", "binary.yaml"), "binary.yaml cannot be read: it is not UTF-8"),
        (("-f", "empty"), "there is no file to check"),
        (("-f", "deploy", "-o", "xml"), "'xml' is not one of"),
    ],
)
async def test_wrong_use_is_exit_code_2_and_said_on_standard_error(
    folder: Path, arguments: tuple[str, ...], why: str
) -> None:
    (folder.parent / "empty").mkdir()
    (folder.parent / "binary.yaml").write_bytes(b"a: \xff")
    finished = await validate(*arguments)
    assert (finished.code, finished.out) == (2, "")
    assert why in finished.err
