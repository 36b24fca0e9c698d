"""Argo's own templates and triggers, as they are shipped with Argo Rollouts v1.9: recognized, not copied. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from notifier.config import yamltext
from notifier.config.load import shipped
from notifier.errors import ConfigError

_SPACE = re.compile(r"\s+")
_DIGESTS = {
    "analysis-run-error": "537a024bb82b2e03",
    "analysis-run-failed": "9b1e2741c8bb275b",
    "analysis-run-running": "067f8d75b86b866d",
    "rollout-aborted": "66f374b3fee497dc",
    "rollout-completed": "5332f612850599b2",
    "rollout-paused": "4738e4a111220886",
    "rollout-step-completed": "a2508db9d7a1bf97",
    "rollout-updated": "d0365220ccd79685",
    "scaling-replicaset": "1414a34ebee3ec7e",
}
"""Of each template, its sections without white space."""


def digest(template: str) -> str:
    """What tells a template's text from others, white space apart. Raises ConfigError for what is no YAML."""
    return hashlib.sha256(_SPACE.sub("", repr(_sorted(yamltext.load(template).value))).encode()).hexdigest()[:16]


def is_template(key: str, text: str) -> bool:
    """Whether an entry is one of Argo's templates, unchanged."""
    try:
        return _DIGESTS.get(key.removeprefix("template.")) == digest(text)
    except ConfigError:
        return False


def is_trigger(key: str, text: str) -> bool:
    """Whether an entry is one of Argo's triggers, unchanged: one that sends the template that ours sends."""
    ours = shipped().triggers.get(key.removeprefix("trigger."))
    try:
        said = yamltext.load(text).value
    except ConfigError:
        return False
    return ours is not None and said == [{"send": list(ours.conditions[0].send)}]


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((str(key), _sorted(item)) for key, item in value.items())
    return _SPACE.sub("", value) if isinstance(value, str) else value
