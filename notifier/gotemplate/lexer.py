"""Source text → tokens."""

from __future__ import annotations

import enum
import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from notifier.gotemplate.fault import Fault, place_of


class Kind(enum.Enum):
    """What a token is; the value is how an error calls it."""

    TEXT = "text"
    COMMENT = "comment"
    OPEN = "{{"
    CLOSE = "}}"
    SPACE = "space"
    NUMBER = "number"
    CHARACTER = "character"
    STRING = "string"
    FIELD = "field"
    VARIABLE = "variable"
    NAME = "name"
    KEYWORD = "keyword"
    SYMBOL = "symbol"
    END = "end of the template"


class Token(NamedTuple):
    """A piece of the source as written, but for the text that trim markers take away."""

    kind: Kind
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return f'"{self.text}"' if self.text else self.kind.value


KEYWORDS = frozenset(
    {"block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with", "true", "false"}
)
_SPACE = " \t\r\n"
_SPACES = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"(?:-[ \t\r\n])?/\*(?P<body>[\s\S]*?\*/)?(?:(?P<trim>[ \t\r\n]-)?(?P<close>\}\}))?")
_TOKEN = re.compile(
    r"""
      (?P<CLOSE>     (?P<trim>[ \t\r\n]-)? \}\} )
    | (?P<SPACE>     [ \t\r\n]+? (?= [ \t\r\n]-\}\} | [^ \t\r\n] | \Z ) )
    | (?P<STRING>    "(?:[^"\\\n]|\\[^\n])*" | `[^`]*` )
    | (?P<CHARACTER> '(?:[^'\\\n]|\\[^\n])*' )
    | (?P<VARIABLE>  \$\w* )
    | (?P<FIELD>     \.(?![0-9])\w* )
    | (?P<NUMBER>    (?= [+-] | \.?[0-9] ) [+-]?
                     (?: 0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?
                       | 0[oO][0-7_]*(?:\.[0-7_]*)? | 0[bB][01_]*(?:\.[01_]*)?
                       | [0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)? ) i? )
    | (?P<NAME>      \w+ )
    | (?P<SYMBOL>    := | [\x20-\x7e] )
    """,
    re.VERBOSE,
)
_WORDS = (Kind.VARIABLE, Kind.FIELD, Kind.NAME)
_AFTER_NUMBER = re.compile(r"[\w+-]")
_AFTER_WORD = re.compile(r"[ \t\r\n.,|:)(]|\}\}|\Z")
_MISSING_END = {'"': "unterminated quoted string", "`": "unterminated raw quoted string"}
_NO_END = "unterminated character constant"


def tokenize(source: str) -> Iterator[Token]:
    """Yield the tokens of a source, an END token last; raises Fault at the first that is none."""
    at = 0
    while (opening := source.find("{{", at)) >= 0:
        trims = source[opening + 2 : opening + 3] == "-" and source[opening + 3 : opening + 4] in {*_SPACE}
        text = source[at:opening].rstrip(_SPACE) if trims else source[at:opening]
        if text:
            yield Token(Kind.TEXT, text, at, at + len(text))
        if source.startswith("/*", opening + (4 if trims else 2)):
            token = _comment(source, opening)
            yield token
            at = token.end
            trims = source[at - 3] == "-" and source[at - 4] in _SPACE
        else:
            yield Token(Kind.OPEN, "{{", opening, opening + 2)
            at, trims = yield from _inside(source, opening + (4 if trims else 2))
        if trims:
            at = _end_of_space(source, at)
    if at < len(source):
        yield Token(Kind.TEXT, source[at:], at, len(source))
    yield Token(Kind.END, "", len(source), len(source))


def _end_of_space(source: str, at: int) -> int:
    match = _SPACES.match(source, at)
    return match.end() if match else at


def _comment(source: str, opening: int) -> Token:
    match = _COMMENT.match(source, opening + 2)
    assert match is not None  # noqa: S101 - its beginning was seen
    if not match["body"]:
        raise _fault("unclosed comment", source, opening)
    if not match["close"]:
        raise _fault("comment ends before closing delimiter", source, opening)
    return Token(Kind.COMMENT, f"/*{match['body']}", opening, match.end())


def _inside(source: str, at: int) -> Generator[Token, None, tuple[int, bool]]:
    """Yield an action's tokens; returns where it ends and whether it trims what follows."""
    depth = 0
    while True:
        token, trims = _token(source, at)
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind is Kind.SYMBOL else 0
        if depth < 0:
            raise _fault("unexpected right paren", source, at)
        if token.kind is Kind.CLOSE and depth:
            raise _fault("unclosed left paren", source, at)
        yield token
        at = token.end
        if token.kind is Kind.CLOSE:
            return at, trims


def _token(source: str, at: int) -> tuple[Token, bool]:
    match = _TOKEN.match(source, at)
    if match is None or match.lastgroup is None:
        raise _fault(_complaint(source, at), source, at)
    kind = Kind[match.lastgroup]
    _check(kind, match, source)
    if kind is Kind.NAME and match[0] in KEYWORDS:
        kind = Kind.KEYWORD
    return Token(kind, match[0], at, match.end()), bool(match["trim"])


def _check(kind: Kind, match: re.Match[str], source: str) -> None:
    text, end = match[0], match.end()
    if kind in _WORDS and not _AFTER_WORD.match(source, end):
        raise _fault(f"bad character {source[end]!r} after {text}", source, end)
    if kind is Kind.NUMBER and _AFTER_NUMBER.match(source, end):
        raise _fault(f'bad number syntax: "{text}{source[end]}"', source, match.start())
    if kind is Kind.SYMBOL and (text == ":" or text in _MISSING_END or text == "'"):
        raise _fault(_complaint(source, match.start()), source, match.start())


def _complaint(source: str, at: int) -> str:
    character = source[at : at + 1]
    if not character:
        return "unclosed action"
    if character == ":":
        return "expected :="
    if character == "'":
        return _NO_END
    return _MISSING_END.get(character, f"unrecognized character in action: {character!r}")


def _fault(message: str, source: str, at: int) -> Fault:
    return Fault(message, place_of(source, at))
