"""`rollouts-notifier validate`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from notifier.cli import objects
from notifier.directory import rules
from notifier.errors import ConfigError
from notifier.parameters import namespace_name
from notifier.services import http
from notifier.settings import SelfServiceSettings
from notifier.validation.check import Report, validate
from notifier.validation.documents import File, Finding
from notifier.validation.tenants import SelfService

_Command = TypeVar("_Command", bound=Callable[..., object])

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_GITHUB = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_PROPERTY = _GITHUB | str.maketrans({":": "%3A", ",": "%2C"})


def _self_service(command: _Command) -> _Command:
    """Decorate a command with the daemon's own options of what namespaces may configure for themselves."""
    for setting in reversed(fields(SelfServiceSettings)):
        command = click.option(setting.metadata["option"], setting.name, **setting.metadata["attributes"])(command)
    return command


@click.command()
@click.option("-f", "--file", "named", metavar="FILE", multiple=True, help="A file, a folder, or - for standard input.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to say it.",
)
@_self_service
@click.option(
    "--config-namespace",
    type=namespace_name,
    default="",
    envvar=["ROLLOUTS_NOTIFIER_CONFIG_NAMESPACE", "POD_NAMESPACE"],
    help="With --self-service: where the central ConfigMap is; empty: argo-rollouts.",
)
def command(
    named: tuple[str, ...], files: tuple[str, ...], output: str, config_namespace: str, **settings: Any
) -> None:
    """Check ConfigMaps, Secrets and the annotations of Rollouts, AnalysisRuns and Experiments; needs no cluster.

    Files are YAML or JSON with any number of documents; of a folder, all below it whose names end in .yaml, .yml or
    .json. Exit code 1 and every problem with file, key and line, if there are any. With --self-service a ConfigMap in
    another namespace than the central one is that namespace's own, and the options are those of `run`.
    """
    names = dict.fromkeys(name for given in (*named, *files) for name in _names(given))
    if not names:
        raise click.UsageError("there is no file to check: name one with -f")
    read = [File(name, objects.text(name), name in {*named, *files}) for name in names]
    report = asyncio.run(_validated(read, _own(config_namespace, SelfServiceSettings(**settings))))
    for remark in report.remarks:
        click.echo(remark, err=True)
    for line in _OUTPUTS[output](report.findings, len(names)):
        click.echo(line)
    if report.findings:
        raise click.exceptions.Exit(1)


def _own(central: str, settings: SelfServiceSettings) -> SelfService | None:
    """What namespaces may configure for themselves, None where they may not. Raises UsageError."""
    if not settings.enabled:
        return None
    try:
        return SelfService(central, *rules(settings))
    except ConfigError as error:
        raise click.UsageError(str(error)) from error


async def _validated(files: Iterable[File], own: SelfService | None) -> Report:
    async with http.connect({}) as client:
        return validate(files, client, own)


def _names(given: str) -> Iterator[str]:
    """What a name on the command line stands for: itself, or the files of a folder."""
    if given == objects.STDIN or not Path(given).is_dir():
        yield given
    else:
        yield from (str(path) for path in sorted(Path(given).rglob("*")) if path.suffix in _SUFFIXES and path.is_file())


def _text(findings: Sequence[Finding], files: int) -> Iterator[str]:
    yield from (f"{finding.file}:{finding.line}: {_said(finding)}" for finding in findings)
    checked = _counted(files, "file")
    yield f"{_counted(len(findings), 'problem')} in {checked}" if findings else f"{checked}, no problems"


def _json(findings: Sequence[Finding], files: int) -> Iterator[str]:
    yield msgspec.json.encode({"problems": findings, "files": files}).decode()


def _github(findings: Sequence[Finding], _: int) -> Iterator[str]:
    """Workflow commands, which GitHub shows beside the line."""
    for finding in findings:
        file = finding.file.translate(_GITHUB_PROPERTY)
        yield f"::error file={file},line={finding.line}::{_said(finding).translate(_GITHUB)}"


_OUTPUTS: dict[str, Callable[[Sequence[Finding], int], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "github": _github,
}


def _said(finding: Finding) -> str:
    where = ", ".join(filter(None, (finding.object, finding.key)))
    return f"{where}: {finding.message}" if where else finding.message


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
