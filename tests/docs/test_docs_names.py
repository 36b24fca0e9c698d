"""Commands, options, metrics, alerts and triggers that the pages name are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
import yaml

from notifier.cli import main
from notifier.config.load import shipped
from scripts import reference
from tests.docs.markdown import DOCS, blocks

PAGES = sorted(DOCS.glob("*.md"))
OUR_COMMAND = re.compile(
    r"^(?:(?:\$ )?rollouts-notifier|.* -- rollouts-notifier|.*\| rollouts-notifier) ([^|>\n]+)", re.MULTILINE
)
METRIC = re.compile(r"\b(?:rollouts_notifier|process)_[a-z_]+")
OF_HISTOGRAMS = re.compile(r"_(bucket|sum|count)$")
TRIGGER = re.compile(r"`(on-[a-z-]+)`|/subscribe\.(on-[a-z-]+)\.")


CHANNEL = "on-call"
"""Which is no trigger."""


def calls() -> Iterator[str]:
    """What the pages call our command with."""
    for page in PAGES:
        for block in blocks(page):
            if block.language in {"sh", "console"}:
                yield from OUR_COMMAND.findall(block.text)


def defined() -> set[str]:
    """The triggers there are, and those that the pages define or name to show a mistake."""
    found = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]
    entries = (yaml.safe_load(block.text) for block in found if block.text.startswith("trigger."))
    mistaken = re.findall(r"no trigger '(on-[a-z-]+)'", "".join(page.read_text(encoding="utf-8") for page in PAGES))
    return {*shipped().triggers, *mistaken, *(key.removeprefix("trigger.") for one in entries for key in one)}


@pytest.mark.parametrize("call", sorted({*calls()}))
def test_a_command_is_there_with_the_options_it_is_called_with(call: str) -> None:
    words = shlex.split(call, comments=True)
    command: click.Command | None = main
    context = click.Context(main)
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    assert command is not None
    known = {name for param in command.get_params(context) for name in param.opts}
    assert [word for word in words if word.startswith("-") and word != "-" and word not in known] == []


def test_many_commands_are_shown() -> None:
    assert len({*calls()}) > 15


def test_every_metric_that_is_named_is_there() -> None:
    there = set(METRIC.findall("".join(reference.metrics())))
    named = {name for page in PAGES for name in METRIC.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 5
    assert [name for name in sorted(named) if OF_HISTOGRAMS.sub("", name) not in there] == []


def test_every_trigger_that_is_named_is_there_or_defined() -> None:
    named = {"".join(found) for page in PAGES for found in TRIGGER.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 15
    assert sorted(named - defined()) == [CHANNEL]
