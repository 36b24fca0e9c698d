"""Source text → tokens."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

from notifier.expr.fault import Fault


class Kind(enum.Enum):
    """What a token is; words such as `in` and `let` are symbols."""

    NUMBER = "number"
    STRING = "string"
    NAME = "name"
    SYMBOL = "symbol"
    END = "end"


class Token(NamedTuple):
    """A piece of the source as written; `value` is what a number or a string stands for."""

    kind: Kind
    text: str
    start: int
    end: int
    value: int | float | str | None = None

    def __str__(self) -> str:
        return repr(self.text) if self.text else "end of expression"


WORDS = frozenset({"not", "and", "or", "in", "matches", "contains", "startsWith", "endsWith", "let"})

_TOKEN = re.compile(
    r"""
      (?P<skipped> \s+ | //[^\n]* | /\*[\s\S]*?\*/ )
    | (?P<number>  (?: 0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+ | 0[bB][01_]+
                     | (?: [0-9][0-9_]* (?: \.(?!\.)[0-9_]* )? | \.[0-9][0-9_]* ) (?: [eE][+-]?[0-9_]+ )? ) (?![\w$]) )
    | (?P<string>  '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" | `[^`]*` )
    | (?P<name>    (?![0-9])[\w$]+ )
    | (?P<symbol>  \?\? | \?\. | \*\* | && | \|\| | :: | [=!<>]= | \.\. | /(?!\*) | [-+*%^<>!?:;,.|\#()\[\]{}=] )
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"""\\(?: (?P<plain>[abfnrtv\\'"]) | (?P<octal>[0-3][0-7]{2})
      | x(?P<byte>[0-9a-fA-F]{2}) | u(?P<short>[0-9a-fA-F]{4}) | U(?P<long>[0-9a-fA-F]{8}) | . )""",
    re.VERBOSE,
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_LARGEST = 2**63 - 1


def tokenize(source: str) -> Iterator[Token]:
    """Yield the tokens of `source`, an END token last; raises Fault at the first character that fits nowhere."""
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise Fault(_complaint(source[position]), position)
        if match.lastgroup != "skipped":
            yield _token(match)
        position = match.end()
    yield Token(Kind.END, "", len(source), len(source))


def _complaint(character: str) -> str:
    if character in "'\"`":
        return "the string is not closed"
    if character in "0123456789":
        return "bad number"
    return f"unrecognized character {character!r}" if character != "/" else "the comment is not closed"


def _token(match: re.Match[str]) -> Token:
    text, start, end = match[0], match.start(), match.end()
    if match.lastgroup == "number":
        return Token(Kind.NUMBER, text, start, end, _number(text.replace("_", "").lower(), start))
    if match.lastgroup == "string":
        return Token(Kind.STRING, text, start, end, _string(text, start))
    word = match.lastgroup == "name" and text not in WORDS
    return Token(Kind.NAME if word else Kind.SYMBOL, text, start, end)


def _number(text: str, start: int) -> int | float:
    try:
        number = int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text) if text.isdigit() else float(text)
    except ValueError:
        raise Fault("bad number", start) from None
    if number > _LARGEST if isinstance(number, int) else number == float("inf"):
        raise Fault("the number is too large", start)
    return number


def _string(text: str, start: int) -> str:
    quote, body = text[0], text[1:-1]
    if quote == "`":
        return body

    def unescape(match: re.Match[str]) -> str:
        character = _escaped(match, quote)
        if character is None:
            raise Fault(f"unknown escape {match[0]}", start + 1 + match.start())
        return character

    return _ESCAPE.sub(unescape, body.replace("\r", "\n"))


def _escaped(match: re.Match[str], quote: str) -> str | None:
    if plain := match["plain"]:
        return _PLAIN[plain] if plain not in "'\"" or plain == quote else None
    if match["octal"]:
        return chr(int(match["octal"], 8))
    if digits := match["byte"] or match["short"] or match["long"]:
        code = int(digits, 16)
        return None if code > 0x10FFFF else "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)  # noqa: PLR2004 - Unicode
    return None
