"""How these tests render: one call from source to result, on a Rollout small enough to know by heart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notifier.jinja import Language, Native, compile_tree


@pytest.fixture(scope="session")
def language() -> Language:
    return Language()


@pytest.fixture(scope="session")
def rollout() -> dict[str, Any]:
    return {
        "metadata": {"name": "demo", "namespace": "shop", "labels": {"app": "demo", "team": "a"}},
        "spec": {"replicas": 3, "paused": None, "items": ["x", "y"], "get": "key", "weights": [5, 20, 50]},
        "status": {"phase": "Degraded", "canary": {}, "message": 'error rate "5xx" > 1%\nsee <graphs> & logs'},
    }


@pytest.fixture(scope="session")
def render(language: Language, rollout: dict[str, Any]) -> Callable[..., Any]:
    """Compile a tree and render it with `rollout` and whatever variables are named."""

    def rendered(tree: Any, *, native: Native = Native.NOTHING, html: bool = False, **variables: Any) -> Any:
        compiled = compile_tree(tree, language, native=native, html=html)
        return compiled.render({"rollout": rollout, **variables})

    return rendered
