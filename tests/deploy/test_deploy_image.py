"""The image: what its Dockerfile says, and that its steps lead to a program that works where nothing can be written."""

from __future__ import annotations

import asyncio
import gzip
import json
import signal
import subprocess
import sys
import tempfile
import tomllib
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifier import __version__
from notifier.sandbox.server import ApiServer
from tests.deploy.image import DOCKERFILE, UID, Image, arguments, build, sources
from tests.deploy.rendering import KUSTOMIZE, ROOT, kustomized
from tests.e2e.program import Run

RECORDING = "tests/recordings/s001-basic-canary-narrative.jsonl.gz"


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o755)
        yield build(Path(folder))


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run((hadolint, DOCKERFILE), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_manifests_mean_this_image() -> None:
    container = kustomized(KUSTOMIZE / "base").container
    (store,) = (entry for entry in container["env"] if entry["name"] == "ROLLOUTS_NOTIFIER_STORE")
    assert any(f"{store['name']}={store['value']}" in said for said in arguments("ENV"))
    assert arguments("USER") == [f"{UID}:{UID}"]
    assert arguments("EXPOSE") == [str(port["containerPort"]) for port in container["ports"]]
    assert arguments("VOLUME")[0] in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert json.loads(arguments("ENTRYPOINT")[0]) == ["rollouts-notifier"]
    assert json.loads(arguments("CMD")[0]) == container["args"][:1]


def test_the_image_is_built_by_what_the_project_is_built_by() -> None:
    (needed,) = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert f"pip install {needed} " in " ".join(arguments("RUN"))


def test_nothing_that_is_copied_is_ignored() -> None:
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{source}" for source in sources()} <= {*let_in}


def test_it_says_its_version(image: Image) -> None:
    assert image.run("--version") == f"rollouts-notifier, version {__version__}\n"


def test_it_tells_a_recorded_rollout_as_the_checkout_does(image: Image) -> None:
    lines = gzip.decompress((ROOT / RECORDING).read_bytes()).decode()
    told = image.run("replay", "--events", "-", given=lines)
    here = (Path(sys.executable).with_name("rollouts-notifier"), "replay", "--events", "-")
    assert told == subprocess.run(here, input=lines, capture_output=True, text=True, check=True).stdout
    assert "RolloutCompleted" in told


async def test_it_runs_and_writes_nothing_but_its_store(image: Image) -> None:
    options: dict[str, Any] = image.process
    options["env"] |= {"ROLLOUTS_NOTIFIER_STORE": str(image.store / "store.db")}
    async with ApiServer() as api:
        addresses = ("--server", api.url, "--address", "127.0.0.1:0", "--page-address", "127.0.0.1:0")
        process = await asyncio.create_subprocess_exec(image.command, "run", *addresses, stderr=PIPE, **options)
        running = Run(process)
        try:
            await running.ready()
        finally:
            code = await running.stop(signal.SIGTERM)
    assert code == 0
    assert {path.name for path in image.store.iterdir()} >= {"store.db"}
    assert list(image.root.iterdir()) == []
