"""From what fired to what is sent: the templates' sections for one service, filled in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifier.config.schema import FORMS, Engine, Form, Template, Tree
from notifier.errors import TemplateError
from notifier.jinja.values import text
from notifier.model import Message

_MARKUP = frozenset({"slack"})
"""Service types that read `<…>` in texts as links and mentions; what data holds of it must stay text."""


class Rendered(NamedTuple):
    """A message, and what went wrong on the way to it: then it says what the fallback says."""

    message: Message
    faults: tuple[str, ...] = ()


def render(
    templates: Sequence[Template], service: tuple[str, str], variables: Mapping[str, Any], fallback: str, now: float
) -> Rendered:
    """The message of some templates, later ones over earlier ones, for a service given by type and name.

    A section sees the plain message as `message`; its `groupingKey` is the message's thread.
    `fallback` is the plain message where no template gives one, or one cannot be filled in: then it says so.
    """
    views = _Views(service[0], variables, fallback, now)
    message, body, faults = "", dict[str, Any](), dict[str, str]()
    for template in templates:
        seen = views.of(template.engine)
        try:
            message = _text(template.sections.get("message"), seen) or message
            section = template.sections.get(template.key_for(*service))
            told = {**seen, "message": message or views.fallback}
            body = _over(body, section.render(told), service[0]) if section else body
        except TemplateError as error:
            faults[template.name] = f"template {template.name}: {error}"
    message = "\n".join([message or views.fallback, *(f"(template {name} could not be filled in)" for name in faults)])
    return Rendered(Message(message, body or {}, _thread(body)), tuple(faults.values()))


class _Views:
    """What the templates of one message see, each language's made when the first one asks.

    Slack reads `<…>` in texts as links and mentions: what data holds of it stays text in Jinja2. A template in Go's
    syntax is given what Argo gives it.
    """

    def __init__(self, kind: str, variables: Mapping[str, Any], fallback: str, now: float) -> None:
        self._escape = kind in _MARKUP
        self._variables, self._now = variables, now
        self.fallback: str = escaped(fallback) if self._escape else fallback
        self._made: dict[Engine, Mapping[str, Any]] = {}

    def of(self, engine: Engine) -> Mapping[str, Any]:
        if engine not in self._made:
            self._made[engine] = self._go() if engine is Engine.GO else self._jinja()
        return self._made[engine]

    def _jinja(self) -> Mapping[str, Any]:
        return escaped(dict(self._variables)) if self._escape else self._variables

    def _go(self) -> Mapping[str, Any]:
        return {**as_argo(self._variables), "now": self._now}


def as_argo(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """What templates written for Argo expect: at a completed step `currentStepIndex` is still that step's.

    Argo renders before it writes the new index, and its own templates add one.
    """
    event, rollout = variables.get("event") or {}, variables["rollout"]
    if event.get("reason") != "RolloutStepCompleted":
        return variables
    status = {**(rollout.get("status") or {}), "currentStepIndex": event["step"]["index"] - 1}
    return {**variables, "rollout": {**rollout, "status": status}}


def _over(below: dict[str, Any], section: Any, kind: str) -> Any:
    """A section over that of an earlier template: in place of it, or of what it does not leave empty."""
    if not FORMS.get(kind, Form()).merged or not isinstance(section, dict):
        return section
    return {**below, **{key: value for key, value in section.items() if value or key not in below}}


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
