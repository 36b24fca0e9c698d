"""docs/migrate-from-argo.md, done as it says, with recordings for the deployments in between."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from notifier.cli import files
from notifier.outbox.protocol import SHADOW
from notifier.outbox.sqlite import SqliteOutbox
from notifier.pipeline import Pipeline
from notifier.replay import Replay
from tests.deploy import real_helm
from tests.docs.markdown import DOCS, ROOT, blocks
from tests.integration.demo.running import COMMAND

PAGE = list(blocks(DOCS / "migrate-from-argo.md"))
COMMANDS = [line.strip() for block in PAGE if block.language == "sh" for line in block.text.splitlines()]
RECORDINGS = ROOT / "tests" / "recordings"
CONFIG_MAP, SECRET = RECORDINGS / "argo" / "configmap.yaml", RECORDINGS / "argo" / "secret.yaml"
DEPLOYED = {"checkout": "s001-basic-canary-narrative", "payments": "x-analysis-inconclusive-and-error"}
"""The recording of each Rollout."""
RECIPIENTS = 3
"""Of each of Argo's triggers in the recordings: a channel, an address, a webhook."""
BASH = shutil.which("bash") or ""
IN_POD = "kubectl -n argo-rollouts exec deploy/rollouts-notifier -- "
COUNTER = 'notification_send_success{{name="{}",namespace="shop",reason="{}",type="Normal"}} {}\n'


def recorded(name: str) -> list[bytes]:
    """What was seen of a Rollout, as if it had been deployed in `shop`."""
    story = DEPLOYED[name]
    text = gzip.decompress((RECORDINGS / f"{story}.jsonl.gz").read_bytes()).decode()
    known_as = json.loads(text.partition("\n")[0])["object"]["metadata"]["name"]
    return text.replace(f"rec-{story}", "shop").replace(known_as, name).encode().splitlines()


async def deployed(store: Path) -> None:
    """Both Rollouts are deployed beside a daemon in shadow."""
    outbox = SqliteOutbox.open(str(store))
    try:
        pipeline = Pipeline(files.config(str(CONFIG_MAP), str(SECRET)), withheld=SHADOW)
        for name in DEPLOYED:
            async for _ in Replay(outbox, pipeline).run(recorded(name)):
                pass
    finally:
        await outbox.close()


def counted(times: int) -> Iterator[str]:
    """Argo's counters after so many of these deployments."""
    expected = json.loads((RECORDINGS / "expect.json").read_text(encoding="utf-8"))
    yield "# TYPE notification_send_success counter\n"
    for name, story in DEPLOYED.items():
        for reason, number in expected[story]["argo"].items():
            yield COUNTER.format(name, reason, 7 + times * number * RECIPIENTS)
    yield 'notification_send_error{name="web",namespace="shop",reason="RolloutPaused",type="Normal"} 1\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody who has done all that needs a cluster."""
    folder = tmp_path_factory.mktemp("migrating")
    asyncio.run(deployed(folder / "store.db"))
    (folder / "since.txt").write_text("2026-11-21T05:30:00Z\n")
    (folder / "argo-before.txt").write_text("".join(counted(0)))
    (folder / "argo-after.txt").write_text("".join(counted(1)))
    (folder / "argo.yaml").write_text(f"{CONFIG_MAP.read_text()}\n---\n{SECRET.read_text()}")
    (folder / "rollouts.yaml").write_text(json.dumps({"kind": "List", "items": [*map(latest, DEPLOYED)]}))
    (folder / "deploy").symlink_to(ROOT / "deploy")
    for block in PAGE:
        if block.language == "yaml" and block.text.startswith("# "):
            (folder / block.text.partition("\n")[0].removeprefix("# ")).write_text(block.text)
    return folder


def latest(name: str) -> Any:
    """A Rollout after all that was done to it."""
    seen = (json.loads(line)["object"] for line in reversed(recorded(name)))
    return next(found for found in seen if found["kind"] == "Rollout")


def typed(command: str, home: Path) -> str:
    """What a command prints that is good."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(home), "ROLLOUTS_NOTIFIER_STORE": str(home / "store.db")}
    done = subprocess.run(
        (BASH, "-euc", command), cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_comparison_shows_what_the_page_shows(home: Path) -> None:
    if not shutil.which("jq"):
        pytest.skip("there is no jq")
    (listing,) = (line for line in COMMANDS if "-o json > ours.json" in line)
    typed(listing.removeprefix(IN_POD), home)
    shown = [(block, after) for block, after in pairwise(PAGE) if after.language == "text"]
    for block, after in shown:
        lines = (line for line in block.text.splitlines(keepends=True) if not line.startswith("kubectl "))
        assert words(typed("".join(lines), home)) == words(after.text)
    assert len(shown) == 3


def test_what_is_checked_and_migrated_has_no_problems(home: Path) -> None:
    ours = [line for line in COMMANDS if line.startswith("rollouts-notifier ")]
    for command in ours:
        typed(command, home)
    assert len(ours) == 4
    assert {line["verdict"] for line in json.loads((home / "report.json").read_text())} >= {
        "kept",
        "rewritten",
        "needed",
    }


@pytest.mark.parametrize(
    ("number", "there", "missing"),
    [
        (0, ["--shadow", "--config-map-name=argo-rollouts-notification-configmap"], ["--shadow-except"]),
        (1, ["--shadow", "--config-map-name=rollouts-notifier-config"], ["--shadow-except"]),
        (2, ["--secret-name=argo-rollouts-notification-secret"], ["--shadow"]),
        (3, ["--shadow", "--shadow-except=shop"], []),
    ],
)
def test_helm_starts_what_each_step_says(number: int, there: list[str], missing: list[str], home: Path) -> None:
    command = [line for line in COMMANDS if line.startswith("helm ")][number]
    try:
        program = real_helm.program()
    except real_helm.UnavailableError as error:
        pytest.skip(str(error))
    rest = command.replace("helm upgrade ", "").replace("--install ", "")
    (daemon,) = (
        one
        for one in yaml.safe_load_all(typed(f"{shlex.quote(str(program))} template {rest}", home))
        if one and one["kind"] == "Deployment"
    )
    options = daemon["spec"]["template"]["spec"]["containers"][0]["args"]
    assert {*there} <= {*options}
    assert not [option for option in options if option.partition("=")[0] in missing]
