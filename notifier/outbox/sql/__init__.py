"""Queries and migrations as files: one statement a name, read once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib import resources

_NAME = re.compile(r"^-- (\w+): .*$", re.MULTILINE)


def queries(dialect: str) -> dict[str, str]:
    """The statements of a dialect by name. A statement follows its line `-- name: what it is for`."""
    text = _read(dialect, "queries.sql")
    parts = _NAME.split(text)[1:]
    return {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}


def migrations(dialect: str) -> list[str]:
    """The migrations of a dialect, in order; the n-th brings a store from version n - 1 to version n."""
    folder = resources.files(__name__) / dialect / "migrations"
    return [
        entry.read_text() for entry in sorted(folder.iterdir(), key=lambda e: e.name) if entry.name.endswith(".sql")
    ]


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one after the other."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []


def _read(dialect: str, name: str) -> str:
    return (resources.files(__name__) / dialect / name).read_text()
