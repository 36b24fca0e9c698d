"""The hand-made corpus of sprig's functions, and what Go made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from notifier.errors import TemplateError
from notifier.gotemplate import compile as compiled

_HERE = Path(__file__).parent
RECORDED = _HERE / "recorded.jsonl"
NOW = 1_769_862_896
"""2026-01-31T12:34:56Z, in seconds since the epoch."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a rendering of `template` gave: `output`, or `error` where there is none."""

    template: str
    output: str | None = None
    error: str = ""


class Difference(NamedTuple):
    """A template that we render otherwise than Go on purpose: the row of the table that says so, what we make of it."""

    row: str
    template: str
    output: str


class Corpus(NamedTuple):
    """Templates by theme, those that differ, and the data that all of them are given."""

    data: Mapping[str, Any]
    themes: Mapping[str, list[str]]
    different: list[Difference]

    @property
    def templates(self) -> list[str]:
        """Every template, in order."""
        alike = [template for theme in self.themes.values() for template in theme]
        return alike + [difference.template for difference in self.different]


def read() -> Corpus:
    """Read the corpus; a pipeline becomes a template that tells its value's type, too."""
    written = yaml.safe_load((_HERE / "corpus.yaml").read_text(encoding="utf-8"))
    data, different = written.pop("data"), written.pop("different")
    themes = {theme: list(map(_template, lines.splitlines())) for theme, lines in written.items()}
    return Corpus(data, themes, [Difference(row, _template(item), output) for row, item, output in different])


def _template(item: str) -> str:
    return item if item.startswith("{{") else f"{{{{ $v := {item} }}}}{{{{ typeOf $v }}}}: {{{{ $v }}}}"


def ours(template: str, data: Mapping[str, Any]) -> Answer:
    """Render a template."""
    try:
        return Answer(template, compiled(template).render(data, now=NOW))
    except TemplateError as error:
        return Answer(template, error=str(error))


def recorded() -> list[Answer]:
    """Read Go's answers."""
    return msgspec.json.decode(b"[" + b",".join(RECORDED.read_bytes().splitlines()) + b"]", type=list[Answer])


def record(answers: list[Answer]) -> None:
    """Write Go's answers."""
    RECORDED.write_bytes(b"".join(msgspec.json.encode(answer) + b"\n" for answer in answers))
