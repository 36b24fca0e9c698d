"""Keeps secrets out of what is told about a receiver's answer."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
EXCERPT = 200
"""Characters of an answer that are worth showing."""


class Redactor:
    """Replaces secrets in texts, also where a receiver echoes them escaped or encoded."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(one_line(secret))} - {""}
        # At each place the first alternative wins: the longest first, lest a shorter one leave the rest of it standing.
        longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        """`text` on one line and without secrets."""
        return self._pattern.sub(MASK, one_line(text))

    def excerpt(self, body: bytes) -> str:
        """The first characters of an answer, on one line and without secrets."""
        return self(body.decode(errors="replace"))[:EXCERPT]


def one_line(text: str) -> str:
    """`text` with every run of white space and unprintable characters as one space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield base64.b64encode(secret.encode(errors="replace")).decode()
