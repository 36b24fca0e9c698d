"""Trees of templates in Go's syntax: every text in them is a template of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifier import gotemplate
from notifier.errors import TemplateError
from notifier.secrets import new_seal, sealed, unsealed
from notifier.trees import filled, planned

_OURS = frozenset({"now", "allowance"})


class GoText:
    """One compiled template; `path` is where it stands in a larger tree."""

    def __init__(self, source: str, path: str) -> None:
        self._path = path
        try:
            self._template = gotemplate.compile(source)
        except TemplateError as error:
            raise TemplateError(f"{path}: {error.message}", error.line) from error

    def render(self, variables: Mapping[str, Any]) -> str:
        """Return the text; `now` among the variables is the time in seconds since the epoch, `allowance` an Allowance.

        Of the secrets' placeholders only those stay that come from `secrets`. Raises TemplateError.
        """
        now, allowance = variables.get("now"), variables.get("allowance")
        data = {name: value for name, value in variables.items() if name not in _OURS}
        seal = new_seal()
        data["secrets"] = sealed(variables.get("secrets", {}), seal)
        try:
            return unsealed(self._template.render(data, now=now, allowance=allowance), seal)
        except TemplateError as error:
            raise TemplateError(f"{self._path}: {error.message}", error.line) from error


class GoTree:
    """A mapping, list or text whose texts are rendered."""

    def __init__(self, plan: Any) -> None:
        self._plan = plan

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return the tree filled in; raises TemplateError, which names the leaf's path and the line within the leaf."""
        return filled(self._plan, lambda part: part.render(variables) if hasattr(part, "render") else part)


def compile_tree(tree: Any, path: str) -> GoTree:
    """Compile any mix of dict, list, str, number, bool and null. Raises TemplateError with the leaf's path."""
    return GoTree(planned(tree, GoText, path))
