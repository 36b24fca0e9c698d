"""From what fired to what is sent: the templates' sections for one service, filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifier.config.schema import Template
from notifier.errors import TemplateError
from notifier.jinja import Tree
from notifier.jinja.values import text
from notifier.model import Message

_MARKUP = frozenset({"slack"})
"""Service types that read `<…>` in texts as links and mentions; what data holds of it must stay text."""


class Rendered(NamedTuple):
    """A message, and what went wrong on the way to it: then it says what the fallback says."""

    message: Message
    faults: tuple[str, ...] = ()


def render(
    templates: Sequence[Template], service: tuple[str, str], variables: Mapping[str, Any], fallback: str
) -> Rendered:
    """The message of some templates, later ones over earlier ones, for a service given by type and name.

    A section sees the plain message as `message`; its `groupingKey` is the message's thread.
    `fallback` is the plain message where no template gives one, or one cannot be filled in.
    """
    if service[0] in _MARKUP:
        variables, fallback = escaped(variables), escaped(fallback)
    message, body, faults = "", dict[str, Any](), list[str]()
    for template in templates:
        try:
            message = _text(template.sections.get("message"), variables) or message
            section = _section(template, *service)
            body = section.render({**variables, "message": message or fallback}) if section else body
        except TemplateError as error:
            faults.append(f"template {template.name}: {error}")
    return Rendered(Message(message or fallback, body or {}, _thread(body)), tuple(faults))


def escaped(value: Any) -> Any:
    """A copy of a JSON-like value in whose texts `&`, `<` and `>` are entities; what is not JSON is left as it is."""
    if isinstance(value, str):
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [escaped(item) for item in value]
    return value


def _text(tree: Tree | None, variables: Mapping[str, Any]) -> str:
    return text(tree.render(variables)).strip() if tree else ""


def _thread(body: Any) -> str:
    return text(body.get("groupingKey")).strip() if isinstance(body, dict) else ""


def _section(template: Template, kind: str, name: str) -> Tree | None:
    """A service's own section; where sections are by service name, the one of that name or `*`."""
    sections = template.sections
    return sections.get(f"{kind}.{name}") or sections.get(f"{kind}.*") or sections.get(kind)
