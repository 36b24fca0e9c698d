"""docs/install.md: its files are good, and as much of its commands as needs no cluster is carried out."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest

from notifier import __version__
from notifier.cli import main
from notifier.model import Object
from notifier.sandbox.receivers import WebhookSink
from notifier.sandbox.server import ApiServer
from tests.deploy import real_helm
from tests.deploy.rendering import KUBECTL, ROOT
from tests.integration.daemon.stage import Stage, rollout, subscribed, until

TEXT = (ROOT / "docs/install.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, block in FENCED.findall(TEXT) if kind == "sh" for line in block.splitlines()]
CREATED = "kubectl -n argo-rollouts create "
OFFLINE = {
    "helm upgrade --install ": "helm template ",
    "helm template ": "helm template ",
    "kubectl apply -k ": "kubectl kustomize ",
    CREATED: CREATED,
    "rollouts-notifier ": "rollouts-notifier ",
}
"""What a command begins with, and with what it does the same without a cluster."""
OUR_COMMANDS = [command.partition(" -- ")[2] for command in COMMANDS if " -- " in command]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout with the files of the page beside it."""
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    for kind, block in FENCED.findall(TEXT):
        if kind == "yaml":
            name, _, text = block.removeprefix("# ").partition("\n")
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with ApiServer(bookmark_every=0.1) as api, WebhookSink() as sink:
        yield Stage(tmp_path, api, sink)


def offline(command: str) -> str:
    """The command as it can be tried, "" if it needs a cluster."""
    for start, instead in OFFLINE.items():
        if command.startswith(start):
            more = " --dry-run=client -o yaml" if start == CREATED else ""
            return command.replace(start, instead, 1) + more
    return ""


@pytest.mark.parametrize("command", list(filter(None, map(offline, COMMANDS))))
def test_a_command_of_the_page_does_what_it_says(command: str, folder: Path) -> None:
    name, *arguments = shlex.split(command)
    program = _helm() if name == "helm" else KUBECTL.with_name(name)
    done = subprocess.run((program, *arguments), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert name == "rollouts-notifier" or "kind: " in done.stdout


def test_enough_of_the_page_can_be_tried() -> None:
    assert len([command for command in COMMANDS if offline(command)]) >= 8
    assert len(OUR_COMMANDS) >= 1


@pytest.mark.parametrize("command", OUR_COMMANDS)
def test_what_is_called_in_the_pod_is_a_command(command: str) -> None:
    name, group, *rest = shlex.split(command)
    assert name == "rollouts-notifier"
    context = click.Context(main)
    found = main.get_command(context, group)
    assert isinstance(found, click.Group)
    called = found.get_command(context, rest[0])
    assert called is not None
    called.make_context(rest[0], rest[1:])


def test_images_of_the_page_have_the_version_of_the_program() -> None:
    assert {*re.findall(r"rollouts-notifier:(\d+\.\d+\.\d+)", TEXT)} == {__version__}
    assert {*re.findall(r"(?:newTag: |image\.tag=)(\S+)", TEXT)} == {__version__}


def test_every_file_that_is_linked_is_there() -> None:
    for link in re.findall(r"\]\((\.\./[^)]+)\)", TEXT):
        assert (ROOT / "docs" / link).is_file(), link


async def test_the_first_message_comes_as_the_page_says(stage: Stage) -> None:
    trigger, paused = "on-rollout-manually-paused", {"spec": {"replicas": 1, "paused": True}}
    assert f"subscribe.{trigger}.slack=" in TEXT
    stage.configure(stage.services("hooks"))
    checkout: Object = rollout("checkout", annotations=subscribed("hooks", trigger=trigger))
    stage.put(checkout)
    async with stage.ready():
        stage.put(checkout | paused)
        await until(lambda: stage.told("hooks"))


def _helm() -> Path:
    try:
        return real_helm.program()
    except real_helm.UnavailableError as error:
        pytest.skip(str(error))
