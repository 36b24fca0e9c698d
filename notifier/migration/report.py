"""What is said of a migration: for each entry what became of it, and why. Values of secrets are nowhere in it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from itertools import groupby

from notifier.model import Value


class Verdict(enum.StrEnum):
    """What became of an entry."""

    KEPT = "kept"
    REWRITTEN = "rewritten"
    CHANGED = "changed"
    UNSUPPORTED = "not supported"
    DROPPED = "dropped"
    NEEDED = "needed"
    BROKEN = "does not work"


PROBLEMS = frozenset({Verdict.UNSUPPORTED, Verdict.BROKEN})
"""Of what will not work."""


class Line(Value, frozen=True):
    """One remark: the object and the entry in it that it is about, what became of that, and why or how."""

    object: str
    key: str
    verdict: Verdict
    message: str = ""

    def __str__(self) -> str:
        """`key: verdict: message`."""
        return ": ".join(filter(None, (self.key, self.verdict, self.message)))


def text(lines: Iterable[Line]) -> Iterator[str]:
    """The report for people: objects, and beneath each its entries."""
    for name, some in groupby(lines, key=lambda line: line.object):
        yield name
        yield from (f"  {line}" for line in some)
