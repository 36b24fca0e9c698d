"""Every way to install: the chart with each set of values, and the kustomizations."""

from __future__ import annotations

import pytest

from tests.deploy import real_helm
from tests.deploy.rendering import KUSTOMIZE, Helm, Rendered, kustomized, value_sets, values

CHARTED = [f"helm {name}" for name in value_sets()]
KUSTOMIZED = ["kustomize base", "kustomize overlays/namespaced", "kustomize overlays/self-service"]


@pytest.fixture(scope="session")
def helm() -> Helm:
    try:
        return Helm(real_helm.program())
    except real_helm.UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(params=[*KUSTOMIZED, *CHARTED])
def rendered(request: pytest.FixtureRequest) -> Rendered:
    how, name = request.param.split()
    if how == "kustomize":
        return kustomized(KUSTOMIZE / name)
    helm: Helm = request.getfixturevalue("helm")
    return helm.template(values(name))
