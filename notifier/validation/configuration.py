"""ConfigMaps in files: which are ours, what they configure, and what in them cannot work."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from notifier import subscriptions
from notifier.config.load import OptionsCheck, Source, load, shipped
from notifier.config.schema import Config, ServiceEntry, Template, Trigger, service_of
from notifier.config.tenancy import admitted
from notifier.directory import CHECKS
from notifier.errors import ConfigError
from notifier.model import Problem
from notifier.services import SERVICES
from notifier.services.http import Client
from notifier.validation import elsewhere, places, silence, trials
from notifier.validation.documents import Finding, Manifest, Text
from notifier.validation.made import Sample
from notifier.validation.rehearsal import Mishap, names, rehearse
from notifier.validation.tenants import SelfService, unreachable

_NAMES = frozenset({"rollouts-notifier-config", "argo-rollouts-notification-configmap"})
_KEY = re.compile(r"(service|trigger|template|defaultTriggers)\..|(subscriptions|defaultTriggers|context)$")
_NAMED_SECRET = re.compile(r"(?:\$|\bsecrets\.|\bsecrets\[['\"])([\w-]+)", re.ASCII)
_ITEM = re.compile(r"(subscriptions)\[(\d+)\]")
_QUOTED = re.compile(r"'([^']+)'")
_REFERENCE = re.compile(r"\$[\w-]", re.ASCII)


def is_entry(key: str) -> bool:
    """Whether a key of a ConfigMap's data is one that we read."""
    return _KEY.match(key) is not None


def is_ours(manifest: Manifest) -> bool:
    """Whether an object is a ConfigMap that configures notifications."""
    named = manifest.metadata.get("name") in _NAMES
    return manifest.kind == "ConfigMap" and (named or any(map(is_entry, manifest.texts("data"))))


class Configuration(NamedTuple):
    """A ConfigMap, its entries and what they mean, the broken ones replaced by stand-ins.

    `said` is what of it is in force, `denied` what in it namespaces may not say, where it is one's own.
    """

    manifest: Manifest
    texts: Mapping[str, Text]
    said: Mapping[str, str]
    config: Config
    denied: tuple[Problem, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """What in it cannot work by itself."""
        yield from self.manifest.oddities("data")
        for problem in self._problems():
            item = _ITEM.fullmatch(problem.key)
            key = item[1] if item else problem.key
            text = self.texts[key].value
            begin = places.of(text, (item[2],)) if item else 0
            line = max(_within(problem, text), problem.line) or _mentioned(problem.message, text, begin)
            yield self.manifest.finding(problem.message, problem.key, self.texts[key].at(line))

    def _problems(self) -> Iterator[Problem]:
        name = str(self.manifest)
        yield from (*self.denied, *self.config.problems)
        yield from (Problem(name, *fault) for fault in subscriptions.global_faults(self.config))
        for look in (silence.problems, trials.problems):
            yield from look(self.config, self.said, name)
        yield from elsewhere.problems(self.said, name)

    def rehearsed(self, samples: Iterable[Sample], in_force: Config) -> Iterator[Finding]:
        """What in it cannot be said where a configuration, made of it, is in force; the same once."""
        said: dict[tuple[str, str], Mishap] = {}
        for mishap in rehearse(in_force, samples, names(self.said.values())):
            own = f"template.{mishap.template}"
            # What is shipped can stumble over nothing but the context, and then much of it does.
            said.setdefault((own, mishap.message) if own in self.texts else ("context", ""), mishap)
        for (key, own), mishap in said.items():
            line = places.in_template(self.texts[key].value, mishap.message) if own else 0
            message = f"cannot be rendered for {mishap.occasion}: {mishap.message}"
            yield self.manifest.finding(message, key, self.texts[key].at(line) if key in self.texts else 0)


def _within(problem: Problem, text: str) -> int:
    """The line of a template's leaf that a problem is about, 0 where it is about none."""
    return places.in_template(text, problem.message) if problem.key.startswith("template.") else 0


def _mentioned(message: str, text: str, begin: int) -> int:
    """The line of a text, from one on, where the name stands that a message quotes; that one if there is none."""
    quoted = _QUOTED.search(message)
    word = re.compile(rf"(?<![\w-]){re.escape(quoted[1])}(?![\w-])" if quoted else "(?!)")
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if number >= begin and word.search(line)), begin)


def configuration(manifest: Manifest, secrets: Mapping[str, str] | None, client: Client) -> Configuration:
    """What a ConfigMap means together with a Secret; None means that it is not at hand, and is taken to be complete."""
    texts = manifest.texts("data")
    said = {key: text.value for key, text in texts.items()}
    held = _held(manifest, secrets)
    config = load(Source(str(manifest), said), held, _checks(client, held, SERVICES), _stand_ins(said))
    return Configuration(manifest, texts, said, config)


def tenants_own(
    manifest: Manifest, secrets: Mapping[str, str] | None, client: Client, rules: SelfService
) -> Configuration:
    """The same for the ConfigMap of a namespace."""
    texts = manifest.texts("data")
    written = Source(str(manifest), {key: text.value for key, text in texts.items()})
    source, refused = admitted(written, rules.terms)
    held, offered = _held(manifest, secrets), rules.terms.offered
    checks = _checks(client.restricted(rules.egress), held, rules.terms.types)
    config = load(source, held, checks, _stand_ins(source.data), offered=offered)
    beyond = (Problem(source.object, *why) for why in unreachable(config.services.values(), rules.egress))
    return Configuration(manifest, texts, source.data, config, (*refused, *beyond))


def _held(manifest: Manifest, secrets: Mapping[str, str] | None) -> Mapping[str, str]:
    return {name: f"${name}" for name in named_secrets(manifest)} if secrets is None else secrets


def named_secrets(manifest: Manifest) -> list[str]:
    """The keys of a Secret that a ConfigMap's entries may mean."""
    found = (name for text in manifest.texts("data").values() for name in _NAMED_SECRET.findall(text.value))
    return list(dict.fromkeys(found))


def together(configurations: Sequence[Configuration]) -> Config:
    """What is known to any of some ConfigMaps; the catalogue alone, if there are none."""
    config = load(None, {}, CHECKS)
    for other in (configuration.config for configuration in configurations):
        config = dataclasses.replace(
            config,
            triggers={**config.triggers, **other.triggers},
            services={**config.services, **other.services},
            default_triggers=config.default_triggers or other.default_triggers,
            service_triggers={**config.service_triggers, **other.service_triggers},
            context={**config.context, **other.context},
            given=True,
        )
    return config


def _checks(client: Client, secrets: Mapping[str, str], kinds: Container[str]) -> dict[str, OptionsCheck]:
    known = frozenset(secrets.values())
    return {kind: functools.partial(_check, kind, client, known) for kind in SERVICES if kind in kinds}


def _check(kind: str, client: Client, secrets: frozenset[str], options: Mapping[str, Any]) -> Sequence[str]:
    """Build a service, without the files it reads: those are where the daemon runs, and not for namespaces."""
    own = client.egress.everything
    here = {key: value for key, value in options.items() if not (own and key.lower().endswith("file"))}
    try:
        SERVICES[kind].from_config(here, client, secrets)
        return CHECKS[kind](options)
    except ConfigError:
        # What still holds a reference may be right once that is filled in.
        if _REFERENCE.search(str(options)):
            return ()
        raise


def _stand_ins(data: Mapping[str, str]) -> Config:
    """What takes the place of broken entries, lest what refers to one be reported with it."""
    named = {prefix: _names(data, f"{prefix}.") for prefix in ("template", "trigger", "defaultTriggers")}
    some_trigger = tuple(shipped().triggers)[:1]
    services = [(key, *service_of(key)) for key in data if key.startswith("service.")]
    return Config(
        triggers={name: Trigger(name, ()) for name in named["trigger"]},
        templates={name: Template(name, {}) for name in named["template"]},
        services={name: ServiceEntry(name, kind, key, {}) for key, kind, name in services},
        default_triggers=some_trigger,
        service_triggers=dict.fromkeys(named["defaultTriggers"], some_trigger),
    )


def _names(data: Mapping[str, str], prefix: str) -> list[str]:
    return [key.removeprefix(prefix) for key in data if key.startswith(prefix)]
