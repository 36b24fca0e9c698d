"""Every manifest is one that an API server takes."""

from __future__ import annotations

import json
from functools import cache

import jsonschema  # type: ignore[import-untyped]  # no stubs of it are installed
import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml

from notifier import __version__
from tests.deploy.operator_schemas import SCHEMAS
from tests.deploy.rendering import CHART, KUSTOMIZE, Helm, Manifest, Rendered, kustomized, value_sets, values

OLDEST, NEWEST = "1.25", "1.37"
BY_HELM_ONLY = {"helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/version"}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_manifest_is_valid(rendered: Rendered, version: str) -> None:
    for manifest in rendered.manifests:
        _validate(json.dumps(manifest), version)


def test_every_object_says_where_it_belongs_and_none_stands_twice(rendered: Rendered) -> None:
    seen = set()
    for manifest in rendered.manifests:
        metadata = manifest["metadata"]
        assert ("namespace" in metadata) != manifest["kind"].startswith("Cluster")
        seen.add((manifest["kind"], metadata.get("namespace"), metadata["name"]))
    assert len(seen) == len(rendered.manifests)


@pytest.mark.parametrize("name", value_sets())
def test_helm_finds_nothing_to_say_about_the_chart(helm: Helm, name: str) -> None:
    done = helm.run("lint", "--strict", "--quiet", str(CHART), values=values(name))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "folder"), [("defaults", "base"), ("namespaced", "overlays/namespaced")], ids=["base", "namespaced"]
)
def test_chart_and_kustomization_install_the_same(helm: Helm, name: str, folder: str) -> None:
    assert _comparable(helm.template(values(name), "--skip-tests")) == _comparable(kustomized(KUSTOMIZE / folder))


def test_chart_and_daemon_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == __version__
    assert kustomized(KUSTOMIZE / "base").container["image"].endswith(f":{__version__}")


def test_the_oldest_cluster_that_the_chart_admits_is_the_oldest_that_is_tested() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["kubeVersion"] == f">={OLDEST}.0-0"


def test_the_check_of_validity_finds_what_no_api_server_takes() -> None:
    misspelt = kustomized(KUSTOMIZE / "base").one("Deployment") | {"replicas": 1}
    with pytest.raises(kubernetes_validate.ValidationError):
        _validate(json.dumps(misspelt), NEWEST)


@cache
def _validate(manifest: str, version: str) -> None:
    """Raise what is wrong with a manifest, given as JSON: reading the schemas is what takes long."""
    given = json.loads(manifest)
    if schema := SCHEMAS.get(given["kind"]):
        jsonschema.validate(given, schema)
    else:
        kubernetes_validate.validate(given, version, strict=True)


def _comparable(rendered: Rendered) -> dict[tuple[str, str, str], Manifest]:
    """The manifests by kind, namespace and name, without the labels that tell who applied them."""
    found = {}
    for manifest in rendered.manifests:
        metadata = manifest["metadata"]
        labels = {name: text for name, text in metadata.pop("labels", {}).items() if name not in BY_HELM_ONLY}
        watched = metadata["name"] == "rollouts-notifier-watched"  # kustomize/watched knows nothing of the daemon
        found[manifest["kind"], metadata.get("namespace", ""), metadata["name"]] = {
            **manifest,
            "labels": {} if watched else labels,
        }
    return found
