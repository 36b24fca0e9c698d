"""ConfigMaps in files: which are ours, what they configure, and what in them cannot work."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from notifier import subscriptions
from notifier.config import yamltext
from notifier.config.load import OptionsCheck, Source, load, shipped
from notifier.config.schema import Config, ServiceEntry, Template, Trigger
from notifier.directory import CHECKS
from notifier.errors import ConfigError
from notifier.model import Problem
from notifier.services import SERVICES
from notifier.services.http import Client
from notifier.validation.documents import Finding, Manifest, Text
from notifier.validation.made import Sample
from notifier.validation.rehearsal import Mishap, rehearse

_NAMES = frozenset({"rollouts-notifier-config", "argo-rollouts-notification-configmap"})
_KEY = re.compile(r"(service|trigger|template|defaultTriggers)\..|(subscriptions|defaultTriggers|context)$")
_NAMED_SECRET = re.compile(r"(?:\$|\bsecrets\.|\bsecrets\[['\"])([\w-]+)", re.ASCII)
_ITEM = re.compile(r"(subscriptions)\[(\d+)\]")
_QUOTED = re.compile(r"'([^']+)'")
_REFERENCE = re.compile(r"\$[\w-]", re.ASCII)


def is_ours(manifest: Manifest) -> bool:
    """Whether an object is a ConfigMap that configures notifications."""
    named = manifest.metadata.get("name") in _NAMES
    return manifest.kind == "ConfigMap" and (named or any(map(_KEY.match, manifest.texts("data"))))


class Configuration(NamedTuple):
    """A ConfigMap, its entries and what they mean, the broken ones replaced by stand-ins."""

    manifest: Manifest
    texts: Mapping[str, Text]
    config: Config

    def findings(self) -> Iterator[Finding]:
        """What in it cannot work by itself."""
        yield from self.manifest.oddities("data")
        for problem in self._problems():
            item = _ITEM.fullmatch(problem.key)
            key, begin = (item[1], self._located(item[1]).line(int(item[2]))) if item else (problem.key, 0)
            line = problem.line or _mentioned(problem.message, self.texts[key].value, begin)
            yield self.manifest.finding(problem.message, problem.key, self.texts[key].at(line))

    def _problems(self) -> Iterator[Problem]:
        yield from self.config.problems
        yield from (Problem(str(self.manifest), *fault) for fault in subscriptions.global_faults(self.config))

    def rehearsed(self, samples: Iterable[Sample]) -> Iterator[Finding]:
        """What in it cannot be said, the same once."""
        said: dict[tuple[str, str], Mishap] = {}
        for mishap in rehearse(self.config, samples):
            own = f"template.{mishap.template}"
            # What is shipped can stumble over nothing but the context, and then much of it does.
            said.setdefault((own, mishap.message) if own in self.texts else ("context", ""), mishap)
        for (key, own), mishap in said.items():
            line = self._located(key).line(*mishap.path) if own else 0
            message = f"cannot be rendered for {mishap.occasion}: {mishap.message}"
            yield self.manifest.finding(message, key, self.texts[key].at(line) if key in self.texts else 0)

    def _located(self, key: str) -> yamltext.Located:
        return yamltext.load(self.texts[key].value)


def _mentioned(message: str, text: str, begin: int) -> int:
    """The line of a text, from one on, where the name stands that a message quotes; that one if there is none."""
    quoted = _QUOTED.search(message)
    word = re.compile(rf"(?<![\w-]){re.escape(quoted[1])}(?![\w-])" if quoted else "(?!)")
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if number >= begin and word.search(line)), begin)


def configuration(manifest: Manifest, secrets: Mapping[str, str] | None, client: Client) -> Configuration:
    """What a ConfigMap means together with a Secret; None means that it is not at hand, and is taken to be complete."""
    texts = manifest.texts("data")
    data = {key: text.value for key, text in texts.items()}
    held = {name: f"${name}" for name in named_secrets(manifest)} if secrets is None else secrets
    config = load(Source(str(manifest), data), held, _checks(client, held), _stand_ins(data))
    return Configuration(manifest, texts, config)


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
            given=True,
        )
    return config


def _checks(client: Client, secrets: Mapping[str, str]) -> dict[str, OptionsCheck]:
    known = frozenset(secrets.values())
    return {kind: functools.partial(_check, kind, client, known) for kind in SERVICES}


def _check(kind: str, client: Client, secrets: frozenset[str], options: Mapping[str, Any]) -> Sequence[str]:
    """Build a service, without the files it reads: those are where the daemon runs."""
    here = {key: value for key, value in options.items() if not key.lower().endswith("file")}
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
    names = {prefix: _names(data, f"{prefix}.") for prefix in ("service", "template", "trigger", "defaultTriggers")}
    some_trigger = tuple(shipped().triggers)[:1]
    services = [(kind, name or kind) for kind, _, name in (key.partition(".") for key in names["service"])]
    return Config(
        triggers={name: Trigger(name, ()) for name in names["trigger"]},
        templates={name: Template(name, {}) for name in names["template"]},
        services={name: ServiceEntry(name, kind, f"service.{kind}", {}) for kind, name in services},
        default_triggers=some_trigger,
        service_triggers=dict.fromkeys(names["defaultTriggers"], some_trigger),
    )


def _names(data: Mapping[str, str], prefix: str) -> list[str]:
    return [key.removeprefix(prefix) for key in data if key.startswith(prefix)]
