"""What a loaded configuration holds: everything compiled, nothing left to fail at run time but data."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from notifier import expr, jinja
from notifier.model import Destination, Problem, Severity
from notifier.reasons import trigger_name
from notifier.selectors import Matcher

ARGO_TYPES = frozenset(
    {
        *("alertmanager", "awssqs", "email", "gcppubsub", "github", "googlechat", "grafana", "mattermost", "nats"),
        *("newrelic", "opsgenie", "pagerduty", "pagerdutyv2", "pushover", "rocketchat", "slack", "teams"),
        *("teams-workflows", "telegram", "webex", "webhook"),
    }
)
"""The service types of notifications-engine, v0.5.0 and after."""
SECTIONS = frozenset({"message", *ARGO_TYPES})
"""What a template may hold, whether its service is built or not."""

_EVENT = re.compile(r"\bevent\b")


class Form(NamedTuple):
    """How a template's section is written.

    With `by_name` it holds one part for each service name ("*" is any). `native` says what of an expression's value is
    kept. The keys in `json` may be texts that are JSON once rendered, those in `html` are HTML. Of several templates'
    sections the last one is sent; if `merged`, it leaves in place what it has nothing to say about.
    """

    by_name: bool = False
    native: jinja.Native = jinja.Native.NOTHING
    json: frozenset[str] = frozenset()
    html: frozenset[str] = frozenset()
    merged: bool = False


FORMS: Mapping[str, Form] = {
    "email": Form(html=frozenset({"html"}), merged=True),
    "slack": Form(native=jinja.Native.STRUCTURE, json=frozenset({"attachments", "blocks"})),
    "webhook": Form(by_name=True, native=jinja.Native.VALUES),
}
"""The sections that are more than a mapping of texts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One of a trigger's conditions. `key` names it in what is remembered; `hold` is `for` in seconds."""

    key: str
    when: expr.Expression | None = None
    once_per: expr.Expression | None = None
    send: tuple[str, ...] = ()
    hold: float = 0.0

    @property
    def plain(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.when is None and not self.hold

    @property
    def uses_clock(self) -> bool:
        """Whether it may become true by the passing of time alone."""
        return bool(self.hold) or (self.when is not None and self.when.uses_clock)

    @property
    def is_of_state(self) -> bool:
        """Whether it asks what a Rollout's status says, and not for an event."""
        asked = self.when.source if self.when else ""
        return "status" in asked and not _EVENT.search(asked)

    @property
    def uses_runs(self) -> bool:
        """Whether it looks at analysis runs."""
        return any("analysisRuns" in e.source for e in (self.when, self.once_per) if e)


@dataclass(frozen=True, slots=True)
class Trigger:
    """When to send what. `on` holds the reasons that arm it; without any, its conditions are watched.

    `also_watched` tells that they are watched even so: it fires once for a state that comes about, event or no event.
    """

    name: str
    conditions: tuple[Condition, ...]
    on: frozenset[str] = frozenset()
    severity: Severity | None = None
    resolves: frozenset[str] = frozenset()
    description: str = ""
    also_watched: bool = False

    @property
    def is_watched(self) -> bool:
        """Whether its conditions are looked at whenever an object changes."""
        return self.also_watched or not self.on


class Engine(enum.StrEnum):
    """The languages that templates are written in: ours, and Argo's."""

    JINJA2 = "jinja2"
    GO = "go"


class Tree(Protocol):
    """A compiled section of a template."""

    def render(self, variables: Mapping[str, Any]) -> Any:
        """Return it filled in; raises TemplateError, which names the leaf's path and the line within the leaf."""


@dataclass(frozen=True, slots=True)
class Template:
    """What to say: the plain message, and sections by service type."""

    name: str
    sections: Mapping[str, Tree]
    engine: Engine = Engine.JINJA2

    def key_for(self, kind: str, name: str) -> str:
        """Which section a service is sent; where they are by service name, the one of that name or `*`; "" for none."""
        return next((key for key in (f"{kind}.{name}", f"{kind}.*", kind) if key in self.sections), "")


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A configured service: its name, type, entry and options, `$key` still in place where the Secret lacks it."""

    name: str
    type: str
    key: str
    options: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GlobalSubscription:
    """Who hears of all objects with certain labels, `selector` in words; no triggers means the default ones."""

    destinations: tuple[Destination, ...]
    triggers: tuple[str, ...]
    matches: Matcher
    origin: str
    selector: str = ""


def service_of(key: str) -> tuple[str, str]:
    """Type and name of the service that an entry configures: `service.<type>.<name>`, the type being the usual name."""
    kind, _, name = key.removeprefix("service.").partition(".")
    return kind, name or kind


def scoped(namespace: str, name: str) -> str:
    """What is called `name` in the configuration of a namespace, told apart from all others of that name."""
    return f"{namespace}/{name}"


def bare(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("/")[2]


def scope_of(name: str) -> str:
    """The namespace whose configuration a name is of, "" for the central one."""
    return name.rpartition("/")[0]


class Tenancy(NamedTuple):
    """What a namespace's own configuration has a say in: its `services`, and the central ones it was `offered`.

    `triggers` are those it writes or whose templates it writes; `messages` is how many it may cause in an hour.
    """

    namespace: str
    services: frozenset[str]
    offered: frozenset[str]
    triggers: frozenset[str]
    default_triggers: tuple[str, ...] = ()
    service_triggers: Mapping[str, tuple[str, ...]] = {}
    messages: int = 1000
    context: Mapping[str, Any] = {}

    def service(self, name: str) -> str:
        """What a service's name means in the namespace: its own, else the central one."""
        return scoped(self.namespace, name) if name in self.services else name

    def trigger(self, name: str, service: str) -> str:
        """What a trigger's name means for a service: the namespace's, if service and trigger are its to speak for."""
        its = service in self.services or (service in self.offered and name in self.triggers)
        return scoped(self.namespace, name) if its else name

    def defaults(self, service: str) -> tuple[str, ...]:
        """The namespace's default triggers for a service of its own."""
        return self.service_triggers.get(service, self.default_triggers) if service in self.services else ()


@dataclass(frozen=True)
class Config:
    """All of it. `unsupported` are services of a type that is not built yet, by name.

    With a `tenancy` it is what applies in one namespace, its own entries by their scoped names.
    """

    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    services: Mapping[str, ServiceEntry] = field(default_factory=dict)
    unsupported: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[GlobalSubscription, ...] = ()
    default_triggers: tuple[str, ...] = ()
    service_triggers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()
    given: bool = False
    tenancy: Tenancy | None = None

    def for_reason(self, reason: str) -> tuple[Trigger, ...]:
        """The triggers a reason arms: those that name it, and the ones named after it."""
        return self._by_reason.get(reason) or tuple(self._namesakes(trigger_name(reason)))

    def _namesakes(self, name: str) -> Iterator[Trigger]:
        names = [name, *([scoped(self.tenancy.namespace, name)] if self.tenancy else [])]
        for trigger in (self.triggers[name] for name in names if name in self.triggers):
            if not trigger.on and trigger.name not in self.watched:
                yield trigger

    @cached_property
    def _by_reason(self) -> dict[str, tuple[Trigger, ...]]:
        reasons = {reason for trigger in self.triggers.values() for reason in trigger.on}
        return {r: tuple(t for t in self.triggers.values() if r in t.on) for r in reasons}

    @cached_property
    def watches_the_clock(self) -> bool:
        """Whether the passing of time alone may make a watched condition hold."""
        return any(c.uses_clock for trigger in self.watched.values() for c in trigger.conditions)

    @cached_property
    def watched(self) -> dict[str, Trigger]:
        """The triggers that are watched and have a condition to look at: most of them no reason arms."""
        return {name: t for name, t in self.triggers.items() if t.is_watched and any(c.when for c in t.conditions)}

    def context_of(self, namespace: str) -> Mapping[str, Any]:
        """The context of a namespace's own templates and conditions; that of the central ones where it is ""."""
        return self.tenancy.context if self.tenancy and namespace else self.context

    def secrets_of(self, namespace: str) -> Mapping[str, str]:
        """The secrets by name that a namespace's templates may use; those of the central ones where it is ""."""
        return {bare(name): value for name, value in self.secrets.items() if scope_of(name) == namespace}
