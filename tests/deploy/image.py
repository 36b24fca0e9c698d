"""The image without a container engine: the Dockerfile's own steps, in a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple

from tests.deploy.rendering import ROOT

UID = 65532
DOCKERFILE = ROOT / "Dockerfile"
_CONTINUED = re.compile(r"\s*\\\n\s*")
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_TOOLS = Path(sys.executable).parent


class Image(NamedTuple):
    """What the image would hold: a virtual environment, a folder for the store, and one nobody may write to.

    `user` is how a process is started as the container's user; empty where that is not to be had: only root may change
    the user, and only to one who may read Python.
    """

    environment: Path
    store: Path
    root: Path
    user: dict[str, object]

    @property
    def command(self) -> str:
        """What the entry point starts."""
        return str(self.environment / "bin/rollouts-notifier")

    @property
    def process(self) -> dict[str, Any]:
        """How a process of the container starts: as nobody in particular, where nothing can be written."""
        variables = {"PATH": f"{self.environment}/bin", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
        return {"cwd": self.root, "env": variables, **self.user}

    def run(self, *arguments: str, given: str = "") -> str:
        """Start the entry point with arguments and something on its standard input; what it prints."""
        command = (self.command, *arguments)
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, **self.process)
        assert done.returncode == 0, done.stderr
        return str(done.stdout)


@cache
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, in order."""
    lines = _CONTINUED.sub(" ", DOCKERFILE.read_text(encoding="utf-8")).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word and word != "#"]


def arguments(instruction: str) -> list[str]:
    """The arguments of each instruction of a kind."""
    return [rest for word, rest in instructions() if word == instruction]


def sources() -> list[str]:
    """What is copied from the repository."""
    copied = (copy.split()[:-1] for copy in arguments("COPY") if not copy.startswith("--from"))
    return [source for some in copied for source in some]


def build(folder: Path) -> Image:
    """Do what the Dockerfile does, but for fetching: locked packages are linked from where the tests run."""
    wheel = _wheel(folder / "build")
    environment = folder / "environment"
    public = _public_python() if os.geteuid() == 0 else None
    _run(public or sys.executable, "-m", "venv", "--without-pip", environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    for name, version in _LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        _link(name, version, packages)
    python = environment / "bin/python"
    _run(sys.executable, "-m", "pip", "--quiet", "--python", python, "install", "--no-index", "--no-deps", wheel)
    _run(python, "-m", "compileall", "-q", packages / "notifier")
    user: dict[str, object] = {"user": UID, "group": UID, "extra_groups": []} if public else {}
    image = Image(environment, folder / "store", folder / "root", user)
    image.store.mkdir()
    image.root.mkdir(mode=0o555)
    if user:
        os.chown(image.store, UID, UID)
    return image


def _public_python() -> Path | None:
    """A Python of the version that the tests run on, where every user may run it."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = (str(Path(sys.executable).resolve().parent), *os.get_exec_path())
    found = (Path(folder, name).resolve() for folder in folders)
    return next((path for path in found if path.is_file() and _open_to_all(path)), None)


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _wheel(context: Path) -> Path:
    """Build the wheel of what the Dockerfile copies, and of nothing else."""
    for source in sources():
        there, here = ROOT / source, context / source
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(there, here)
    _run(_TOOLS / "hatchling", "build", "-t", "wheel", cwd=context)
    (wheel,) = context.glob("dist/*.whl")
    return wheel


def _link(name: str, version: str, packages: Path) -> None:
    """Let an environment find a package that is installed here, in its locked version."""
    found = distribution(name)
    assert found.version == version, f"requirements.lock wants {name} {version}, {found.version} is installed"
    for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
        (packages / top).symlink_to(str(found.locate_file(top)))


def _run(*command: object, cwd: Path | None = None) -> None:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
