"""Finding secrets in texts, in every spelling in which they turn up. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"


@lru_cache(maxsize=64)
def pattern(secrets: frozenset[str], shortest: int = 1) -> re.Pattern[str]:
    """What finds each secret in each spelling of at least `shortest` characters, where several fit the longest."""
    found = {spelling for secret in secrets for spelling in _spellings(secret) if len(spelling) >= shortest}
    # At each place the first alternative wins: the longest first, lest a shorter one leave the rest of it standing.
    longest_first = sorted(found, key=lambda spelling: (-len(spelling), spelling))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def one_line(text: str) -> str:
    """The text with every run of white space and unprintable characters as one space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, on one line, line by line, and as URLs, JSON, `repr`, HTTP and Kubernetes show it."""
    yield secret
    yield one_line(secret)
    yield from (line.strip() for line in secret.splitlines())
    yield from _encoded(secret)
    yield from _encoded(one_line(secret))


def _encoded(secret: str) -> Iterable[str]:
    return (
        quote(secret, safe="", errors="replace"),
        quote(secret, errors="replace"),
        quote_plus(secret, errors="replace"),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        base64.b64encode(secret.encode(errors="replace")).decode(),
    )
