"""The programs of a real cluster: built from the Go modules of `modules/go.mod` and kept in the user's cache."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.peer.building import build_once, go, kept

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


def folder() -> Path:
    """Where the programs are kept; another go.mod or other flags make it another folder."""
    made_of = (MODULES / "go.mod").read_text(), *_FLAGS, *PACKAGES.values()
    return kept("cluster", (part.encode() for part in made_of))


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
    build_once(folder(), functools.partial(_build, say))


def _build(say: Callable[[str], None], unfinished: Path) -> None:
    for number, (name, package) in enumerate(PACKAGES.items(), 1):
        say(f"building {name} ({number} of {len(PACKAGES)}) …")
        go("build", *_FLAGS, "-o", str(unfinished / name), package, modules=MODULES)
    argo = go("list", "-m", "-f", "{{.Dir}}", ARGO, modules=MODULES)
    shutil.copytree(Path(argo) / "manifests" / "crds", unfinished / _CRDS)
