"""`rollouts-notifier validate`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec

from notifier.cli import objects
from notifier.services import http
from notifier.validation.check import Report, validate
from notifier.validation.documents import File, Finding

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_GITHUB = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_GITHUB_PROPERTY = _GITHUB | str.maketrans({":": "%3A", ",": "%2C"})


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
def command(named: tuple[str, ...], files: tuple[str, ...], output: str) -> None:
    """Check ConfigMaps, Secrets and the annotations of Rollouts, AnalysisRuns and Experiments; needs no cluster.

    Files are YAML or JSON with any number of documents; of a folder, all below it whose names end in .yaml, .yml or
    .json. Exit code 1 and every problem with file, key and line, if there are any.
    """
    names = dict.fromkeys(name for given in (*named, *files) for name in _names(given))
    if not names:
        raise click.UsageError("there is no file to check: name one with -f")
    report = asyncio.run(_validated([File(name, objects.text(name), name in {*named, *files}) for name in names]))
    for remark in report.remarks:
        click.echo(remark, err=True)
    for line in _OUTPUTS[output](report.findings, len(names)):
        click.echo(line)
    if report.findings:
        raise click.exceptions.Exit(1)


async def _validated(files: Iterable[File]) -> Report:
    async with http.connect({}) as client:
        return validate(files, client)


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
