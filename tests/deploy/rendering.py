"""What the chart and the kustomizations come to: lists of manifests."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Manifest = dict[str, Any]

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/rollouts-notifier"
KUSTOMIZE = ROOT / "deploy/kustomize"
VALUES = Path(__file__).with_name("values")
NAME, NAMESPACE = "rollouts-notifier", "argo-rollouts"
KUBECTL = Path(sys.executable).with_name("kubectl")


class Rendered(NamedTuple):
    """Everything that one way to install applies."""

    manifests: list[Manifest]

    def of(self, kind: str) -> list[Manifest]:
        """All of a kind."""
        return [manifest for manifest in self.manifests if manifest["kind"] == kind]

    def one(self, kind: str) -> Manifest:
        """The only one of a kind."""
        (manifest,) = self.of(kind)
        return manifest

    @property
    def pod(self) -> Manifest:
        """The daemon's pod template."""
        template: Manifest = self.one("Deployment")["spec"]["template"]
        return template

    @property
    def container(self) -> Manifest:
        """The daemon's container."""
        (container,) = self.pod["spec"]["containers"]
        return dict(container)


class Helm:
    """The real helm, on the chart."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def run(self, *arguments: str, values: str = "") -> subprocess.CompletedProcess[str]:
        """Call it; `values` are YAML texts."""
        given = ("--values", "-") if values else ()
        command = (self._program, *arguments, *given)
        return subprocess.run(command, input=values, capture_output=True, text=True, cwd=ROOT, check=False)

    def template(self, values: str = "", *options: str) -> Rendered:
        """What an installation would apply, the test pod included."""
        return Rendered(_manifests(_templated(self, values, options)))

    def refusal(self, values: str) -> str:
        """What is said about values that are wrong."""
        done = self.run("template", NAME, str(CHART), values=values)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def notes(self, values: str = "") -> str:
        """What a person reads after an installation."""
        options = ("--namespace", NAMESPACE, "--dry-run=client")
        done = self.run("install", NAME, str(CHART), *options, values=values)
        assert done.returncode == 0, done.stderr
        return done.stdout.partition("\nNOTES:\n")[2]


def kustomized(folder: Path) -> Rendered:
    """What `kubectl apply -k` would apply."""
    return Rendered(_manifests(_built(folder)))


def value_sets() -> list[str]:
    """The names of all sets of values."""
    return sorted(path.stem for path in VALUES.glob("*.yaml"))


def values(name: str) -> str:
    """A set of values, as YAML."""
    return (VALUES / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def _templated(helm: Helm, values: str, options: tuple[str, ...]) -> str:
    done = helm.run("template", NAME, str(CHART), "--namespace", NAMESPACE, *options, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def _built(folder: Path) -> str:
    done = subprocess.run((KUBECTL, "kustomize", folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _manifests(text: str) -> list[Manifest]:
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]
