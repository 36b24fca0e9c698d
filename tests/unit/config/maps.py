"""ConfigMaps in, configurations out, with two service types of this file's own: it matters not which are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifier.config.load import OptionsCheck, Source, load
from notifier.config.schema import Config
from notifier.errors import ConfigError

OBJECT = "ConfigMap argo-rollouts/rollouts-notifier-config"


def _slack(options: Mapping[str, Any]) -> list[str]:
    if not options.get("token"):
        raise ConfigError("token: is missing")
    return [f"unknown key {key!r} is ignored" for key in options.keys() - {"token", "icon"}]


CHECKS: Mapping[str, OptionsCheck] = {"slack": _slack, "webhook": lambda _: []}


def configured(
    data: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None, before: Config | None = None
) -> Config:
    """The configuration of a ConfigMap's data; None is that there is no ConfigMap."""
    return load(None if data is None else Source(OBJECT, data), secrets or {}, CHECKS, before)
