"""Who asked for what, which wishes can never be granted, and which were not meant for this Rollout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from notifier import selectors, subscriptions
from notifier.config.schema import Config, GlobalSubscription
from notifier.explain.explanation import Ignored, PassedOver
from notifier.explain.subject import Situation
from notifier.model import Destination
from notifier.rollouts import project
from notifier.services import SERVICES
from notifier.spelling import hint
from notifier.validation.annotations import misplaced

_OF_CHILDREN = ("AnalysisRun", "Experiment")
"""How the reasons begin that are told to who subscribed by an annotation of an AnalysisRun or an Experiment."""


class Wish(NamedTuple):
    """That somebody shall be told when a trigger fires; `origin` is where this is written."""

    trigger: str
    destination: Destination
    origin: str


def wishes(now: Situation, config: Config) -> list[Wish]:
    """Everybody's wishes about a Rollout, ordered by recipient, each once."""
    digest = now.digest
    found = list(_listed(subscriptions.wanted((digest.subscriptions,), digest.labels, config)))
    known = {wish[:2] for wish in found}
    for title, asking in now.also.items():
        own = _listed(subscriptions.wanted((asking,), None, config))
        more = (wish for wish in own if _is_of_children(wish.trigger, config) and wish[:2] not in known)
        found += (wish._replace(origin=f"{wish.origin} of {title}") for wish in more)
    return sorted(found, key=lambda wish: wish.destination)


def _listed(wanted: subscriptions.Wanted) -> Iterator[Wish]:
    for trigger, told in wanted.items():
        for destination, origin in told.items():
            yield Wish(trigger, destination, origin)


def _is_of_children(name: str, config: Config) -> bool:
    """Whether what an AnalysisRun or Experiment asks for can come about: of their Rollout it asks in vain."""
    trigger = config.triggers.get(name)
    return trigger is None or any(reason.startswith(_OF_CHILDREN) for reason in trigger.on)


def obstacles(wish: Wish, config: Config) -> str:
    """Why a wish can never be granted, "" where it can; services are judged where there is a configuration."""
    return "; ".join(_obstacles(wish, config))


def _obstacles(wish: Wish, config: Config) -> Iterator[str]:
    service, recipient = wish.destination
    if wish.trigger not in config.triggers:
        yield f"there is no trigger {wish.trigger!r}{hint(wish.trigger, config.triggers)}"
    entry = config.services.get(service)
    if entry and (fault := SERVICES[entry.type].options_model.recipient_fault(recipient)):
        yield fault
    if not entry and config.given:
        yield _missing(service, config)


def _missing(service: str, config: Config) -> str:
    if kind := config.unsupported.get(service):
        return f"services of type {kind!r} are not supported yet"
    own = (p for p in config.problems if p.key.startswith("service."))
    broken = (p for p in own if p.key.split(".", 2)[-1] == service)
    if problem := next(broken, None):
        return f"the service {service!r} is not in force: {problem.key}: {problem.message}"
    return f"there is no service {service!r}{hint(service, config.services)}"


def ignored(annotations: Mapping[str, str], config: Config) -> tuple[Ignored, ...]:
    """The annotations that are no subscription, or ask for what cannot work."""
    faults = (*subscriptions.faults(project.subscriptions(annotations), config), *misplaced(annotations))
    return tuple(Ignored(fault.key, fault.message) for fault in faults)


def passed_over(labels: Mapping[str, str], config: Config) -> tuple[PassedOver, ...]:
    """The global subscriptions that are not for a Rollout with such labels."""
    return tuple(_passed_over(entry, labels) for entry in config.subscriptions if not entry.matches(labels))


def _passed_over(entry: GlobalSubscription, labels: Mapping[str, str]) -> PassedOver:
    own = ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "none"
    missing = " and ".join(selectors.unmet(entry.selector, labels))
    return PassedOver(
        origin=entry.origin,
        recipients=tuple(":".join(filter(None, destination)) for destination in entry.destinations),
        triggers=entry.triggers,
        message=f"it asks for {missing}; the Rollout's labels are {own}",
    )
