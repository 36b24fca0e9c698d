"""The corpus: templates, what they are given, and what Go's text/template made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from notifier import gotemplate
from notifier.errors import TemplateError

NOW = 1_770_000_000
"""When the corpus is rendered, in seconds since the epoch."""
RECORDED = Path(__file__).parent / "recorded.jsonl"


class Case(msgspec.Struct, frozen=True):
    """A template and the name of its data."""

    template: str
    data: str


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a template: its output, or the stage at which it failed."""

    output: str | None = None
    stage: str | None = None


class Record(msgspec.Struct, frozen=True):
    """What Go made of a case."""

    template: str
    data: str
    go: Outcome


_CORPUS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8"))
DATA: dict[str, Any] = _CORPUS["data"]
_ALIKE = [group for group in _CORPUS["groups"] if "differs" not in group]
_DIFFERENT = [group for group in _CORPUS["groups"] if "differs" in group]
ALIKE = [Case(template, group["data"]) for group in _ALIKE for template in group["templates"]]
DIFFERENT = {
    Case(template, group["data"]): (group["differs"], wanted)
    for group in _DIFFERENT
    for template, wanted in group["templates"]
}
"""Where we differ on purpose: the name of the difference and what we write, None for an error."""


def recorded() -> dict[Case, Outcome]:
    """What Go made of each case, when it was last asked."""
    lines = RECORDED.read_bytes().splitlines()
    records = [msgspec.json.decode(line, type=Record) for line in lines]
    return {Case(record.template, record.data): record.go for record in records}


def ours(template: str, data: dict[str, Any]) -> Outcome:
    """What we make of a template."""
    try:
        compiled = gotemplate.compile(template, name="template")
    except TemplateError:
        return Outcome(stage="parse")
    try:
        return Outcome(output=compiled.render(data, now=NOW))
    except TemplateError:
        return Outcome(stage="execute")
