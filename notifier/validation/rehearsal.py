"""Rendering every message that could be sent, for nobody: what a template says of a Rollout shows only then. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from notifier import subscriptions
from notifier.config.schema import Config, Template, Trigger
from notifier.model import Event, Object
from notifier.render import render
from notifier.secrets import SecretNames
from notifier.validation import made
from notifier.validation.made import Sample

_LIKE_JSON = re.compile(r'\s*(\{\s*"|\[\s*\{)')
"""How a text begins that is meant as JSON: in a webhook's body, in Slack's attachments."""

Asked = Mapping[str, Iterable[str]]
"""By trigger, the services it is sent to."""


class Mishap(NamedTuple):
    """A template that could not be filled in: where in it, why, and for what."""

    template: str
    message: str
    occasion: str

    @property
    def path(self) -> tuple[str, ...]:
        """The keys in the template that lead to the leaf."""
        return tuple(re.findall(r"[^.\[\]]+", self.message.partition(": ")[0]))


class _Stage(NamedTuple):
    """A Rollout that messages are rendered about, and those that somebody asked for."""

    title: str
    sample: Sample
    asked: Asked


def rehearse(config: Config, samples: Iterable[Sample]) -> Iterator[Mishap]:
    """Try each template on a made-up Rollout, and on those for whom somebody asked for it."""
    everything = dict.fromkeys(config.triggers, tuple(config.services) or ("",))
    yield from _rehearsed(_Stage("a made-up Rollout", made.SAMPLE, everything), config)
    for sample in samples:
        digest = sample.digest
        wanted = subscriptions.wanted((digest.subscriptions,), digest.labels, config)
        asked = {trigger: tuple({found.service for found in told}) for trigger, told in wanted.items()}
        title = f"Rollout {digest.namespace}/{digest.name}"
        yield from _rehearsed(_Stage(title, sample, asked), config)


def _rehearsed(stage: _Stage, config: Config) -> Iterator[Mishap]:
    for trigger in (config.triggers[name] for name in stage.asked if name in config.triggers):
        templates = _sent(trigger, config)
        for reason in sorted(trigger.on) or [""]:
            event = made.event(stage.sample.digest, reason, trigger.description if not reason else "")
            occasion = f"{reason or trigger.name} of {stage.title}"
            for service in stage.asked[trigger.name] if event else ():
                variables = _variables(stage.sample.rollout, event, service, config)
                for template in templates:
                    yield from (Mishap(template.name, why, occasion) for why in _faults(template, variables, config))


def _sent(trigger: Trigger, config: Config) -> list[Template]:
    names = dict.fromkeys(name for condition in trigger.conditions for name in condition.send)
    return [config.templates[name] for name in names if name in config.templates]


def _variables(rollout: Object, event: Event | None, service: str, config: Config) -> dict[str, Any]:
    return {
        "rollout": rollout,
        "analysisRuns": [made.ANALYSIS_RUN],
        "event": msgspec.to_builtins(event),
        "context": config.context,
        "secrets": SecretNames(config.secrets),
        "recipient": "made-up",
        "serviceType": service,
    }


def _faults(template: Template, variables: Mapping[str, Any], config: Config) -> Iterator[str]:
    """What is wrong with what a template says to a service, the path of the leaf first."""
    service = variables["serviceType"]
    kind = config.services[service].type if service in config.services else ""
    rendered = render([template], (kind, service), variables, str(variables["event"]["summary"]))
    yield from (fault.removeprefix(f"template {template.name}: ") for fault in rendered.faults)
    sections = (name for name in (f"{kind}.{service}", f"{kind}.*", kind) if name in template.sections)
    yield from _broken_json(rendered.message.body, next(sections, kind))


def _broken_json(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and _LIKE_JSON.match(value):
        try:
            json.loads(value)
        except ValueError as error:
            yield f"{path}: begins like JSON, and is none: {error}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _broken_json(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _broken_json(item, f"{path}[{index}]")
