"""Configuration named on the command line."""

from __future__ import annotations

import sys

import click

from notifier.config import files
from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.errors import ConfigError


def config(config_map: str | None, secret: str | None) -> Config:
    """The configuration in a ConfigMap's and a Secret's file, either of which may be absent. Raises UsageError."""
    try:
        source = Source(f"ConfigMap in {config_map}", _read(config_map, "ConfigMap")) if config_map else None
        return load(source, _read(secret, "Secret") if secret else {}, CHECKS)
    except ConfigError as error:
        line = f" (line {error.line})" if error.line else ""
        raise click.UsageError(error.message + line) from error


def _read(path: str, kind: str) -> dict[str, str]:
    return files.read(path, kind, sys.stdin.read() if path == "-" else None)
