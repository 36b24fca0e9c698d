"""Reading the entries of a configuration, one function a kind: text in, compiled value out, ConfigError where it fails.

Keys are read as Argo reads them, without regard to capitals. What Argo ignores silently is ignored with a warning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from notifier import expr, reasons, selectors, times
from notifier.config import yamltext
from notifier.config.schema import Condition, GlobalSubscription, Trigger
from notifier.config.templates import Warn
from notifier.config.yamltext import Located
from notifier.errors import ConfigError, ExpressionError
from notifier.model import Destination, Severity
from notifier.spelling import quoted

_CONDITION = ("when", "send", "oncePer", "description", "on", "for", "severity", "resolves")
_SUBSCRIPTION = ("recipients", "triggers", "selector")


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
        on=_reasons(name, given, conditions, source),
        also_watched=_is_also_watched(name, given, conditions),
        severity=_severity(given, source),
        resolves=_named(given, "resolves", source),
        description=" ".join(str(item["description"]) for item in given if item.get("description")),
    )


def _condition(name: str, index: int, item: Mapping[str, Any], source: Located) -> Condition:
    line = source.line(index)
    when, once_per = (_expression(item.get(key), key, source.line(index, key)) for key in ("when", "oncePer"))
    written = hashlib.sha1(str(item.get("when", "")).encode(), usedforsecurity=False).hexdigest()
    return Condition(
        key=f"{name}[{index}].{written[:8]}",
        when=when,
        once_per=once_per,
        send=tuple(_texts(item.get("send"), "send", line)),
        hold=_hold(item.get("for"), line),
    )


def _expression(written: Any, key: str, line: int) -> expr.Expression | None:
    text = _text(written, key, line)
    if not text.strip():
        return None
    try:
        return expr.compile(text)
    except ExpressionError as error:
        place = f"line {error.line}, column" if "\n" in text.strip() else "column"
        raise ConfigError(f"`{text}`: {error.message} ({place} {error.column})", line) from error


def _hold(written: Any, line: int) -> float:
    held = times.duration(_text(written, "for", line)) if written is not None else 0.0
    if held is None:
        raise ConfigError(f"`for` is a duration such as 5m, not {written!r}", line)
    return held


def _reasons(
    name: str, items: list[dict[str, Any]], conditions: Sequence[Condition], source: Located
) -> frozenset[str]:
    """What arms a trigger: `on`, else the reason it is named after, else any Event whose reason gives its name.

    A name that is a reason's to us alone arms no trigger that asks for a state: in Argo that is a condition.
    """
    on = _named(items, "on", source)
    known = reasons.BY_TRIGGER.values()
    if unknown := on - set(known):
        raise ConfigError(f"`on`: there is no reason {quoted(min(unknown), known)}", source.line())
    if on:
        return on
    reason = reasons.BY_TRIGGER.get(name)
    alone = reason in reasons.OURS and all(condition.is_of_state for condition in conditions)
    return frozenset({reason}) if reason and not alone else frozenset()


def _is_also_watched(name: str, items: list[dict[str, Any]], conditions: Sequence[Condition]) -> bool:
    """Whether a trigger that an event arms fires for the state alone, too, as in Argo: it asks for nothing else."""
    named = name in reasons.BY_TRIGGER and not any(item.get("on") for item in items)
    return named and all(condition.is_of_state for condition in conditions)


def _named(items: list[dict[str, Any]], key: str, source: Located) -> frozenset[str]:
    return frozenset(name for i, item in enumerate(items) for name in _texts(item.get(key), key, source.line(i)))


def _severity(items: list[dict[str, Any]], source: Located) -> Severity | None:
    given = next((str(item["severity"]) for item in items if item.get("severity")), "")
    if given and given not in set(Severity):
        raise ConfigError(f"`severity` is {', '.join(Severity)}, not {given!r}", source.line())
    return Severity(given) if given else None


class Subscriptions(NamedTuple):
    """The items of a `subscriptions` entry that can work, and whether these are all."""

    items: tuple[GlobalSubscription, ...] = ()
    whole: bool = True


def subscriptions(text: str, warn: Warn) -> Subscriptions:
    """The `subscriptions` entry: a list of `recipients`, `triggers` and `selector`, each judged for itself."""
    source = yamltext.load(text)
    items = [] if source.value is None else source.value
    if not isinstance(items, list):
        raise ConfigError("must be a list of items with `recipients`, `triggers` and `selector`", source.line())
    found = [_tried(i, item, source.line(i), warn) for i, item in enumerate(items)]
    return Subscriptions(tuple(item for item in found if item), None not in found)


def _tried(index: int, written: Any, line: int, warn: Warn) -> GlobalSubscription | None:
    try:
        return _subscription(index, written, line, warn)
    except ConfigError as error:
        warn(f"item {index + 1}: {error.message}", error.line)
        return None


def _subscription(index: int, written: Any, line: int, warn: Warn) -> GlobalSubscription:
    item = _keys(written, _SUBSCRIPTION, line, warn)
    selector = _text(item.get("selector"), "selector", line)
    try:
        matches = selectors.parse(selector)
    except ValueError as error:
        raise ConfigError(f"`selector`: {error}", line) from error
    recipients = _recipients(item.get("recipients"), line)
    return GlobalSubscription(
        destinations=tuple(Destination(*_split(recipient)) for recipient in recipients),
        triggers=tuple(_texts(item.get("triggers"), "triggers", line)),
        matches=matches,
        origin=f"subscriptions[{index}]",
        selector=selector,
    )


def _recipients(written: Any, line: int) -> list[str]:
    pairs = [item for item in written if isinstance(item, dict)] if isinstance(written, list) else []
    if pairs:
        service, recipient = next(iter(pairs[0].items()), ("service", "recipient"))
        raise ConfigError(f"`recipients`: write {service}:{recipient} in one piece, without a blank", line)
    return _texts(written, "recipients", line)


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
        warn(f"unknown key {quoted(key, known)} is ignored", line)
    return {right[key]: value for key, value in yamltext.by_small_letters(item).items() if key in right}


def _texts(value: Any, key: str, line: int) -> list[str]:
    texts = yamltext.texts_of([] if value is None else value)
    if texts is None:
        raise ConfigError(f"`{key}` must be a list of names", line)
    return texts


def _text(value: Any, key: str, line: int) -> str:
    text = yamltext.text_of(value)
    if text is None:
        raise ConfigError(f"`{key}` must be a text", line)
    return text
