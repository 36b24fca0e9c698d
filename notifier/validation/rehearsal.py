"""Rendering every message that could be sent, for nobody: what a template says of a Rollout shows only then. Pure."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from notifier import subscriptions
from notifier.config.schema import Config, ServiceEntry, Template, Trigger, bare, scope_of, scoped
from notifier.model import Event, Object
from notifier.render import render
from notifier.rollouts.digests import RolloutDigest
from notifier.secrets import SecretNames
from notifier.validation import made
from notifier.validation.made import Sample

_LIKE_JSON = re.compile(r'\s*(\{\s*"|\[\s*\{)')
"""How a text begins that is meant as JSON: in a webhook's body, in Slack's attachments."""
_MAP_OF_NAMES = re.compile(r"\b(labels|annotations)\b")
_NAME = re.compile(r"(?<=[\"'`])[\w./-]+(?=[\"'`])|[\w-]+")
_MOST_NAMES = 1000
_ENOUGH = 10
"""Failures of one template after which it is not tried any more: each may have used up its budget."""

Asked = Mapping[str, Iterable[str]]
"""By trigger, the services it is sent to."""


class Mishap(NamedTuple):
    """A template that could not be filled in: why, with the path of the leaf first, and for what."""

    template: str
    message: str
    occasion: str


class _Stage(NamedTuple):
    """A Rollout that messages are rendered about, what they see of it, and those that somebody asked for."""

    title: str
    digest: RolloutDigest
    seen: Object
    asked: Asked


def names(texts: Iterable[str]) -> frozenset[str]:
    """The names that labels and annotations may have in the texts of templates."""
    found = (name for text in texts if _MAP_OF_NAMES.search(text) for name in _NAME.findall(text))
    return frozenset(itertools.islice(dict.fromkeys(found), _MOST_NAMES))


def rehearse(config: Config, samples: Iterable[Sample], known: Collection[str] = ()) -> Iterator[Mishap]:
    """Try each template on a made-up Rollout, and on those for whom somebody asked for it.

    Of a namespace's configuration, those that are its own. The made-up Rollout has the labels that are `known`.
    """
    rehearsal = _Rehearsal(config)
    everything = dict.fromkeys(rehearsal.own(config.triggers), rehearsal.services())
    yield from rehearsal.on(_Stage("a made-up Rollout", made.SAMPLE.digest, _seen(made.SAMPLE, known), everything))
    for sample in samples:
        digest = sample.digest
        wanted = subscriptions.wanted((digest.subscriptions,), digest.labels, config)
        asked = {name: tuple({found.service for found in wanted[name]}) for name in rehearsal.own(wanted)}
        title = f"Rollout {digest.namespace}/{digest.name}"
        yield from rehearsal.on(_Stage(title, digest, _seen(sample, known), asked))


def _seen(sample: Sample, known: Collection[str]) -> Object:
    return {"rollout": made.plain(sample.rollout, known), "analysisRuns": [made.plain(made.ANALYSIS_RUN, known)]}


class _Rehearsal:
    """One run over a configuration's templates."""

    def __init__(self, config: Config) -> None:
        self._scope = config.tenancy.namespace if config.tenancy else ""
        self._config = _with_services(config, self._scope)
        self._failures: Counter[str] = Counter()

    def own(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if scope_of(name) == self._scope and name in self._config.triggers]

    def services(self) -> tuple[str, ...]:
        tenancy = self._config.tenancy
        offered = tenancy.offered if tenancy else ()
        return tuple(name for name in self._config.services if scope_of(name) == self._scope or name in offered)

    def on(self, stage: _Stage) -> Iterator[Mishap]:
        for trigger in (self._config.triggers[name] for name in stage.asked):
            for reason in sorted(trigger.on) or [""]:
                event = made.event(stage.digest, reason, trigger.description if not reason else "")
                occasion = f"{reason or bare(trigger.name)} of {stage.title}"
                for service in stage.asked[trigger.name] if event else ():
                    for template, why in self._faults(trigger, service, stage, event):
                        self._failures[template.name] += 1
                        yield Mishap(template.name, why, occasion)

    def _faults(
        self, trigger: Trigger, service: str, stage: _Stage, event: Event | None
    ) -> Iterator[tuple[Template, str]]:
        variables = {**stage.seen, **self._variables(service, event)}
        for template in (t for t in self._sent(trigger) if self._failures[t.name] < _ENOUGH):
            yield from ((template, why) for why in self._said(template, service, variables))

    def _sent(self, trigger: Trigger) -> list[Template]:
        names = dict.fromkeys(name for condition in trigger.conditions for name in condition.send)
        return [self._config.templates[name] for name in names if name in self._config.templates]

    def _variables(self, service: str, event: Event | None) -> dict[str, Any]:
        return {
            "event": msgspec.to_builtins(event),
            "context": self._config.context_of(self._scope),
            "secrets": SecretNames(self._config.secrets_of(self._scope), self._scope),
            "recipient": "made-up",
            "serviceType": bare(service),
        }

    def _said(self, template: Template, service: str, variables: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with what a template says to a service, the path of the leaf first."""
        name = bare(service)
        kind = self._config.services[service].type if service in self._config.services else ""
        rendered = render([template], (kind, name), variables, str(variables["event"]["summary"]), made.NOW)
        yield from (fault.removeprefix(f"template {template.name}: ") for fault in rendered.faults)
        yield from _broken_json(rendered.message.body, template.key_for(kind, name) or kind)


def _with_services(config: Config, scope: str) -> Config:
    """A configuration with a service for each section that no other is sent to: in Argo all of them are rendered."""
    had = {entry.type for entry in config.services.values()}
    templates = (template for name, template in config.templates.items() if scope_of(name) == scope)
    sections = dict.fromkeys(section for template in templates for section in template.sections)
    parted = (section.partition(".") for section in sections)
    lacking = [(kind, name) for kind, _, name in parted if kind not in {*had, "message"}]
    entries = [ServiceEntry(name.strip("*") or kind, kind, "", {}) for kind, name in lacking]
    made_up = {scoped(scope, entry.name) if scope else entry.name: entry for entry in entries}
    return dataclasses.replace(config, services={**made_up, **config.services})


def _broken_json(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and _LIKE_JSON.match(value):
        try:
            json.loads(value)
        except ValueError as error:
            yield f"{path}: begins like JSON, and is none once rendered: {error}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _broken_json(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _broken_json(item, f"{path}[{index}]")
