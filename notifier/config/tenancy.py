"""Configurations of namespaces beside the central one: what applies to the objects of one namespace. Pure.

A namespace's own triggers, templates, services and secrets are in force there under `<namespace>/<name>`, so that
nobody's can be taken for anybody else's: not in what is stored, not in what is shown, not where secrets are filled in.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, TypeVar

from notifier.config.load import Source
from notifier.config.schema import Config, GlobalSubscription, ServiceEntry, Tenancy, Trigger, scoped, service_of
from notifier.model import Destination, Problem

T = TypeVar("T")


class Terms(NamedTuple):
    """What configurations of namespaces may do: the service `types` they may have, the central services `offered`.

    `entries` is how many entries, and how many secrets, one may have, `size` how many characters, `messages` how many
    messages it may cause in an hour.
    """

    types: frozenset[str] = frozenset({"email", "slack", "webhook"})
    offered: frozenset[str] = frozenset()
    entries: int = 200
    messages: int = 1000
    size: int = 100_000


def admitted(source: Source, terms: Terms) -> tuple[Source, tuple[Problem, ...]]:
    """The part of a namespace's ConfigMap that may be in force, and what may not, said."""
    kept, problems, size = dict[str, str](), list[Problem](), 0
    for number, (key, text) in enumerate(source.data.items()):
        size += len(text)
        if why := _refused(key, number, terms) or _too_large(size, terms):
            problems.append(Problem(source.object, key, why))
        else:
            kept[key] = text
    return Source(source.object, kept), tuple(problems)


def _refused(key: str, number: int, terms: Terms) -> str:
    kind, _ = service_of(key)
    if key.startswith("service.") and kind not in terms.types:
        return f"configurations of namespaces may not have services of type {kind!r}, but {_listed(terms.types)}"
    if number >= terms.entries:
        return f"quota: a configuration of a namespace may have {terms.entries} entries; this one is ignored"
    return ""


def _too_large(size: int, terms: Terms) -> str:
    return f"quota: more than {terms.size:,} characters so far; this entry is ignored" if size > terms.size else ""


def few(secrets: Mapping[str, str], terms: Terms) -> Mapping[str, str]:
    """As many of a namespace's secrets as it may have: log lines and answers are searched for each of them."""
    return dict(itertools.islice(secrets.items(), terms.entries))


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def combined(central: Config, own: Config, namespace: str, said: Collection[str], terms: Terms) -> Config:
    """What applies in a namespace: the central configuration, and its `own`; `said` are the keys of its ConfigMap."""
    tenancy = Tenancy(
        namespace=namespace,
        services=frozenset(service_of(key)[1] for key in said if key.startswith("service.")),
        offered=terms.offered & central.services.keys(),
        triggers=_its_triggers(own, said),
        default_triggers=own.default_triggers,
        service_triggers=own.service_triggers,
        messages=terms.messages,
        context={**central.context, **own.context},
    )
    triggers = {name: _trigger(trigger, namespace) for name, trigger in own.triggers.items()}
    services = {name: _service(entry, namespace) for name, entry in own.services.items()}
    return dataclasses.replace(
        central,
        triggers={**central.triggers, **_scoped(triggers, namespace)},
        templates={**central.templates, **_scoped(own.templates, namespace)},
        services={**central.services, **_scoped(services, namespace)},
        unsupported={**central.unsupported, **_scoped(own.unsupported, namespace)},
        subscriptions=(*central.subscriptions, *_everybody(own, tenancy)),
        secrets={**central.secrets, **_scoped(own.secrets, namespace)},
        problems=own.problems,
        tenancy=tenancy,
    )


def _scoped(entries: Mapping[str, T], namespace: str) -> dict[str, T]:
    return {scoped(namespace, name): entry for name, entry in entries.items()}


def _its_triggers(own: Config, said: Collection[str]) -> frozenset[str]:
    """The triggers that a namespace has a say in: those it writes, and those that send a template it writes."""
    templates = {key.removeprefix("template.") for key in said if key.startswith("template.")}
    return frozenset(
        name
        for name, trigger in own.triggers.items()
        if f"trigger.{name}" in said or any(templates.intersection(c.send) for c in trigger.conditions)
    )


def _trigger(trigger: Trigger, namespace: str) -> Trigger:
    conditions = tuple(
        dataclasses.replace(c, key=scoped(namespace, c.key), send=tuple(scoped(namespace, name) for name in c.send))
        for c in trigger.conditions
    )
    return dataclasses.replace(trigger, name=scoped(namespace, trigger.name), conditions=conditions)


def _service(entry: ServiceEntry, namespace: str) -> ServiceEntry:
    return dataclasses.replace(entry, name=scoped(namespace, entry.name))


def _everybody(own: Config, tenancy: Tenancy) -> Iterator[GlobalSubscription]:
    """A namespace's subscriptions to all its objects: its own triggers; its own services, and those it was offered."""
    usable = tenancy.services | tenancy.offered
    for entry in own.subscriptions:
        known = (to for to in entry.destinations if to.service in usable)
        triggers = tuple(scoped(tenancy.namespace, name) for name in entry.triggers or own.default_triggers)
        if triggers:
            yield dataclasses.replace(
                entry,
                destinations=tuple(Destination(tenancy.service(to.service), to.recipient) for to in known),
                triggers=triggers,
                origin=f"{entry.origin} of {tenancy.namespace}",
            )
