"""Templates as trees: leaves are rendered, structure stays what it is, keys are never rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from notifier.jinja.language import Language, Leaf, Scope
from notifier.secrets import harmless, names

Node = Callable[[Scope], Any]


class Tree:
    """A compiled template."""

    def __init__(self, plan: Any, language: Language, *, html: bool) -> None:
        self._plan = plan
        self._budget = language.budget
        self._dialect = language.html if html else language.text
        self._with_macros = any(leaf.uses_macros for leaf in _leaves(plan))

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return the tree with its leaves rendered; the variables are not changed.

        Raises TemplateError, which names the leaf's path and the line within the leaf.
        """
        rendered = self._rendered(variables)
        if names(rendered):
            rendered = self._rendered(harmless(dict(variables)))
        return rendered

    def _rendered(self, variables: Mapping[str, Any]) -> Any:
        scope = self._dialect.scope(variables, self._budget, with_macros=self._with_macros)
        return _render(self._plan, scope)


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


def _render(plan: Any, scope: Scope) -> Any:
    if isinstance(plan, Leaf):
        return plan.render(scope)
    if isinstance(plan, dict):
        return {key: _render(item, scope) for key, item in plan.items()}
    if isinstance(plan, list):
        return [_render(item, scope) for item in plan]
    return plan


def _leaves(plan: Any) -> Iterator[Leaf]:
    if isinstance(plan, Leaf):
        yield plan
    elif isinstance(plan, dict | list):
        for item in plan.values() if isinstance(plan, dict) else plan:
            yield from _leaves(item)
