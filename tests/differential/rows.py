"""Rows of the compatibility table: where we differ from Argo on purpose, as `differences/*.yaml` names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from notifier.config import yamltext

_HERE = Path(__file__).parent


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs, and why; tests call it by its name."""

    name: str
    what: str
    ours: str
    argo: str
    why: str


def rows(name: str) -> dict[str, Row]:
    """The rows of one file of differences, by name."""
    written = yamltext.load((_HERE / "differences" / f"{name}.yaml").read_text(encoding="utf-8")).value
    return {row.name: row for row in msgspec.convert(written, list[Row])}


def corpus(name: str) -> Any:
    """The cases of one file of the corpora."""
    return yamltext.load((_HERE / "corpora" / f"{name}.yaml").read_text(encoding="utf-8")).value
