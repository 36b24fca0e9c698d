"""The programs of a real cluster: built from the Go modules of `modules/go.mod` and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

MODULES = Path(__file__).with_name("modules")
ARGO = "github.com/argoproj/argo-rollouts"
PACKAGES = {
    "rollouts-controller": f"{ARGO}/cmd/rollouts-controller",
    "kubectl-argo-rollouts": f"{ARGO}/cmd/kubectl-argo-rollouts",
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
}
"""Each program's main package. The first compiles most of what the others share."""

_VERSION = "k8s.io/component-base/version.git"
_FLAGS = (
    *("-mod=readonly", "-buildvcs=false", "-ldflags"),
    f"-s -w -X {_VERSION}Version=v1.34.1 -X {_VERSION}Major=1 -X {_VERSION}Minor=34",
)
_CRDS = "crds"


class CannotBuildError(Exception):
    """The programs cannot be built here; the text says why."""


def folder() -> Path:
    """Where the programs are kept; another go.mod or other flags make it another folder."""
    made_of = (MODULES / "go.mod").read_text(), *_FLAGS, *PACKAGES.values()
    digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "rollouts-notifier" / "cluster" / digest


def are_built() -> bool:
    """Whether a cluster can be started at once."""
    return folder().is_dir()


def program(name: str) -> Path:
    """The file of one of `PACKAGES`."""
    return folder() / name


def crds() -> list[Path]:
    """Argo's custom resource definitions."""
    return sorted((folder() / _CRDS).glob("*-crd.yaml"))


def build(say: Callable[[str], None]) -> None:
    """Build what is not there yet: some eight minutes on two cores the first time. Raises CannotBuildError."""
    if are_built():
        return
    unfinished = folder().with_suffix(f".{os.getpid()}")
    unfinished.mkdir(parents=True)
    try:
        for number, (name, package) in enumerate(PACKAGES.items(), 1):
            say(f"building {name} ({number} of {len(PACKAGES)}) …")
            _go("build", *_FLAGS, "-o", str(unfinished / name), package)
        argo = _go("list", "-m", "-f", "{{.Dir}}", ARGO)
        shutil.copytree(Path(argo) / "manifests" / "crds", unfinished / _CRDS)
        _put(unfinished)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put(finished: Path) -> None:
    """Let a folder take its place, unless somebody else was faster."""
    try:
        finished.rename(folder())
    except OSError:
        if not are_built():
            raise


def _go(*arguments: str) -> str:
    """What a go command prints, run without a C compiler's help. Raises CannotBuildError."""
    if (go := shutil.which("go")) is None:
        raise CannotBuildError("no Go toolchain: install Go 1.26 or newer")
    environment = os.environ | {"CGO_ENABLED": "0"}
    done = subprocess.run((go, *arguments), cwd=MODULES, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotBuildError(f"go {arguments[0]} has failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
