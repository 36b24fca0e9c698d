"""Keeps secrets out of what is told about a receiver's answer."""

from collections.abc import Iterable

from notifier.redaction import MASK, one_line, pattern

EXCERPT = 200
"""Characters of an answer that are worth showing."""


class Redactor:
    """Replaces secrets in texts, also where a receiver echoes them escaped or encoded."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._pattern = pattern(frozenset(secrets))

    def __call__(self, text: str) -> str:
        """`text` on one line and without secrets."""
        return self._pattern.sub(MASK, one_line(text))

    def excerpt(self, body: bytes) -> str:
        """The first characters of an answer, on one line and without secrets."""
        return self(body.decode(errors="replace"))[:EXCERPT]
