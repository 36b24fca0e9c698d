"""The peer's programs, built from `../shared/tools/peer` where that and a Go toolchain are at hand."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

_SOURCES = Path(__file__).parents[3] / "shared" / "tools" / "peer"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollouts-notifier" / "peer"


@functools.cache
def program(name: str) -> Path | None:
    """The program `engine` or `sink`, None where it cannot be built; the first time takes minutes."""
    go = shutil.which("go")
    if go is None or not (_SOURCES / name).is_dir():
        return None
    _CACHE.mkdir(parents=True, exist_ok=True)
    command = (go, "build", "-o", str(_CACHE / name), f"./{name}")
    built = subprocess.run(command, cwd=_SOURCES, check=False, capture_output=True)
    return _CACHE / name if built.returncode == 0 else None
