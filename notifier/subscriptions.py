"""Who asked to be told: annotations, global subscriptions and default triggers, each destination once a trigger. Pure.

The grammar is that of notifications-engine v0.5.0, without its faults: a YAML item that cannot work is a problem that
names its key, not silence, and a recipient may hold colons.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from notifier.config import yamltext
from notifier.config.schema import Config, bare, scope_of, scoped
from notifier.errors import ConfigError
from notifier.model import ANNOTATION_PREFIX, Destination
from notifier.services import SERVICES
from notifier.spelling import hint

_SUBSCRIBE = "subscribe."
_LIST = "subscriptions"
_MOST = 500
"""How many subscriptions one object may have: each may become a message at each change."""


class Subscription(NamedTuple):
    """One wish: a trigger ("" is the default ones), whom to tell, and the annotation or entry that says so."""

    trigger: str
    destination: Destination
    origin: str


class Fault(NamedTuple):
    """An annotation that cannot work."""

    key: str
    message: str


class Parsed(NamedTuple):
    """What an object's annotations ask for, and what in them cannot work."""

    subscriptions: tuple[Subscription, ...]
    faults: tuple[Fault, ...]


Wanted = Mapping[str, Mapping[Destination, str]]
"""By trigger, whom to tell and the origin of the wish."""


def parse(annotations: Mapping[str, str]) -> Parsed:
    """What the annotations under the prefix of notifications ask for."""
    return _parse(frozenset(annotations.items()))


@functools.lru_cache(maxsize=4096)
def _parse(items: frozenset[tuple[str, str]]) -> Parsed:
    found: list[Subscription | Fault] = []
    for key, value in sorted(items):
        name = key.removeprefix(ANNOTATION_PREFIX)
        if name.startswith(_SUBSCRIBE):
            found += _short(name, value)
        elif name.startswith(_LIST):
            found += _long(name, value)
        else:
            found.append(Fault(name, f"is no subscription{hint(name.partition('.')[0], ('subscribe', _LIST))}"))
    found = [_unscoped(one) for one in found]
    subscriptions = [one for one in found if isinstance(one, Subscription)]
    faults = [one for one in found if isinstance(one, Fault)]
    if len(subscriptions) > _MOST:
        faults.append(
            Fault(subscriptions[_MOST].origin, f"is one too many: an object may have {_MOST:,} subscriptions")
        )
    return Parsed(tuple(subscriptions[:_MOST]), tuple(faults))


def _unscoped(found: Subscription | Fault) -> Subscription | Fault:
    """A fault instead of a subscription that names what a namespace has by the name that only we give it."""
    if isinstance(found, Fault):
        return found
    odd = next((name for name in (found.trigger, found.destination.service) if scope_of(name)), "")
    return Fault(found.origin, f"{odd!r} is no name: it has a slash") if odd else found


def _short(name: str, value: str) -> Iterator[Subscription | Fault]:
    """`subscribe.<trigger>.<service>` and `subscribe.<service>`: recipients between semicolons, "" is one of them."""
    parts = name.removeprefix(_SUBSCRIBE).split(".")
    trigger, service = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    recipients = [piece for part in value.split(";") if (piece := part.strip())] if value else [""]
    if not recipients or not service:
        yield Fault(name, "names no recipient" if service else "names no service")
        return
    for recipient in recipients:
        yield Subscription(trigger, Destination(service, recipient), name)


def _long(name: str, value: str) -> Iterator[Subscription | Fault]:
    """The YAML form: a list of items with `trigger` and `destinations`."""
    try:
        items = yamltext.load(value).value
    except ConfigError as error:
        yield Fault(name, f"{error.message}{f' (line {error.line})' if error.line else ''}")
        return
    if not isinstance(items, list):
        yield Fault(name, "must be a list of items with `trigger` and `destinations`")
        return
    for number, item in enumerate(items, 1):
        yield from _item(name, f"item {number}", item)


def _item(name: str, where: str, written: Any) -> Iterator[Subscription | Fault]:
    if not isinstance(written, dict):
        yield Fault(name, f"{where}: must be a mapping with `trigger` and `destinations`")
        return
    item = yamltext.by_small_letters(written)
    for key in (key for key in item if key not in {"trigger", "destinations"}):
        yield Fault(name, f"{where}: `{key}` is not known{hint(key, ('trigger', 'destinations'))}")
    triggers, destinations = yamltext.texts_of(item.get("trigger") or []), item.get("destinations") or []
    if triggers is None or not isinstance(destinations, list):
        yield Fault(name, f"{where}: `trigger` must be a list of names and `destinations` a list")
        return
    if not destinations:
        yield Fault(name, f"{where}: names no destinations")
    for destination in destinations:
        yield from _destinations(name, where, triggers or [""], destination)


def _destinations(name: str, where: str, triggers: list[str], written: Any) -> Iterator[Subscription | Fault]:
    item = yamltext.by_small_letters(written) if isinstance(written, dict) else {}
    service, recipients = yamltext.text_of(item.get("service")), yamltext.texts_of(item.get("recipients"))
    if not service or not recipients:
        yield Fault(name, f'{where}: a destination needs `service` and `recipients` (a webhook\'s are [""])')
        return
    for trigger in triggers:
        for recipient in recipients:
            yield Subscription(trigger, Destination(service, recipient), name)


def wanted(annotations: Iterable[Mapping[str, str]], labels: Mapping[str, str] | None, config: Config) -> Wanted:
    """Whom each trigger tells about an object: global subscriptions first, then the annotations'.

    `annotations` are those of all objects that speak for it; `labels` None leaves global subscriptions out.
    """
    found: dict[str, dict[Destination, str]] = {}
    everybody = _global(labels, config) if labels is not None else ()
    own = (meant(subscription, config) for given in annotations for subscription in parse(given).subscriptions)
    for subscription in (*everybody, *own):
        for trigger in _triggers(subscription, config):
            told = found.setdefault(trigger, {})
            told.setdefault(_spelled(subscription.destination, config), subscription.origin)
    return _told_once(found, config.tenancy.namespace) if config.tenancy else found


def meant(subscription: Subscription, config: Config) -> Subscription:
    """A subscription by annotation as it is meant in its namespace, if that has a configuration of its own."""
    tenancy, (service, recipient) = config.tenancy, subscription.destination
    if tenancy is None:
        return subscription
    trigger = subscription.trigger and tenancy.trigger(subscription.trigger, service)
    return Subscription(trigger, Destination(tenancy.service(service), recipient), subscription.origin)


def _told_once(found: dict[str, dict[Destination, str]], namespace: str) -> Wanted:
    """Without what a namespace's own trigger would tell whom the central one of that name tells already."""
    return {
        trigger: {to: origin for to, origin in told.items() if scope_of(trigger) != namespace or to not in central}
        for trigger, told in found.items()
        for central in [found.get(bare(trigger), {})]
    }


def _spelled(destination: Destination, config: Config) -> Destination:
    """A channel of Slack's is the same with and without its hash: one lane and one thread, whoever asks for it."""
    service, recipient = destination
    entry = config.services.get(service)
    in_slack = entry is not None and entry.type == "slack"
    return Destination(service, recipient.removeprefix("#") or recipient) if in_slack else destination


def _global(labels: Mapping[str, str], config: Config) -> Iterator[Subscription]:
    for entry in config.subscriptions:
        if entry.matches(labels):
            for trigger in filter(None, entry.triggers or config.default_triggers):
                for destination in (to for to in entry.destinations if to.service):
                    yield Subscription(trigger, destination, entry.origin)


def _triggers(subscription: Subscription, config: Config) -> tuple[str, ...]:
    if subscription.trigger:
        return (subscription.trigger,)
    service = subscription.destination.service
    if config.tenancy and scope_of(service):
        own = config.tenancy.defaults(bare(service)) or _defaults(bare(service), config)
        return tuple(scoped(config.tenancy.namespace, name) for name in own)
    return _defaults(service, config)


def _defaults(service: str, config: Config) -> tuple[str, ...]:
    return config.service_triggers.get(service, config.default_triggers)


def faults(annotations: Mapping[str, str], config: Config) -> list[Fault]:
    """What in an object's annotations cannot work, with the nearest right name.

    Services are judged only where a configuration was given: without one, any may be meant.
    """
    parsed = parse(annotations)
    found = list(parsed.faults)
    for subscription in dict.fromkeys(parsed.subscriptions):
        found += _unknown(subscription, config)
    return list(dict.fromkeys(found))


def _unknown(subscription: Subscription, config: Config) -> Iterator[Fault]:
    wish, service = meant(subscription, config), subscription.destination.service
    if wish.trigger and wish.trigger not in config.triggers:
        yield Fault(wish.origin, _no_trigger(subscription, config))
    if not _triggers(wish, config):
        yield Fault(wish.origin, "names no trigger, and there are no default triggers")
    known = {*config.services, *config.unsupported}
    if config.given and wish.destination.service not in known:
        yield Fault(wish.origin, f"there is no service {service!r}{hint(service, map(bare, config.services))}")
    yield from _unreachable(wish.origin, wish.destination, config)


def _no_trigger(subscription: Subscription, config: Config) -> str:
    trigger, service = subscription.trigger, subscription.destination.service
    if config.tenancy and trigger in config.tenancy.triggers:
        return f"the trigger {trigger!r} is the namespace's own, and the service {service!r} is not offered to it"
    return f"there is no trigger {trigger!r}{hint(trigger, dict.fromkeys(map(bare, config.triggers)))}"


def global_faults(config: Config) -> list[Fault]:
    """Which global subscriptions tell somebody who cannot be told; the key is the entry's."""
    told = [(entry.origin, destination) for entry in config.subscriptions for destination in entry.destinations]
    return list(dict.fromkeys(fault for origin, to in told for fault in _unreachable(origin, to, config)))


def _unreachable(origin: str, destination: Destination, config: Config) -> Iterator[Fault]:
    entry = config.services.get(destination.service)
    options = SERVICES[entry.type].options_model if entry and entry.type in SERVICES else None
    if options and (why := options.recipient_fault(destination.recipient)):
        yield Fault(origin, why)
