"""Reading the entries of a configuration, one function a kind: text in, compiled value out, ConfigError where it fails.

Keys are read as Argo reads them, without regard to capitals. What Argo ignores silently is ignored with a warning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from notifier import expr, jinja, reasons, selectors, spelling, times
from notifier.config import yamltext
from notifier.config.schema import ARGO_TYPES, FORMS, Condition, Form, GlobalSubscription, Template, Trigger
from notifier.config.yamltext import Located
from notifier.errors import ConfigError, ExpressionError, TemplateError
from notifier.model import Destination, Severity

Warn = Callable[[str, int], None]
"""Takes a remark about an entry that works all the same, and its line."""

_CONDITION = ("when", "send", "oncePer", "description", "on", "for", "severity", "resolves")
_SUBSCRIPTION = ("recipients", "triggers", "selector")
_GO_SYNTAX = re.compile(r"\{\{-?\s*(\.|\$|\(|(if|else|end|range|with|define|template|block|call|toJson|printf)\b)")
_SECTIONS = frozenset({"message", *ARGO_TYPES})
_KEYS_OF = {
    "email": ("subject", "body", "html", "groupingKey"),
    "slack": (
        *("text", "blocks", "attachments", "username", "icon"),
        *("groupingKey", "deliveryPolicy", "notifyBroadcast"),
    ),
    "webhook": ("method", "path", "body", "headers"),
}
"""What the sections of services that are built may say: Argo's keys and ours."""
_POLICIES = ("Post", "PostAndUpdate", "Update")
_GO = "templates in Go syntax are not supported yet: "
_GO_OVER_SHIPPED = _GO + "remove this entry, and the built-in template of this name is sent"
_GO_ALONE = _GO + "write it in Jinja2; until then its triggers send only that their condition holds"


def trigger(name: str, text: str, warn: Warn) -> Trigger:
    """A `trigger.<name>` entry: a list of conditions, or one."""
    source = yamltext.load(text)
    items = source.value if isinstance(source.value, list) else [source.value]
    given = [_keys(item, _CONDITION, source.line(i), warn) for i, item in enumerate(items)]
    conditions = tuple(_condition(name, i, item, source) for i, item in enumerate(given))
    if not conditions:
        raise ConfigError("a trigger needs at least one condition", source.line())
    return Trigger(
        name=name,
        conditions=conditions,
        on=_reasons(name, given, source),
        severity=_severity(given, source),
        resolves=_named(given, "resolves", source),
        description=" ".join(str(item["description"]) for item in given if item.get("description")),
    )


def _condition(name: str, index: int, item: Mapping[str, Any], source: Located) -> Condition:
    line = source.line(index)
    when, once_per = (_expression(item.get(key), line) for key in ("when", "oncePer"))
    written = hashlib.sha1(str(item.get("when", "")).encode(), usedforsecurity=False).hexdigest()
    return Condition(
        key=f"{name}[{index}].{written[:8]}",
        when=when,
        once_per=once_per,
        send=tuple(_texts(item.get("send"), "send", line)),
        hold=_hold(item.get("for"), line),
    )


def _expression(written: Any, line: int) -> expr.Expression | None:
    text = str(written).lower() if isinstance(written, bool) else str(written or "")
    if not text.strip():
        return None
    try:
        return expr.compile(text)
    except ExpressionError as error:
        raise ConfigError(f"`{text}`: {error.message} (column {error.column})", line) from error


def _hold(written: Any, line: int) -> float:
    held = times.duration(str(written)) if written is not None else 0.0
    if held is None:
        raise ConfigError(f"`for` is a duration such as 5m, not {written!r}", line)
    return held


def _reasons(name: str, items: list[dict[str, Any]], source: Located) -> frozenset[str]:
    """What arms a trigger: `on`, else the reason it is named after, else any Event whose reason gives its name."""
    on = _named(items, "on", source)
    unknown = on - set(reasons.BY_TRIGGER.values())
    if unknown:
        raise ConfigError(f"`on`: there is no reason {_near(min(unknown), reasons.BY_TRIGGER.values())}", source.line())
    if on:
        return on
    return frozenset({reasons.BY_TRIGGER[name]}) if name in reasons.BY_TRIGGER else frozenset()


def _named(items: list[dict[str, Any]], key: str, source: Located) -> frozenset[str]:
    return frozenset(name for i, item in enumerate(items) for name in _texts(item.get(key), key, source.line(i)))


def _severity(items: list[dict[str, Any]], source: Located) -> Severity | None:
    given = next((str(item["severity"]) for item in items if item.get("severity")), "")
    if given and given not in set(Severity):
        raise ConfigError(f"`severity` is {', '.join(Severity)}, not {given!r}", source.line())
    return Severity(given) if given else None


def template(
    name: str, text: str, language: jinja.Language, warn: Warn, shipped: Collection[str] = frozenset()
) -> Template:
    """A `template.<name>` entry: `message` and sections by service type; `shipped` are the templates it may replace."""
    source = yamltext.load(text)
    if not isinstance(source.value, dict):
        raise ConfigError("a template is a mapping with `message` and sections by service type", source.line())
    for key in source.value.keys() - _SECTIONS:
        warn(f"unknown section {_near(str(key), _SECTIONS)} is ignored", source.line(key))
    sections = {key: part for key, part in source.value.items() if key in _SECTIONS and part is not None}
    for key, part in sections.items():
        if isinstance(part, list | dict) is (key == "message"):
            raise ConfigError(f"`{key}` must be {'a text' if key == 'message' else 'a mapping'}", source.line(key))
    trees = {key: _section(key, tree, source, warn) for key, tree in _sections(sections)}
    in_go = _GO_OVER_SHIPPED if name in shipped else _GO_ALONE
    return Template(name, {key: _tree(key, tree, language, source, in_go) for key, tree in trees.items()})


def _sections(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Sections by service type; those by service name become one for each, `webhook.<name>`."""
    for key, tree in value.items():
        if FORMS.get(str(key), Form()).by_name and isinstance(tree, dict):
            yield from ((f"{key}.{name}", part) for name, part in tree.items())
        else:
            yield str(key), tree


def _section(key: str, tree: Any, source: Located, warn: Warn) -> Any:
    """A section, its keys spelt as its service reads them, with a warning of those that it does not read."""
    path = tuple(key.split(".", 1))
    known = _KEYS_OF.get(path[0])
    if not known or not isinstance(tree, dict):
        return tree
    right = {name.lower(): name for name in known}
    for name in (name for name in tree if str(name).lower() not in right):
        warn(f"{key}: unknown key {_near(str(name), known)} is ignored", source.line(*path, str(name)))
    section = {right.get(str(name).lower(), name): part for name, part in tree.items()}
    _check_policy(section.get("deliveryPolicy"), source.line(*path, "deliveryPolicy"), warn)
    return section


def _check_policy(policy: Any, line: int, warn: Warn) -> None:
    """Warn of a delivery policy that is unknown whatever it is rendered for."""
    known = {"", *map(str.lower, _POLICIES)}
    if isinstance(policy, str) and "{" not in policy and policy.strip().lower() not in known:
        warn(f"slack: unknown deliveryPolicy {_near(policy, _POLICIES)} is taken for `Post`", line)


def _tree(key: str, tree: Any, language: jinja.Language, source: Located, in_go: str) -> jinja.Tree:
    section = key.partition(".")[0]
    form = FORMS.get(section, Form())
    try:
        parts = _parts(key, tree, language, form) if isinstance(tree, dict) else tree
        return jinja.compile_tree(parts, language, path=key, native=form.native)
    except TemplateError as error:
        go = any(_GO_SYNTAX.search(text) for text in _leaves(tree))
        raise ConfigError(f"{key}: {in_go}" if go else str(error), source.line(section)) from error


def _parts(key: str, tree: Mapping[Any, Any], language: jinja.Language, form: Form) -> dict[Any, Any]:
    """A section with those of its texts compiled that are not plain ones."""

    def part(name: Any, text: Any) -> Any:
        path = f"{key}.{name}"
        if isinstance(text, str) and name in form.json:
            return jinja.JsonText(text, language, path)
        return jinja.compile_tree(text, language, path=path, html=True) if name in form.html else text

    return {name: part(name, text) for name, text in tree.items()}


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(part)


def subscriptions(text: str, warn: Warn) -> tuple[GlobalSubscription, ...]:
    """The `subscriptions` entry: a list of `recipients`, `triggers` and `selector`."""
    source = yamltext.load(text)
    items = source.value or []
    if not isinstance(items, list):
        raise ConfigError("must be a list of items with `recipients`, `triggers` and `selector`", source.line())
    return tuple(_subscription(i, item, source.line(i), warn) for i, item in enumerate(items))


def _subscription(index: int, written: Any, line: int, warn: Warn) -> GlobalSubscription:
    item = _keys(written, _SUBSCRIPTION, line, warn)
    selector = str(item.get("selector") or "")
    try:
        matches = selectors.parse(selector)
    except ValueError as error:
        raise ConfigError(f"`selector`: {error}", line) from error
    recipients = _texts(item.get("recipients"), "recipients", line)
    return GlobalSubscription(
        destinations=tuple(Destination(*_split(recipient)) for recipient in recipients),
        triggers=tuple(_texts(item.get("triggers"), "triggers", line)),
        matches=matches,
        origin=f"subscriptions[{index}]",
        selector=selector,
    )


def _split(recipient: str) -> tuple[str, str]:
    service, _, rest = recipient.partition(":")
    return service, rest


def names(text: str) -> tuple[str, ...]:
    """A `defaultTriggers` entry: a list of trigger names."""
    source = yamltext.load(text)
    return tuple(_texts(source.value, "defaultTriggers", source.line()))


def mapping(text: str) -> dict[str, Any]:
    """An entry that is a mapping: a service's options, `context`."""
    source = yamltext.load(text)
    if source.value is None:
        return {}
    if not isinstance(source.value, dict):
        raise ConfigError("must be a mapping", source.line())
    return {str(k): v for k, v in source.value.items()}


def context(text: str, warn: Warn) -> dict[str, Any]:
    """The `context` entry: anything, but `links` are titles with URLs, for all shipped templates show them."""
    found = mapping(text)
    links = found.get("links")
    if links is not None and not (isinstance(links, dict) and all(isinstance(url, str) for url in links.values())):
        warn("`links` must be a mapping of titles to URLs; it is ignored", yamltext.load(text).line("links"))
        del found["links"]
    return found


def _keys(item: Any, known: Collection[str], line: int, warn: Warn) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise ConfigError(f"must be a mapping with {', '.join(known)}", line)
    right = {name.lower(): name for name in known}
    for key in (str(key) for key in item if str(key).lower() not in right):
        warn(f"unknown key {_near(key, known)} is ignored", line)
    return {right[str(key).lower()]: value for key, value in item.items() if str(key).lower() in right}


def _texts(value: Any, key: str, line: int) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(text, str | int | float) for text in value):
        raise ConfigError(f"`{key}` must be a list of names", line)
    return [str(text) for text in value]


def _near(word: str, known: Collection[str]) -> str:
    near = spelling.nearest(word, known)
    return f"{word!r}" + (f" (did you mean {near!r}?)" if near else "")
