"""From what fired to what is sent: the templates' sections for one service, filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifier.config.schema import Template
from notifier.errors import TemplateError
from notifier.jinja import Tree
from notifier.jinja.values import text
from notifier.model import Message


class Rendered(NamedTuple):
    """A message, and what went wrong on the way to it: then it says what the fallback says."""

    message: Message
    faults: tuple[str, ...] = ()


def render(
    templates: Sequence[Template], service: tuple[str, str], variables: Mapping[str, Any], fallback: str
) -> Rendered:
    """The message of some templates, later ones over earlier ones, for a service given by type and name.

    A section sees the plain message as `message`.
    `fallback` is the plain message where no template gives one, or one cannot be filled in.
    """
    message, body, faults = "", None, list[str]()
    for template in templates:
        try:
            message = _text(template.sections.get("message"), variables) or message
            section = _section(template, *service)
            body = section.render({**variables, "message": message or fallback}) if section else body
        except TemplateError as error:
            faults.append(f"template {template.name}: {error}")
    return Rendered(Message(message or fallback, body or {}), tuple(faults))


def _text(tree: Tree | None, variables: Mapping[str, Any]) -> str:
    return text(tree.render(variables)).strip() if tree else ""


def _section(template: Template, kind: str, name: str) -> Tree | None:
    """A service's own section; where sections are by service name, the one of that name or `*`."""
    sections = template.sections
    return sections.get(f"{kind}.{name}") or sections.get(f"{kind}.*") or sections.get(kind)
