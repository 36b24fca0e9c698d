"""Objects named on the command line: those of files, chosen among them, and what belongs to one of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from notifier.config import files
from notifier.errors import ConfigError
from notifier.explain import Subject
from notifier.model import Kind, Object
from notifier.validation.documents import File, Finding, Manifest, read

STDIN = "-"
_MADE_UP = "made-up:"


def text(name: str) -> str:
    """A file's text, without a byte order mark; - is standard input. Raises UsageError."""
    try:
        content = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name} cannot be read: it is not UTF-8") from error


def objects(name: str) -> list[Object]:
    """All objects of a file of YAML or JSON. Raises UsageError."""
    return [_named(_manifest(part)) for part in read(File(name, text(name)))]


def _manifest(part: Manifest | Finding) -> Object:
    """The object of a document. Raises UsageError where there is none, and for a Rollout without a name."""
    nameless = isinstance(part, Manifest) and part.kind == Kind.ROLLOUT and not part.metadata.get("name")
    if isinstance(part, Finding) or nameless:
        why = part.message if isinstance(part, Finding) else "a Rollout needs `metadata` with a `name`"
        raise click.UsageError(f"{part.file}:{part.line}: {why}")
    return part.value


def _named(found: Object) -> Object:
    """An object with what the cluster gives to each, where a person who wrote it has left that out."""
    metadata = found.get("metadata")
    given = metadata if isinstance(metadata, dict) else {}
    uid = f"{_MADE_UP}{found['kind']}/{given.get('namespace', '')}/{given.get('name', '')}"
    return {**found, "metadata": {"name": "", "uid": uid, **given}}


def is_made_up(uid: str) -> bool:
    """Whether no cluster has given it."""
    return uid.startswith(_MADE_UP)


def entries(path: str, kind: str) -> dict[str, str]:
    """The entries of the ConfigMaps or Secrets in a file. Raises UsageError."""
    try:
        return files.read(path, kind, text(path))
    except ConfigError as error:
        line = f" (line {error.line})" if error.line else ""
        raise click.UsageError(error.message + line) from error


def rollouts(found: Iterable[Object], wanted: str, namespace: str) -> list[Object]:
    """The Rollouts of a name and a namespace, "" is any."""
    return [
        one
        for one in found
        if one["kind"] == Kind.ROLLOUT
        and wanted in ("", one["metadata"]["name"])
        and namespace in ("", one["metadata"].get("namespace", ""))
    ]


def relatives(rollout: Object, among: Sequence[Object], *, strays: bool = False) -> list[Object]:
    """What a Rollout owns, itself or by its Experiments; `strays` tells to take what has no owner for its own."""
    own = list(_owned({_key(rollout)}, among, strays=strays))
    experiments = {_key(one) for one in own if one["kind"] == Kind.EXPERIMENT}
    return [*own, *_owned(experiments, among, strays=False)]


def _owned(owners: set[tuple[str, str]], among: Iterable[Object], *, strays: bool) -> Iterator[Object]:
    for one in among:
        if one["kind"] not in {Kind.REPLICA_SET, Kind.EXPERIMENT, Kind.ANALYSIS_RUN}:
            continue
        given = one["metadata"].get("ownerReferences")
        references = [r for r in given if isinstance(r, dict)] if isinstance(given, list) else []
        named = {(str(r.get("kind")), str(r.get("uid"))) for r in references}
        if named & owners or (strays and not given):
            yield one


def _key(found: Object) -> tuple[str, str]:
    return found["kind"], str(found["metadata"]["uid"])


def subject(file: str) -> Subject:
    """The one Rollout in a file, and what it owns. Raises UsageError."""
    found = objects(file)
    chosen = rollouts(found, "", "")
    if len(chosen) != 1:
        raise click.UsageError(f"{file} must hold one {Kind.ROLLOUT}: it holds {len(chosen)}")
    return Subject(chosen[0], relatives(chosen[0], found, strays=True))
