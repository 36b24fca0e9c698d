"""Templates as trees: leaves are rendered, structure stays what it is, keys are never rendered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from notifier.errors import TemplateError
from notifier.jinja.language import Language, Leaf, Native
from notifier.jinja.view import View
from notifier.secrets import OPENING, harmless, names

_ESCAPED_OPENING = re.compile(rf"(?<!\\)((?:\\\\)*)\\u{ord(OPENING):04x}", re.IGNORECASE)
"""A placeholder's bracket as JSON may escape it: nothing that a template took from `secrets` is written like this."""


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
            return _render(self._plan, view, variables), view.parent.meter.written


class JsonText:
    """A template whose text is JSON, as Argo's are where structure is meant; TemplateError if it does not compile."""

    def __init__(self, source: str, language: Language, path: str) -> None:
        self._text, self._path = compile_tree(source, language, path=path), path

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return what the text means, None for an empty one; raises TemplateError, with the line of the text."""
        text = _ESCAPED_OPENING.sub(r"\1[", self._text.render(variables))
        try:
            value = json.loads(text, strict=False) if text.strip() else None
            msgspec.json.encode(value)
        except json.JSONDecodeError as error:
            message = f"{self._path}: is not valid JSON once rendered: {error.msg} (`| tojson` quotes a value)"
            raise TemplateError(message, error.lineno) from error
        except UnicodeEncodeError as error:
            raise TemplateError(f"{self._path}: is JSON with one half of a character (such as \\ud83d)", 0) from error
        except RecursionError as error:
            raise TemplateError(f"{self._path}: is JSON that is nested too deep", 0) from error
        return value


def compile_tree(
    tree: Any, language: Language, *, path: str = "", native: Native = Native.NOTHING, html: bool = False
) -> Tree:
    """Compile a template: any mix of dict, list, str, number, bool and null, as YAML gives it, and of compiled parts.

    `path` is where the tree stands in a larger one, for messages. `native` says what leaves that are one expression and
    nothing else keep of that expression's value instead of its text. With `html` what is printed is escaped. Raises
    TemplateError, which names the leaf's path and the line within the leaf.
    """
    dialect = language.html if html else language.text

    def compiled(node: Any, place: str) -> Any:
        if isinstance(node, str):
            return dialect.leaf(node, place or "template", native)
        if isinstance(node, dict):
            return {key: compiled(item, f"{place}.{key}" if place else str(key)) for key, item in node.items()}
        if isinstance(node, list):
            return [compiled(item, f"{place}[{index}]") for index, item in enumerate(node)]
        return node

    return Tree(compiled(tree, path), language, html=html)


def _render(plan: Any, view: View, variables: Mapping[str, Any]) -> Any:
    if isinstance(plan, Leaf):
        return plan.render(view)
    if isinstance(plan, dict):
        return {key: _render(item, view, variables) for key, item in plan.items()}
    if isinstance(plan, list):
        return [_render(item, view, variables) for item in plan]
    return plan.render(variables) if isinstance(plan, Tree | JsonText) else plan
