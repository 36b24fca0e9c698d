"""`rollouts-notifier explain`."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from notifier import readable
from notifier.cli import files, live, objects
from notifier.config.load import Source
from notifier.config.schema import Config
from notifier.config.tenancy import Terms
from notifier.directory import Directory, Given
from notifier.errors import NotifierError
from notifier.explain import Explanation, Subject, Verdict, explain, report
from notifier.known import digest_of
from notifier.kube.transport import Transport
from notifier.model import Kind, Object
from notifier.outbox.protocol import Filter
from notifier.outbox.sqlite import SqliteOutbox
from notifier.rollouts.digests import VERSION, RolloutDigest
from notifier.services import http

_DELIVERIES = 1000
"""How many deliveries about a Rollout are looked through, the newest first."""


class _Asked(NamedTuple):
    """What is to be explained: a Rollout's name and namespace, or a file; and files beside it."""

    name: str
    namespace: str
    file: str
    config_map: str
    secret: str
    store: str


@click.command()
@click.argument("rollout", default="", metavar="[ROLLOUT]")
@click.option("-f", "--file", default="", metavar="FILE", help="A file with the Rollout; - is standard input.")
@click.option("-n", "--namespace", default="", help="The Rollout's namespace; empty: default.")
@click.option("--config-map", default="", metavar="FILE", help="A file instead of the cluster's ConfigMap.")
@click.option("--secret", default="", metavar="FILE", help="A file instead of the cluster's Secret.")
@click.option(
    "--store",
    default="",
    metavar="FILE",
    envvar="ROLLOUTS_NOTIFIER_STORE",
    help="The daemon's store: what happened, what was sent.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "yaml"]),
    default="text",
    show_default=True,
    help="How to say it.",
)
@live.options
def command(rollout: str, namespace: str, output: str, **given: Any) -> None:
    """Say why messages about ROLLOUT come, or why they do not.

    For every subscription and trigger: whether it matches now, the value of each part of its condition, what is
    misspelt, what would be sent, and with --store what was. ROLLOUT is a name or NAMESPACE/NAME in a cluster; or in a
    file, which may also hold AnalysisRuns, Experiments and ReplicaSets. Exit code 1 if something cannot work.
    """
    beside = {name: given.pop(name) for name in ("file", "config_map", "secret", "store")}
    space, _, name = rollout.rpartition("/")
    if space and namespace and space != namespace:
        raise click.UsageError(f"--namespace {namespace} contradicts {rollout}")
    asked = _Asked(name, space or namespace, **beside)
    if not asked.name and not asked.file:
        raise click.UsageError("say which: a ROLLOUT of the cluster, or a file with -f")
    if asked.store and not Path(asked.store).is_file():
        raise click.UsageError(f"there is no store {asked.store}")
    try:
        found = asyncio.run(_explained(asked, live.Place.of(**given)))
    except NotifierError as error:
        raise click.ClickException(str(error)) from error
    for line in _printed(found, output):
        click.echo(line)
    if any(map(_is_troubled, found)):
        raise click.exceptions.Exit(1)


def _is_troubled(found: Explanation) -> bool:
    """Whether there is something that somebody has to mend."""
    broken = any(answer.verdict in {Verdict.FAILS, Verdict.IMPOSSIBLE} for answer in found.answers)
    faulty = any(answer.payload and answer.payload.faults for answer in found.answers)
    return broken or faulty or bool(found.ignored or found.problems)


async def _explained(asked: _Asked, place: live.Place) -> list[Explanation]:
    """Explain a Rollout of the cluster, or those of a file. Raises NotifierError and ClickException."""
    if asked.file:
        subjects = _of_file(asked)
        config = await _config(_given(asked, Given())) if asked.config_map else files.config(None, asked.secret or None)
    else:
        async with Transport.connect(place.cluster) as transport:
            found = await live.rollout(transport, asked.namespace or "default", asked.name, _remark)
            subjects = [Subject(found.rollout, found.relatives)]
            central = place.without(config_map=bool(asked.config_map), secret=bool(asked.secret))
            given = _given(asked, await live.configuration(transport, central, _remark))
            config = await _config(given, await _own(transport, place, found.rollout))
    async with _stored(asked.store) as outbox:
        complete = [await _remembered(outbox, subject) if outbox else subject for subject in subjects]
    return [explain(subject, config, time.time()) for subject in complete]


def _remark(text: str) -> None:
    click.echo(text, err=True)


def _of_file(asked: _Asked) -> list[Subject]:
    found = objects.objects(asked.file)
    chosen = objects.rollouts(found, asked.name, asked.namespace)
    if not chosen:
        wanted = f"{Kind.ROLLOUT} {'/'.join(filter(None, (asked.namespace, asked.name)))}".strip()
        raise click.UsageError(f"{asked.file} holds no {wanted}")
    alone = len(objects.rollouts(found, "", "")) == 1
    return [Subject(rollout, objects.relatives(rollout, found, strays=alone)) for rollout in chosen]


def _given(asked: _Asked, there: Given) -> Given:
    """The configuration of files where they are named, else that of the cluster."""
    given = there
    if asked.config_map:
        title = f"ConfigMap in {asked.config_map}"
        given = given._replace(config_map=Source(title, objects.entries(asked.config_map, "ConfigMap")))
    if asked.secret:
        given = given._replace(secrets=objects.entries(asked.secret, "Secret"))
    return given


class _Own(NamedTuple):
    """What a Rollout's namespace configures for itself."""

    namespace: str = ""
    given: Given = Given()
    terms: Terms = Terms()


async def _own(transport: Transport, place: live.Place, rollout: Object) -> _Own:
    namespace = rollout["metadata"]["namespace"]
    if not place.self_service or namespace == place.namespace:
        return _Own()
    there = await live.configuration(transport, place.within(namespace), lambda _: None)
    return _Own(namespace, there, Terms(offered=place.offered))


async def _config(given: Given, own: _Own | None = None) -> Config:
    """The configuration as a daemon would have it in force, with all that is wrong with it."""
    own = own or _Own()
    async with http.connect({}) as client:
        directory = Directory(client, terms=own.terms)
        try:
            directory.replace(given)
            if own.namespace:
                directory.replace_in(own.namespace, own.given)
            return dataclasses.replace(directory.of(own.namespace), problems=directory.problems)
        finally:
            await directory.close()


@asynccontextmanager
async def _stored(path: str) -> AsyncIterator[SqliteOutbox | None]:
    """The store at a path, None for "". Raises StoreError."""
    outbox = SqliteOutbox.open(path) if path else None
    try:
        yield outbox
    finally:
        if outbox:
            await outbox.close()


async def _remembered(outbox: SqliteOutbox, subject: Subject) -> Subject:
    """A subject with what the store holds of it."""
    metadata = subject.rollout["metadata"]
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    events = await outbox.story(namespace, name)
    deliveries = await outbox.deliveries(Filter(namespace=namespace, name=name, limit=_DELIVERIES))
    if objects.is_made_up(metadata["uid"]) and (known := [event.uid for event in events]):
        metadata["uid"] = known[-1]
    digests = [digest_of(record) for record in await outbox.recall([metadata["uid"]]) if record.shape <= VERSION]
    digest = next((d for d in digests if isinstance(d, RolloutDigest) and d.uid == metadata["uid"]), None)
    return subject._replace(digest=digest, events=events, deliveries=deliveries)


def _printed(found: Sequence[Explanation], output: str) -> Iterator[str]:
    if output == "text":
        for number, one in enumerate(found):
            yield from ([""] if number else [])
            yield from report.lines(one)
        return
    plain = msgspec.to_builtins(found if len(found) > 1 else found[0])
    if output == "json":
        yield msgspec.json.format(msgspec.json.encode(plain)).decode()
    else:
        yield readable.dump(plain)
