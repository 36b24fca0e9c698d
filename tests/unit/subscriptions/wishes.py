"""Annotations in, wishes out, written as `trigger → service:recipient`."""

from __future__ import annotations

from collections.abc import Mapping

from notifier.config.schema import Config
from notifier.model import ANNOTATION_PREFIX
from notifier.subscriptions import Parsed, parse, wanted

ON_EVERYTHING: Mapping[str, str] = {}


def annotated(annotations: Mapping[str, str]) -> dict[str, str]:
    """Annotations whose keys are given without the prefix."""
    return {ANNOTATION_PREFIX + key: value for key, value in annotations.items()}


def parsed(key: str, value: str) -> Parsed:
    """What one annotation asks for."""
    return parse(annotated({key: value}))


def wishes(parsed: Parsed) -> list[str]:
    """The subscriptions, each as one text."""
    return [f"{s.trigger} → {s.destination.service}:{s.destination.recipient}" for s in parsed.subscriptions]


def told(
    config: Config, annotations: Mapping[str, str], labels: Mapping[str, str] | None = ON_EVERYTHING
) -> dict[str, list[str]]:
    """By trigger, whom one object's annotations and the configuration tell, in order."""
    asked = wanted([annotated(annotations)], labels, config)
    return {trigger: [f"{service}:{to}" for service, to in found] for trigger, found in asked.items()}
