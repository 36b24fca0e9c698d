"""`rollouts-notifier migrate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from notifier import readable
from notifier.cli import objects
from notifier.errors import ConfigError
from notifier.migration import report
from notifier.migration.migrating import Migrated, Wishes, migrate
from notifier.migration.sameness import Sample
from notifier.migration.samples import samples
from notifier.model import Object
from notifier.validation.configuration import is_ours
from notifier.validation.documents import File, Finding, Manifest, read


@click.command()
@click.option("-f", "--file", "named", metavar="FILE", multiple=True, help="A file, or - for standard input.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--namespace", default="", help="The namespace to write; without it that of Argo's stays.")
@click.option("--with-secret", is_flag=True, help="Write the Secret too; without it the report says what it needs.")
@click.option("--use-shipped", is_flag=True, help="Leave out Argo's own templates where unchanged: use those built in.")
@click.option("--check", metavar="SAMPLE", multiple=True, help="A recording, or Rollouts, to compare templates on.")
@click.option("--report", "to", metavar="FILE", default="", help="Where to report, as JSON if its name ends so.")
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def command(named: tuple[str, ...], files: tuple[str, ...], to: str, output: str, **how: Any) -> None:
    """Turn Argo's ConfigMap and Secret into ours, on standard output; report each entry on standard error.

    FILEs are YAML or JSON with any number of documents. A template is rewritten in Jinja2 where it then renders the
    same for sample Rollouts, and stays in Go's syntax elsewhere. Exit code 1 if an entry will not work.
    """
    found = _manifests([*named, *files])
    secrets = [manifest for manifest in found if manifest.kind == "Secret"]
    wishes = Wishes(samples=_samples(how.pop("check")), **how)
    migrated = [migrate(config_map, secrets, wishes) for config_map in _config_maps(found, wishes)]
    click.echo(_OUTPUTS[output]([one for result in migrated for one in result.objects]))
    _report(migrated, to)
    if any(line.verdict in report.PROBLEMS for result in migrated for line in result.lines):
        raise click.exceptions.Exit(1)


def _manifests(names: Sequence[str]) -> list[Manifest]:
    """The objects of files. Raises UsageError."""
    found = []
    for name in dict.fromkeys(names):
        for part in read(File(name, objects.text(name))):
            if isinstance(part, Finding):
                raise click.UsageError(f"{part.file}:{part.line}: {part.message}")
            found.append(part)
    return found


def _config_maps(found: Iterable[Manifest], wishes: Wishes) -> list[Manifest]:
    """Those that configure notifications, one for each namespace. Raises UsageError."""
    config_maps = [manifest for manifest in found if is_ours(manifest)]
    if not config_maps:
        raise click.UsageError("there is no ConfigMap with notifications: name one with -f")
    if len({wishes.namespace or config_map.namespace for config_map in config_maps}) < len(config_maps):
        raise click.UsageError("there are several ConfigMaps with notifications for one namespace")
    return config_maps


def _samples(names: Sequence[str]) -> list[Sample]:
    """The Rollouts to compare templates on. Raises UsageError."""
    try:
        return [sample for name in names for sample in samples(name, _content(name))]
    except ConfigError as error:
        raise click.UsageError(error.message) from error


def _content(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == objects.STDIN else Path(name).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from error


def _report(migrated: Sequence[Migrated], to: str) -> None:
    """Say what became of each entry. Raises UsageError where the file cannot be written."""
    lines = [line for result in migrated for line in result.lines]
    if not to:
        click.echo("\n".join(report.text(lines)), err=True)
        return
    as_json = to.endswith(".json")
    content = msgspec.json.format(msgspec.json.encode(lines)).decode() if as_json else "\n".join(report.text(lines))
    try:
        Path(to).write_text(f"{content}\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{to} cannot be written: {error.strerror}") from error


def _yaml(found: Sequence[Object]) -> str:
    return "\n---\n".join(map(readable.dump, found))


def _json(found: Sequence[Object]) -> str:
    whole = found[0] if len(found) == 1 else {"apiVersion": "v1", "kind": "List", "items": found}
    return msgspec.json.format(msgspec.json.encode(whole)).decode()


_OUTPUTS: dict[str, Callable[[Sequence[Object]], str]] = {"yaml": _yaml, "json": _json}
