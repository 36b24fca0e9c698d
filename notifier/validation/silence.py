"""What is written and can never say anything: triggers that nothing fires, subscriptions that tell nobody. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from notifier import selectors, subscriptions
from notifier.config.schema import Config, GlobalSubscription, Trigger, bare
from notifier.model import Problem
from notifier.reasons import BY_TRIGGER
from notifier.spelling import hint
from notifier.subscriptions import Fault
from notifier.validation import places

_ON = "on-"
_NAME = re.compile(r"!?\s*([A-Za-z0-9][\w./-]*)")
_WORD = re.compile(r"[\w./-]+")
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_MOST_WORDS = 50
"""A selector of more is not judged: that takes quadratic time."""


def problems(config: Config, texts: Mapping[str, str], written_in: str) -> Iterator[Problem]:
    """What of a ConfigMap with these texts never tells anybody anything."""
    for key, why, line in (*_triggers(config, texts), *_subscriptions(config), *_defaults(config)):
        yield Problem(written_in, key, why, line)


def _triggers(config: Config, texts: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    for name, trigger in config.triggers.items():
        text = texts.get(f"trigger.{name}")
        for index in _idle(trigger) if text is not None else ():
            why = f"{_fires(name)}: it has no `when`, and its trigger has no `on` and is not named after a known reason"
            yield f"trigger.{name}", why + hint(name, BY_TRIGGER), places.of(str(text), (str(index),))


def _fires(name: str) -> str:
    """What can make a trigger fire that has no reason and no condition: an Event that a later Argo may have."""
    return "fires for nothing but a Kubernetes Event of its name" if name.startswith(_ON) else "never fires"


def _subscriptions(config: Config) -> Iterator[tuple[str, str, int]]:
    for entry in config.subscriptions:
        yield from ((entry.origin, why, 0) for why in _vain(entry, config))


def _defaults(config: Config) -> Iterator[tuple[str, str, int]]:
    known = {**config.services, **config.unsupported}
    for name in config.default_triggers:
        yield from (("defaultTriggers", why, 0) for why in _never(name, config))
    for service, names in config.service_triggers.items():
        key = f"defaultTriggers.{service}"
        if known and service not in known:
            yield key, f"is nobody's default: there is no service {service!r}{hint(service, known)}", 0
        yield from ((key, why, 0) for name in names for why in _never(name, config))


def faults(annotations: Mapping[str, str], config: Config) -> list[Fault]:
    """The subscriptions among annotations whose trigger never fires."""
    wishes = dict.fromkeys(subscriptions.parse(annotations).subscriptions)
    found = (
        Fault(wish.origin, why) for wish in wishes for why in _never(subscriptions.meant(wish, config).trigger, config)
    )
    return list(dict.fromkeys(found))


def contradiction(selector: str) -> str:
    """The label of which a selector wants what cannot be, "" where there is none."""
    words = list(dict.fromkeys(_WORD.findall(selector)))
    if len(words) > _MOST_WORDS:
        return ""
    numbers = [str(int(word) + more) for word in words if _NUMBER.fullmatch(word) for more in (-1, 1)]
    values = [*words, *numbers, "another"]
    return next((name for name in words if _cannot_be(selector, name, values)), "")


def _cannot_be(selector: str, name: str, values: list[str]) -> bool:
    """Whether no value of a label, nor its absence, meets all that a selector says of it."""
    tried: list[dict[str, str]] = [{}, *({name: value} for value in values)]
    return all(any(_is_about(part, name) for part in selectors.unmet(selector, labels)) for labels in tried)


def _is_about(part: str, name: str) -> bool:
    found = _NAME.match(part)
    return found is not None and found[1] == name


def _idle(trigger: Trigger) -> list[int]:
    """The conditions of a trigger that nothing makes true."""
    return [] if trigger.on else [index for index, one in enumerate(trigger.conditions) if one.when is None]


def _never(name: str, config: Config) -> Iterator[str]:
    """That a trigger never fires, if it does not; one that could not be read is reported for itself."""
    trigger = config.triggers.get(name)
    if trigger and trigger.conditions and len(_idle(trigger)) == len(trigger.conditions):
        but = " but a Kubernetes Event of its name" if bare(name).startswith(_ON) else ""
        yield f"tells nothing: nothing{but} fires the trigger {bare(name)!r}{hint(bare(name), BY_TRIGGER)}"


def _vain(entry: GlobalSubscription, config: Config) -> Iterator[str]:
    if not entry.destinations:
        yield "tells nobody: it names no recipients"
    if not entry.triggers and not config.default_triggers:
        yield "tells nothing: it names no triggers, and there are no default triggers"
    if name := contradiction(entry.selector):
        yield f"selects nothing: no label {name!r} can be all that its `selector` wants"
    for trigger in entry.triggers:
        yield from _never(trigger, config)
