"""Programs made of Go modules, built once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path


class CannotBuildError(Exception):
    """A program cannot be built here; the text says why."""


class NoToolchainError(CannotBuildError):
    """There is no Go on the PATH."""


def kept(name: str, made_of: Iterable[bytes]) -> Path:
    """Where programs of a name are kept; made of something else, they are another folder."""
    digest = hashlib.sha256(b"\0".join(made_of)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "rollouts-notifier" / name / digest


def build_once(folder: Path, build: Callable[[Path], object]) -> None:
    """Let `build` fill a folder unless that was done before; who comes second waits. Raises what `build` raises."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return
        unfinished = folder.with_suffix(f".{os.getpid()}")
        unfinished.mkdir()
        try:
            build(unfinished)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def go(*arguments: str, modules: Path) -> str:
    """What a go command prints in a folder of modules, run without a C compiler's help. Raises CannotBuildError."""
    if (program := shutil.which("go")) is None:
        raise NoToolchainError("no Go toolchain: install Go 1.26 or newer")
    environment = os.environ | {"CGO_ENABLED": "0"}
    command = (program, *arguments)
    done = subprocess.run(command, cwd=modules, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotBuildError(f"go {arguments[0]} has failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
