"""Templates as trees: leaves are rendered, structure stays what it is, keys are never rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifier.jinja.language import Language, Leaf
from notifier.jinja.view import View
from notifier.secrets import OPENING, harmless, names


class Tree:
    """A compiled template."""

    def __init__(self, plan: Any, language: Language, *, html: bool) -> None:
        self._plan = plan
        self._budget = language.budget
        self._dialect = language.html if html else language.text

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return the tree with its leaves rendered; the variables are not changed.

        Raises TemplateError, which names the leaf's path and the line within the leaf.
        """
        rendered, written = self._rendered(variables)
        if OPENING in "".join(written) and names(rendered):
            rendered, _ = self._rendered(harmless(dict(variables)))
        return rendered

    def _rendered(self, variables: Mapping[str, Any]) -> tuple[Any, list[str]]:
        with self._dialect.view(variables, self._budget) as view:
            return _render(self._plan, view), view.parent.meter.written


def compile_tree(tree: Any, language: Language, *, path: str = "", native: bool = False, html: bool = False) -> Tree:
    """Compile a template: any mix of dict, list, str, number, bool and null, as YAML gives it.

    `path` is where the tree stands in a larger one, for messages. With `native` a leaf that is one expression and
    nothing else yields that expression's value (a number, a list, null) instead of its text. With `html` what is
    printed is escaped. Raises TemplateError, which names the leaf's path and the line within the leaf.
    """
    dialect = language.html if html else language.text

    def compiled(node: Any, place: str) -> Any:
        if isinstance(node, str):
            return dialect.leaf(node, place or "template", native=native)
        if isinstance(node, dict):
            return {key: compiled(item, f"{place}.{key}" if place else str(key)) for key, item in node.items()}
        if isinstance(node, list):
            return [compiled(item, f"{place}[{index}]") for index, item in enumerate(node)]
        return node

    return Tree(compiled(tree, path), language, html=html)


def _render(plan: Any, view: View) -> Any:
    if isinstance(plan, Leaf):
        return plan.render(view)
    if isinstance(plan, dict):
        return {key: _render(item, view) for key, item in plan.items()}
    if isinstance(plan, list):
        return [_render(item, view) for item in plan]
    return plan
