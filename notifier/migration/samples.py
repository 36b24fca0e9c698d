"""Rollouts to try templates on: of recordings, a JSON object a line, and of files with objects."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from notifier.errors import ConfigError
from notifier.migration.sameness import Sample
from notifier.model import Kind, Object
from notifier.validation import made
from notifier.validation.documents import File, Finding, read

_ZIPPED = b"\x1f\x8b"


def samples(name: str, content: bytes) -> Iterator[Sample]:
    """The states of Rollouts that a file holds, each once. Raises ConfigError where there is none, or no reading it."""
    try:
        text = (gzip.decompress(content) if content.startswith(_ZIPPED) else content).decode("utf-8-sig")
    except (OSError, EOFError, ValueError) as error:
        raise ConfigError(f"{name} cannot be read: {error}") from error
    found = list(_states(name, _recorded(text) or _objects(File(name, text))))
    if not found:
        raise ConfigError(f"{name} holds no Rollout")
    yield from found


def _recorded(text: str) -> list[Object]:
    """The objects of a recording's lines, nothing where it is none."""
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return []
    return [line["object"] for line in lines if isinstance(line, dict) and isinstance(line.get("object"), dict)]


def _objects(file: File) -> Iterator[Object]:
    for part in read(file):
        if isinstance(part, Finding):
            raise ConfigError(f"{file.name}: {part.message}", part.line)
        yield part.value


def _states(name: str, objects: Iterable[Object]) -> Iterator[Sample]:
    """The Rollouts, each with the analysis runs that were seen before it, in their latest state."""
    runs: dict[str, Object] = {}
    seen: set[bytes] = set()
    for found in objects:
        if found.get("kind") == Kind.ANALYSIS_RUN:
            runs[str(_metadata(found).get("name"))] = found
        encoded = msgspec.json.encode([found.get("metadata"), found.get("spec"), found.get("status")], enc_hook=str)
        if found.get("kind") == Kind.ROLLOUT and encoded not in seen:
            seen.add(encoded)
            yield _sample(name, found, tuple(reversed(runs.values())))


def _sample(file: str, rollout: Object, runs: tuple[Object, ...]) -> Sample:
    title = f"Rollout {_metadata(rollout).get('name')} in {file}"
    try:
        complete = made.sample(rollout)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{title} cannot be read: {error}") from error
    metadata = {**complete.rollout["metadata"], **_metadata(rollout)}
    return Sample(title, {**rollout, "metadata": metadata}, complete.digest, runs)


def _metadata(found: Object) -> dict[str, Any]:
    metadata = found.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
