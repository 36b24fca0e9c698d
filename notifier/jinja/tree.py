"""Trees of Jinja2 templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifier.allowance import Allowance
from notifier.jinja.language import Language, Leaf, Native
from notifier.jsontext import JsonText
from notifier.secrets import OPENING, harmless, names
from notifier.trees import filled, planned


class Tree:
    """A compiled template."""

    def __init__(self, plan: Any, language: Language, *, html: bool) -> None:
        self._plan = plan
        self._budget = language.budget
        self._dialect = language.html if html else language.text

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return the tree with its leaves rendered; the variables are not changed, an `allowance` among them is used.

        Raises TemplateError, which names the leaf's path and the line within the leaf.
        """
        rendered, written = self._rendered(variables)
        if OPENING in "".join(written) and names(rendered):
            rendered, _ = self._rendered(harmless(dict(variables)))
        return rendered

    def _rendered(self, variables: Mapping[str, Any]) -> tuple[Any, list[str]]:
        allowance: Allowance | None = variables.get("allowance")
        budget = self._budget._replace(steps=allowance.grant(self._budget.steps)) if allowance else self._budget
        with self._dialect.view(variables, budget) as view:

            def rendered(part: Any) -> Any:
                if isinstance(part, Leaf):
                    return part.render(view)
                return part.render(variables) if isinstance(part, Tree | JsonText) else part

            try:
                return filled(self._plan, rendered), view.parent.meter.written
            finally:
                if allowance:
                    allowance.use(budget.steps - view.parent.meter.steps)


def compile_tree(
    tree: Any, language: Language, *, path: str = "", native: Native = Native.NOTHING, html: bool = False
) -> Tree:
    """Compile a template: any mix of dict, list, str, number, bool and null, as YAML gives it, and of compiled parts.

    `path` is where the tree stands in a larger one, for messages. `native` says what leaves that are one expression and
    nothing else keep of that expression's value instead of its text. With `html` what is printed is escaped. Raises
    TemplateError, which names the leaf's path and the line within the leaf.
    """
    dialect = language.html if html else language.text

    def compiled(text: str, place: str) -> Leaf:
        return dialect.leaf(text, place or "template", native)

    return Tree(planned(tree, compiled, path), language, html=html)
