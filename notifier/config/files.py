"""ConfigMaps and Secrets in files: YAML or JSON, several documents allowed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from notifier.config import yamltext
from notifier.errors import ConfigError


def read(path: str, kind: str, text: str | None = None) -> dict[str, str]:
    """The entries of all documents of a kind in a file; `text` is its content where it was read already.

    Raises ConfigError where the file cannot be read or holds none.
    """
    documents = _documents(path, text)
    found = [d for d in documents if isinstance(d, Mapping) and d.get("kind") == kind]
    if not found:
        raise ConfigError(f"{path} holds no {kind}")
    return {key: value for document in found for key, value in entries(document).items()}


def _documents(path: str, text: str | None) -> list[Any]:
    try:
        return yamltext.documents(Path(path).read_text(encoding="utf-8") if text is None else text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.message}", error.line) from error


def entries(document: Mapping[str, Any]) -> dict[str, str]:
    """The entries of a ConfigMap or a Secret, a Secret's `data` decoded; what is no text there is left out."""
    coded = document.get("data") or {}
    if document.get("kind") != "Secret":
        return {str(key): str(value) for key, value in coded.items()}
    plain = {str(key): str(value) for key, value in (document.get("stringData") or {}).items()}
    return decoded(coded) | plain


def decoded(data: Mapping[str, Any]) -> dict[str, str]:
    """A Secret's `data` in plain; what is no base64 or no text is left out."""
    return {str(key): text for key, value in data.items() if (text := _plain(value)) is not None}


def _plain(value: Any) -> str | None:
    try:
        return base64.b64decode("".join(str(value).split()), validate=True).decode()
    except ValueError:
        return None
