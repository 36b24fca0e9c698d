"""Words and their letters: titles, initials, names in camelCase, snake_case and kebab-case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from notifier.gotemplate.sprig.characters import (
    SPACES,
    all_lower,
    all_upper,
    is_lower,
    is_title,
    is_upper,
    lower,
    title,
    upper,
)
from notifier.gotemplate.sprig.declared import declared

_FIRST = re.compile(f"(?:(?<=[{SPACES}])|^)[^{SPACES}]")


def _titled(text: str) -> str:
    """Begin every word with a capital; what is neither letter, digit nor underscore ends one."""
    letters = []
    before = " "
    for letter in text:
        letters.append(title(letter) if _separates(before) else letter)
        before = letter
    return "".join(letters)


def _separates(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return character in SPACES


def _initials(text: str) -> str:
    return "".join(_FIRST.findall(text))


def _untitled(text: str) -> str:
    return _FIRST.sub(lambda match: lower(match[0]), text)


def _swapped(text: str) -> str:
    """Make capitals small and small letters capitals, the first of a word as in a title."""
    letters = []
    fresh = True
    for letter in text:
        if is_upper(letter) or is_title(letter):
            letters.append(lower(letter))
            fresh = False
        elif is_lower(letter):
            letters.append(title(letter) if fresh else upper(letter))
            fresh = False
        else:
            letters.append(letter)
            fresh = letter in SPACES
    return "".join(letters)


def _connects(letter: str) -> bool:
    return letter in "-_" or letter in SPACES


def _pascal(text: str) -> str:
    """Join words that begin with capitals: `http_server` is `HttpServer`; connectors at either end stay."""
    start = next((index for index, letter in enumerate(text) if not _connects(letter)), len(text))
    if start == len(text):
        return text
    done = [text[:start]]
    capital, last = is_upper(text[start]), upper(text[start])
    for letter in text[start + 1 :]:
        if _connects(letter) and _connects(last):
            done.append(last)
            last = letter
            continue
        before, last = last, letter
        if _connects(before):
            capital, last = is_upper(letter), upper(letter)
            continue
        capital = capital and is_upper(letter)
        last = lower(letter) if capital else letter
        done.append(before)
    return "".join((*done, last))


_CONNECTOR, _PUNCTUATION, _UPPER, _LETTERS, _NUMBER, _OTHER, _END = "D", "P", "U", "A", "N", "O", ""
_WORD = re.compile(r"[DS]+|P[PD]*|U+(?=UA)|UA+|U+|A+|N+|O+")
_IDEOGRAPHS = (("\u4e00", "\u9fcc"), ("\u3400", "\u4d85"), ("\U00020000", "\U0002b81d"))


@lru_cache(maxsize=4096)
def _class_of(letter: str) -> str:
    """Return the letter that stands for a character's class in the pattern of a word."""
    category = unicodedata.category(letter)
    if _connects(letter):
        return "S" if letter in SPACES else _CONNECTOR
    if category == "Lu":
        return _UPPER
    if category[0] == "L":
        return _OTHER if any(first <= letter <= last for first, last in _IDEOGRAPHS) else _LETTERS
    return {"P": _PUNCTUATION, "N": _NUMBER}.get(category[0], _OTHER)


class _Word(NamedTuple):
    kind: str
    text: str


class _Separated:
    """A text's words with connectors between: `HTTP2xx` is `http_2xx`, `Bld4Floor` is `bld4_floor`."""

    def __init__(self, text: str, connector: str) -> None:
        classes = "".join(map(_class_of, text))
        matches = list(_WORD.finditer(classes))
        words = [_Word(match[0][0].replace("S", _CONNECTOR), text[match.start() : match.end()]) for match in matches]
        self._words = iter(words)
        self._left = len(words)
        self._connector = connector
        self._done: list[str] = []
        self._word = self._next()

    def joined(self) -> str:
        while self._left > 0:
            self._step()
        self._put(self._word)
        return "".join(self._done)

    def _next(self) -> _Word:
        self._left -= 1
        return next(self._words, _Word(_END, ""))

    def _put(self, word: _Word) -> None:
        if word.kind == _CONNECTOR:
            self._done.append(self._connector * len(word.text))
        else:
            self._done.append(all_lower(word.text) if word.kind == _UPPER else word.text)

    def _connect(self) -> None:
        if self._word.kind not in (_CONNECTOR, _PUNCTUATION, _END):
            self._done.append(self._connector)

    def _step(self) -> None:
        word, self._word = self._word, self._next()
        self._put(word)
        if word.kind == _NUMBER:
            self._put_run()
        elif word.kind in (_UPPER, _LETTERS, _OTHER):
            if self._word.kind != _NUMBER:
                self._connect()
            elif self._left > 0:
                self._put_number()

    def _put_number(self) -> None:
        """Put a number to the word before it, or to the letters that follow it."""
        number, self._word = self._word, self._next()
        if self._word.kind == _LETTERS:
            self._done.append(self._connector)
            self._put(number)
            self._put_run()
        else:
            self._put(number)
            self._connect()

    def _put_run(self) -> None:
        while self._word.kind in (_LETTERS, _NUMBER):
            self._put(self._word)
            self._word = self._next()
        self._connect()


def _separated(connector: str) -> Callable[[str], str]:
    return lambda text: _Separated(text, connector).joined()


CASES = declared(
    ("upper", "string", all_upper),
    ("lower", "string", all_lower),
    ("title", "string", _titled),
    ("untitle", "string", _untitled),
    ("initials", "string", _initials),
    ("swapcase", "string", _swapped),
    ("camelcase", "string", _pascal),
    ("snakecase", "string", _separated("_")),
    ("kebabcase", "string", _separated("-")),
)
