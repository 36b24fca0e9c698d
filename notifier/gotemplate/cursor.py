"""The parser's way through the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from notifier.gotemplate.fault import Fault, place_of
from notifier.gotemplate.lexer import Kind, Token, tokenize
from notifier.gotemplate.nodes import Span, Variable

DEEPEST = 50
"""How many parentheses and blocks may stand in one another."""


class Cursor:
    """Where the parser is in a source, and the variables that are known there, innermost last."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._rest = tokenize(source)
        self._read: list[Token] = []
        self._at = 0
        self._depth = 0
        self._variables: list[Variable] = []
        self.slots = 1
        self.begin_scope()

    def peek(self) -> Token:
        """Return the next token."""
        if self._at == len(self._read):
            self._read.append(next(self._rest))
        return self._read[self._at]

    def next(self) -> Token:
        """Return the next token and go past it."""
        token = self.peek()
        self._at += token.kind is not Kind.END
        return token

    def peek_word(self) -> Token:
        """Return the next token that is no space; what is before it is past."""
        while self.peek().kind is Kind.SPACE:
            self.next()
        return self.peek()

    def next_word(self) -> Token:
        """Return the next token that is no space and go past it."""
        self.peek_word()
        return self.next()

    def mark(self) -> int:
        """Return the place here, to go back to."""
        return self._at

    def back_to(self, mark: int) -> None:
        """Go back to a mark."""
        self._at = mark

    def expect(self, kind: Kind, context: str) -> Token:
        """Go past a token of that kind; raises Fault if there is another."""
        token = self.next_word()
        if token.kind is not kind:
            raise self.unexpected(token, context)
        return token

    def fault(self, message: str, at: int) -> Fault:
        """Return a fault with its place."""
        return Fault(message, place_of(self.source, at))

    def unexpected(self, token: Token, context: str) -> Fault:
        """Return the fault that a token does not belong where it is."""
        return self.fault(f"unexpected {token} in {context}", token.start)

    def span(self, start: int) -> Span:
        """Return the span from an offset to the end of what was read last."""
        return Span(start, self._read[self._at - 1].end if self._at else start)

    @contextmanager
    def nesting(self) -> Iterator[None]:
        """One level deeper; raises Fault where that is too deep."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.fault(f"nested more than {DEEPEST} deep", self.peek().start)
        yield
        self._depth -= 1

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is declared inside is forgotten behind."""
        known = len(self._variables)
        yield
        del self._variables[known:]

    @contextmanager
    def definition(self) -> Iterator[None]:
        """A template of its own: it knows no variable but `$`, and counts its slots."""
        variables, slots = self._variables, self.slots
        self.begin_scope()
        yield
        self._variables, self.slots = variables, slots

    def begin_scope(self) -> None:
        """Know `$` and nothing else."""
        self._variables, self.slots = [Variable(Span(0, 0), "$", 0)], 1

    def declare(self, token: Token) -> Variable:
        """Return a new variable."""
        variable = Variable(Span(token.start, token.end), token.text, self.slots)
        self.slots += 1
        self._variables.append(variable)
        return variable

    def find(self, token: Token) -> Variable:
        """Return a use of a variable; raises Fault if it is not known."""
        for variable in reversed(self._variables):
            if variable.name == token.text:
                return Variable(Span(token.start, token.end), token.text, variable.slot)
        raise self.fault(f'undefined variable "{token.text}"', token.start)
