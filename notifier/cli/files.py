"""Reading configuration from files: ConfigMaps and Secrets as YAML or JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from notifier.config import yamltext
from notifier.config.load import Source, load
from notifier.config.schema import Config
from notifier.directory import CHECKS
from notifier.errors import ConfigError

def config(config_map: str | None, secret: str | None) -> Config:
    """The configuration of a ConfigMap's and a Secret's file, either of which may be absent."""
    source = Source(f"ConfigMap in {config_map}", data(config_map, "ConfigMap")) if config_map else None
    return load(source, data(secret, "Secret") if secret else {}, CHECKS)


def data(path: str, kind: str) -> dict[str, str]:
    """The data of all documents of a kind in a file, `-` is standard input. Raises click.UsageError."""
    try:
        text = click.get_text_stream("stdin").read() if path == "-" else Path(path).read_text(encoding="utf-8")
        documents = yamltext.documents(text)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read: {error}") from error
    except ConfigError as error:
        raise click.UsageError(f"{path}: {error.message} (line {error.line})") from error
    found = [d for d in documents if isinstance(d, Mapping) and d.get("kind") == kind]
    if not found:
        raise click.UsageError(f"{path} holds no {kind}")
    return {key: value for document in found for key, value in entries(document).items()}


def entries(document: Mapping[str, Any]) -> dict[str, str]:
    """The entries of a ConfigMap or a Secret, a Secret's `data` decoded; what is no text there is left out."""
    plain = {**(document.get("stringData") or {})}
    coded = document.get("data") or {}
    if document.get("kind") != "Secret":
        return {str(k): str(v) for k, v in coded.items()}
    return {**{str(k): text for k, v in coded.items() if (text := _decoded(v)) is not None}, **plain}


def _decoded(value: Any) -> str | None:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
