"""`rollouts-notifier render`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from notifier import gotemplate, readable
from notifier.cli import files, jsonlines, objects
from notifier.config.load import shipped
from notifier.config.schema import Config, Template
from notifier.config.templates import read_template
from notifier.errors import ConfigError, NotifierError, Permanent
from notifier.explain import report
from notifier.rendered import ALL, Rendition, Wanted, document, renditions
from notifier.spelling import hint


@click.command()
@click.argument("template", default="")
@click.option("-f", "--file", default="", metavar="FILE", help="The Rollout, and what it owns; - is standard input.")
@click.option("--service", default=ALL, show_default=True, help="A service's name or type: slack, email, webhook.")
@click.option("--recipient", default="", help="Whom it is for.")
@click.option("--event", default="", metavar="REASON", help="What has happened; empty: what fits template and Rollout.")
@click.option("--config-map", default="", metavar="FILE", help="The ConfigMap to use, beside what is shipped.")
@click.option("--secret", default="", metavar="FILE", help="The Secret beside it; of it names are used only.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "yaml", "html"]),
    default="text",
    show_default=True,
    help="How to show it; html is a page as receivers see it.",
)
@click.option("--jsonl", is_flag=True, help="Answer lines of standard input instead: templates in Go syntax.")
def command(template: str, file: str, *, jsonl: bool, **given: str) -> None:
    """Fill in one template for one Rollout, for one service or all. Sends nothing.

    TEMPLATE is the name of one that is shipped or in the ConfigMap, or a file such as the repository's
    templates/rollout-aborted.yaml. What the file of the Rollout does not tell of the event is made up. Exit code 1 if
    the template cannot be filled in. With --jsonl, each line {"template": TEXT, "data": {…}} of standard input is
    answered with a line {"output": TEXT} or {"error": TEXT}.
    """
    if jsonl:
        if template or file:
            raise click.UsageError("--jsonl takes neither TEMPLATE nor --file")
        jsonlines.answer(_Asked, _reply, '{"template": TEXT, "data": {…}}')
    elif template and file:
        _render(template, file, **given)
    else:
        raise click.UsageError("give a TEMPLATE and --file, or --jsonl")


def _render(template: str, file: str, output: str, config_map: str, secret: str, **wanted: str) -> None:
    config = files.config(config_map or None, secret or None)
    chosen = _template(template, config)
    try:
        reason = Wanted(wanted["service"], wanted["recipient"], wanted["event"])
        found = renditions(chosen, objects.subject(file), reason, config, time.time())
        shown = list(_OUTPUTS[output](chosen.name, found))
    except ConfigError as error:
        raise click.UsageError(error.message) from error
    except Permanent as error:
        raise click.ClickException(str(error)) from error
    except NotifierError as error:
        raise click.UsageError(f"{file}: {error}") from error
    for line in shown:
        click.echo(line)
    _complain(found)


def _template(named: str, config: Config) -> Template:
    """A template by its name, or of a file. Raises UsageError."""
    if named in config.templates:
        return config.templates[named]
    if refused := next((problem for problem in config.problems if problem.key == f"template.{named}"), None):
        raise click.ClickException(str(refused))
    path = Path(named)
    if not path.is_file():
        raise click.UsageError(f"there is no template {named!r}, nor such a file{hint(named, config.templates)}")
    name = path.stem
    try:
        return read_template(name, objects.text(named), shipped().language, _warn)
    except ConfigError as error:
        raise click.ClickException(f"{named}:{error.line or 1}: {error.message}") from error


def _warn(remark: str, line: int) -> None:
    click.echo(f"line {line}: {remark}", err=True)


class _Asked(msgspec.Struct):
    """A line of --jsonl."""

    template: str
    data: dict[str, Any] = {}


def _reply(asked: _Asked) -> dict[str, str]:
    return {"output": gotemplate.compile(asked.template).render(asked.data, now=time.time())}


def _complain(found: Sequence[Rendition]) -> None:
    """Say what could not be filled in. Raises Exit."""
    faults = dict.fromkeys(f"{one.service}: {fault}" for one in found for fault in one.payload.faults)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)


def _text(_: str, found: Sequence[Rendition]) -> Iterator[str]:
    for number, one in enumerate(found):
        to = f" to {one.recipient}" if one.recipient else ""
        about = f"{one.payload.reason or 'a condition that holds'}, {report.OCCASIONS[one.payload.occasion]}"
        yield from (*([""] if number else []), f"{one.service} ({one.type}){to}: {about}")
        yield from (f"  | {line}".rstrip() for line in one.payload.message.splitlines())
        if one.payload.body:
            yield from (f"  {line}" for line in readable.dump(report.legible(one.payload.body)).splitlines())


def _json(_: str, found: Sequence[Rendition]) -> Iterator[str]:
    yield msgspec.json.format(msgspec.json.encode(found)).decode()


def _yaml(_: str, found: Sequence[Rendition]) -> Iterator[str]:
    yield readable.dump(msgspec.to_builtins(found))


def _html(template: str, found: Sequence[Rendition]) -> Iterator[str]:
    yield document(template, found)


_OUTPUTS: dict[str, Callable[[str, Sequence[Rendition]], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "yaml": _yaml,
    "html": _html,
}
