"""Templates are trees: their leaves are rendered, their structure stays what it is, keys are never rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def planned(tree: Any, leaf: Callable[[str, str], Any], path: str = "") -> Any:
    """Return a tree with each text in it replaced by what `leaf` makes of it and its path, as `fields[0].value`."""
    if isinstance(tree, str):
        return leaf(tree, path)
    if isinstance(tree, dict):
        return {key: planned(item, leaf, f"{path}.{key}" if path else str(key)) for key, item in tree.items()}
    if isinstance(tree, list):
        return [planned(item, leaf, f"{path}[{index}]") for index, item in enumerate(tree)]
    return tree


def filled(plan: Any, leaf: Callable[[Any], Any]) -> Any:
    """Return a plan with everything in it that is neither mapping nor list replaced by what `leaf` makes of it."""
    if isinstance(plan, dict):
        return {key: filled(item, leaf) for key, item in plan.items()}
    if isinstance(plan, list):
        return [filled(item, leaf) for item in plan]
    return leaf(plan)
