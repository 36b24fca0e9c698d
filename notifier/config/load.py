"""From texts to a Config. An entry that cannot work is reported and left out; its last good version stays in force."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple, TypeVar

from notifier.config import entries
from notifier.config.schema import ARGO_TYPES, Config, GlobalSubscription, ServiceEntry, Template, Trigger, service_of
from notifier.config.substitution import substitute
from notifier.config.templates import Warn, read_template
from notifier.errors import ConfigError
from notifier.jinja import Language
from notifier.model import Problem
from notifier.reasons import BY_TRIGGER
from notifier.spelling import hint

T = TypeVar("T")


_BENEATH = "_defaults"
"""The file among the shipped templates whose sections are beneath every other's."""

_MOST_SAID = 20
"""How many wrong names of one entry are told, each with the nearest right one: that takes time for each."""

_SECRET_LENGTH = 5
"""What is shorter is no secret, but part of many words."""
_ALONE = ("subscriptions", "defaultTriggers", "context")
_KEYS = ("service", "trigger", "template", *_ALONE)

OptionsCheck = Callable[[Mapping[str, Any]], Sequence[str]]
"""Reads a service's options: returns warnings, raises ConfigError."""


class Source(NamedTuple):
    """A ConfigMap's data, and how to call it in problems."""

    object: str
    data: Mapping[str, str]


class Catalogue(NamedTuple):
    """The triggers and templates that are shipped, and the language they are written in, with its macros."""

    triggers: Mapping[str, Trigger]
    templates: Mapping[str, Template]
    language: Language


@functools.cache
def shipped(zone: str = "UTC") -> Catalogue:
    """What lies in `triggers/` and `templates/`, times shown in a zone. Raises ConfigError, TemplateError."""
    folder = resources.files("notifier") / "catalogue"
    language = Language(macros=_texts(folder / "templates" / "_macros", ".j2"), zone=zone)
    triggers, templates = _texts(folder / "triggers", ".yaml"), _texts(folder / "templates", ".yaml")
    beneath = _template(_BENEATH, templates.pop(_BENEATH), language).sections
    return Catalogue(
        {name: entries.trigger(name, text, _refuse) for name, text in triggers.items()},
        {n: Template(n, {**beneath, **_template(n, text, language).sections}) for n, text in templates.items()},
        language,
    )


def _texts(folder: Traversable, suffix: str) -> dict[str, str]:
    found = sorted((f for f in folder.iterdir() if f.name.endswith(suffix)), key=lambda f: f.name)
    return {f.name.removesuffix(suffix): f.read_text(encoding="utf-8") for f in found}


def _template(name: str, text: str, language: Language) -> Template:
    return read_template(name, text, language, _refuse)


def _refuse(remark: str, line: int) -> None:
    raise ConfigError(remark, line)


def load(
    source: Source | None,
    secrets: Mapping[str, str],
    checks: Mapping[str, OptionsCheck],
    before: Config | None = None,
    *,
    zone: str = "UTC",
    offered: Collection[str] | None = None,
) -> Config:
    """The configuration in force: the catalogue, and above it what the ConfigMap says.

    `checks` reads options by service type; a type of Argo's that is not among them is an error of its own. `before` is
    the configuration until now: where an entry has become unusable, its version of it stays. `offered` are the
    central services that a namespace's subscriptions may name; None is the central configuration itself.
    """
    loading = _Loading(source or Source("ConfigMap", {}), secrets, checks, before or Config(), offered)
    return loading.config(shipped(zone), given=source is not None)


class _Loading:
    """One run over a ConfigMap's entries."""

    def __init__(
        self,
        source: Source,
        secrets: Mapping[str, str],
        checks: Mapping[str, OptionsCheck],
        before: Config,
        offered: Collection[str] | None,
    ) -> None:
        self._source, self._secrets, self._checks, self._before = source, secrets, checks, before
        self._offered = dict.fromkeys(offered or (), "")
        self._a_service = "service" if offered is None else "service of the namespace, nor one offered to it, called"
        self._problems: list[Problem] = []

    def config(self, catalogue: Catalogue, *, given: bool) -> Config:
        before = self._before
        templates = {**catalogue.templates, **self._templates(catalogue)}
        own = self._each("trigger.", entries.trigger, before.triggers)
        built_in = {name for name, template in templates.items() if template is catalogue.templates.get(name)}
        triggers = {**catalogue.triggers, **{name: _meant(trigger, built_in) for name, trigger in own.items()}}
        self._check_sends(triggers, templates)
        self._check_keys()
        services, unsupported = self._services()
        config = Config(
            triggers=triggers,
            templates=templates,
            services=services,
            unsupported=unsupported,
            subscriptions=self._subscriptions(),
            default_triggers=self._one("defaultTriggers", _names, before.default_triggers) or (),
            service_triggers=self._each("defaultTriggers.", lambda _, *given: _names(*given), before.service_triggers),
            context=self._one("context", entries.context, before.context) or {},
            secrets=self._secrets,
            given=given,
        )
        self._check_subscriptions(config)
        self._check_sections(config)
        return dataclasses.replace(config, problems=tuple(self._problems))

    def _templates(self, catalogue: Catalogue) -> dict[str, Template]:
        def read(name: str, text: str, warn: Warn) -> Template:
            return read_template(name, text, catalogue.language, warn)

        return self._each("template.", read, self._before.templates)

    def _each(self, prefix: str, read: Callable[[str, str, Warn], T], before: Mapping[str, T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for key, text in self._source.data.items():
            name = key.removeprefix(prefix)
            if key.startswith(prefix) and name:
                value = self._try(key, functools.partial(read, name, text, self._warn(key)), before.get(name))
                found |= {name: value} if value is not None else {}
        return found

    def _one(self, key: str, read: Callable[[str, Warn], T], before: T) -> T | None:
        text = self._source.data.get(key)
        return None if text is None else self._try(key, lambda: read(text, self._warn(key)), before)

    def _subscriptions(self) -> tuple[GlobalSubscription, ...]:
        """What is subscribed for all: where an item has become unusable, all as they were, else those that can work."""
        before = entries.Subscriptions(self._before.subscriptions)
        found = self._one("subscriptions", entries.subscriptions, before) or entries.Subscriptions()
        return found.items if found.whole or not before.items else before.items

    def _try(self, key: str, read: Callable[[], T], otherwise: T | None) -> T | None:
        try:
            return read()
        except ConfigError as error:
            self._problem(key, error.message, error.line)
            return otherwise

    def _services(self) -> tuple[dict[str, ServiceEntry], dict[str, str]]:
        services: dict[str, ServiceEntry] = {}
        unsupported: dict[str, str] = {}
        for key, text in self._source.data.items():
            if not key.startswith("service."):
                continue
            kind, name = service_of(key)
            earlier = self._before.services.get(name)
            own = earlier if earlier and earlier.key == key else None
            entry = self._try(key, functools.partial(self._service, key, text), own)
            if entry and entry.name in services:
                self._problem(key, f"{services[entry.name].key} has that name already; give this one another")
            elif entry:
                services[entry.name] = entry
            elif kind in ARGO_TYPES - self._checks.keys():
                unsupported[name] = kind
        return services, {name: kind for name, kind in unsupported.items() if name not in services}

    def _service(self, key: str, text: str) -> ServiceEntry:
        kind, name = service_of(key)
        if kind not in self._checks:
            raise ConfigError(_unknown_type(kind, self._checks))
        if "." in name:
            raise ConfigError("a service's key is service.<type> or service.<type>.<name>")
        missing: list[str] = []
        options = substitute(entries.mapping(text), self._secrets, missing.append)
        missing = list(dict.fromkeys(missing))
        for secret in missing[:_MOST_SAID]:
            self._problem(key, f"the Secret has no key {secret!r}{hint(secret, self._secrets)}")
        self._say_how_many_more(key, missing)
        for warning in self._checks[kind](options):
            self._problem(key, warning)
        return ServiceEntry(name, kind, key, options)

    def _check_sends(self, triggers: Mapping[str, Trigger], templates: Mapping[str, Template]) -> None:
        for trigger in triggers.values():
            sent = (name for condition in trigger.conditions for name in condition.send)
            self._check_names(f"trigger.{trigger.name}", "template", sent, templates)

    def _check_names(self, key: str, what: str, names: Iterable[str], known: Mapping[str, object]) -> None:
        unknown = [name for name in dict.fromkeys(names) if name not in known]
        for name in unknown[:_MOST_SAID]:
            self._problem(key, f"there is no {what} {name!r}{hint(name, known)}")
        self._say_how_many_more(key, unknown)

    def _say_how_many_more(self, key: str, wrong: Sequence[str]) -> None:
        if (more := len(wrong) - _MOST_SAID) > 0:
            self._problem(key, f"and {more} more")

    def _check_subscriptions(self, config: Config) -> None:
        for entry in config.subscriptions:
            services = {**config.services, **config.unsupported, **self._offered}
            self._check_names(entry.origin, self._a_service, (d.service for d in entry.destinations), services)
            self._check_names(entry.origin, "trigger", entry.triggers, config.triggers)
        self._check_names("defaultTriggers", "trigger", config.default_triggers, config.triggers)
        for service, triggers in config.service_triggers.items():
            self._check_names(f"defaultTriggers.{service}", "trigger", triggers, config.triggers)

    def _check_sections(self, config: Config) -> None:
        """Name the sections that nobody would ever be sent: those for a service by a name that none has."""
        for template in (t for name, t in config.templates.items() if f"template.{name}" in self._source.data):
            for section in template.sections:
                kind, by_name, name = section.partition(".")
                known = {s.name: s for s in config.services.values() if s.type == kind}
                if by_name and name != "*" and config.services:
                    self._check_names(f"template.{template.name}", kind, [name], known)

    def _check_keys(self) -> None:
        for key in self._source.data:
            kind, dot, name = key.partition(".")
            nameless = dot and not name and kind != "service"
            alone = dot and kind in {"subscriptions", "context"}
            if kind not in _KEYS or not (dot or kind in _ALONE) or nameless or alone:
                self._problem(key, f"unknown key is ignored{hint(kind, dict.fromkeys(_KEYS))}")

    def _warn(self, key: str) -> Warn:
        return functools.partial(self._problem, key)

    def _problem(self, key: str, message: str, line: int = 0) -> None:
        self._problems.append(Problem(self._source.object, key, without_secrets(message, self._secrets), line))


def _meant(trigger: Trigger, built_in: Collection[str]) -> Trigger:
    """A trigger as it is meant: one that sends a built-in template is about the reason that this template tells of."""
    reason = BY_TRIGGER.get(trigger.name)
    sent = {name for condition in trigger.conditions for name in condition.send}
    if reason is None or sent.isdisjoint(built_in):
        return trigger
    return dataclasses.replace(trigger, on=trigger.on or frozenset({reason}), also_watched=False)


def without_secrets(message: str, secrets: Mapping[str, str]) -> str:
    """A message with the names of secrets in place of their values."""
    names = {secret: name for name, secret in secrets.items() if len(secret) >= _SECRET_LENGTH and secret in message}
    if not names:
        return message
    # In one go: a name may hold the next secret's value, and so on.
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: f"${names[found[0]]}", message)


def _names(text: str, _: Warn) -> tuple[str, ...]:
    return entries.names(text)


def _unknown_type(kind: str, known: Mapping[str, object]) -> str:
    if kind in ARGO_TYPES:
        return f"services of type {kind!r} are not supported yet"
    return f"there is no service type {kind!r}{hint(kind, {**known, **dict.fromkeys(ARGO_TYPES)})}"
