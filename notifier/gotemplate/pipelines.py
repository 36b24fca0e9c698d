"""Tokens → the syntax tree of what stands inside an action: pipelines, commands, operands."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from notifier.gotemplate import nodes
from notifier.gotemplate.cursor import Cursor
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.lexer import Kind, Token
from notifier.gotemplate.literals import character, number
from notifier.gotemplate.quoting import unquoted
from notifier.spelling import hint

LONGEST = 50
"""How many commands a pipeline may have."""

_LITERALS = (nodes.Bool, nodes.String, nodes.Number, nodes.Nil, nodes.Dot)
_VARIABLES = 2
"""How many a range can have."""


class Pipelines(Cursor):
    """Parses pipelines; `functions` are the names that may be called, `refused` says of others why they may not."""

    def __init__(self, source: str, functions: Collection[str], refused: Mapping[str, str]) -> None:
        super().__init__(source)
        self._functions, self._refused = functions, refused

    def pipeline(self, context: str, *, parenthesized: bool = False) -> nodes.Pipe:
        """Parse a pipeline and the delimiter or parenthesis that ends it."""
        start = self.peek_word().start
        names, assigns = self._declarations(context)
        commands: list[nodes.Command] = []
        while True:
            token, span = self.peek_word(), self.span(start)
            if token.text == ")" if parenthesized else token.kind is Kind.CLOSE:
                self.next()
                break
            commands.append(self._command(context))
        self._check(commands, context, start)
        declared = tuple(self.find(name) if assigns else self.declare(name) for name in names)
        return nodes.Pipe(span, tuple(commands), declared, assigns)

    def _declarations(self, context: str) -> tuple[list[Token], bool]:
        """Parse the variables before a pipeline, which itself does not know them yet, and the sign behind them."""
        names: list[Token] = []
        while (token := self.peek_word()).kind is Kind.VARIABLE:
            mark = self.mark()
            self.next()
            sign = self.peek_word()
            if sign.text not in (":=", "=", ","):
                self.back_to(mark)
                break
            self.next()
            names.append(token)
            if sign.text != ",":
                return names, sign.text == "="
            self._check_more(names, context)
        return names, False

    def _check_more(self, names: list[Token], context: str) -> None:
        if context != "range" or len(names) >= _VARIABLES:
            raise self.fault(f"too many declarations in {context}", names[-1].start)
        following = self.peek_word()
        if following.kind not in (Kind.VARIABLE, Kind.CLOSE) and following.text != ")":
            raise self.fault("range can only initialize variables", following.start)

    def _check(self, commands: list[nodes.Command], context: str, start: int) -> None:
        if len(commands) > LONGEST:
            raise self.fault(f"more than {LONGEST} commands in one pipeline", start)
        if not commands:
            raise self.fault(f"missing value for {context}", start)
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.words[0], _LITERALS):
                raise self.fault(f"non executable command in pipeline stage {stage}", command.span.start)

    def _command(self, context: str) -> nodes.Command:
        start = self.peek_word().start
        words: list[nodes.Node] = []
        while (word := self._operand()) is not None:
            words.append(word)
            if self.peek().kind is not Kind.SPACE:
                break
            self.peek_word()
        span = self.span(start)
        self._end_command(context, empty=not words)
        return nodes.Command(span, tuple(words))

    def _end_command(self, context: str, *, empty: bool) -> None:
        token = self.peek()
        if token.kind is Kind.CLOSE or token.text in (")", "|"):
            if empty:
                raise self.fault("empty command", token.start)
            if token.text == "|":
                self.next()
            return
        raise self.unexpected(token, context if empty else "operand")

    def _operand(self) -> nodes.Node | None:
        start = self.peek_word().start
        term = self._term()
        if term is None or self.peek().kind is not Kind.FIELD:
            return term
        names: list[str] = []
        while self.peek().kind is Kind.FIELD and self.peek().text != ".":
            names.append(self.next().text[1:])
        return self._chained(term, tuple(names), start)

    def _chained(self, term: nodes.Node, names: tuple[str, ...], start: int) -> nodes.Node:
        span = self.span(start)
        if isinstance(term, _LITERALS):
            said = self.source[term.span.start : term.span.end]
            raise self.fault(f'unexpected . after term "{said}"', start)
        if isinstance(term, nodes.Field):
            return nodes.Field(span, term.names + names)
        if isinstance(term, nodes.Variable):
            return nodes.Variable(span, term.name, term.slot, names)
        return nodes.Chain(span, term, names)

    def _term(self) -> nodes.Node | None:
        token = self.peek()
        span = nodes.Span(token.start, token.end)
        if token.text == "(" and token.kind is Kind.SYMBOL:
            self.next()
            with self.nesting():
                return self.pipeline("parenthesized pipeline", parenthesized=True)
        try:
            term = self._word(token, span)
        except Fault as fault:
            raise fault if fault.place else self.fault(fault.message, token.start) from None
        if term is not None:
            self.next()
        return term

    def _word(self, token: Token, span: nodes.Span) -> nodes.Node | None:
        match token.kind:
            case Kind.FIELD:
                return nodes.Field(span, (token.text[1:],)) if token.text != "." else nodes.Dot(span)
            case Kind.VARIABLE:
                return self.find(token)
            case Kind.STRING:
                return nodes.String(span, unquoted(token.text))
            case Kind.NUMBER:
                return number(token.text, span)
            case Kind.CHARACTER:
                return character(token.text, span)
            case Kind.KEYWORD if token.text in ("true", "false"):
                return nodes.Bool(span, token.text == "true")
            case Kind.KEYWORD if token.text == "nil":
                return nodes.Nil(span)
            case Kind.NAME:
                return self._function(token, span)
        return None

    def _function(self, token: Token, span: nodes.Span) -> nodes.Name:
        if token.text in self._functions:
            return nodes.Name(span, token.text)
        if token.text in self._refused:
            raise Fault(f'function "{token.text}" is not supported: {self._refused[token.text]}')
        raise Fault(f'function "{token.text}" not defined{hint(token.text, self._functions)}')
