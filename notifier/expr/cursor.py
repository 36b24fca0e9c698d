"""A cursor over tokens: what a parser asks for, and how it complains."""

from __future__ import annotations

from typing import NoReturn

from notifier.expr.fault import Fault
from notifier.expr.lexer import Kind, Token, tokenize
from notifier.expr.nodes import Span


class Cursor:
    """Stands before a token; raises Fault where something else was expected."""

    def __init__(self, source: str) -> None:
        self._tokens = list(tokenize(source))
        self._position = 0

    @property
    def token(self) -> Token:
        """The token ahead."""
        return self._tokens[self._position]

    @property
    def following(self) -> Token:
        """The token after the one ahead."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Tell whether one of `texts` is ahead."""
        return self.token.text in texts

    def advance(self) -> Token:
        """Return the token ahead and pass it; the end is never passed."""
        token = self.token
        if token.kind is not Kind.END:
            self._position += 1
        return token

    def accept(self, text: str) -> bool:
        """Pass `text` if it is ahead, and tell whether it was."""
        found = self.at(text)
        if found:
            self.advance()
        return found

    def expect(self, text: str) -> Token:
        """Pass `text`, which must be ahead."""
        return self.advance() if self.at(text) else self.unexpected(f", expected {text!r}")

    def name(self) -> Token:
        """Pass a name, which must be ahead."""
        return self.advance() if self.token.kind is Kind.NAME else self.unexpected(", expected a name")

    def finish(self) -> None:
        """Insist on the end of the source."""
        if self.token.kind is not Kind.END:
            self.unexpected()

    def unexpected(self, wanted: str = "") -> NoReturn:
        """Complain about the token ahead."""
        raise Fault(f"unexpected {self.token}{wanted}", self.token.start)

    def span(self, at: Token, start: int) -> Span:
        """Return the span from `start` to the last token passed, for a node whose errors point at `at`."""
        return Span(at.start, start, self._tokens[max(self._position - 1, 0)].end)
