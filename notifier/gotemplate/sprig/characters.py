"""Letters as Go's `unicode` package knows them: each for itself, whatever its neighbours."""

from __future__ import annotations

import unicodedata

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What separates words."""


def upper(letter: str) -> str:
    """Return a letter's capital; one that would take several letters to write stays."""
    capital = letter.upper()
    return capital if len(capital) == 1 else title(letter)


def lower(letter: str) -> str:
    """Return a capital's small letter."""
    return letter.lower()[:1]


def title(letter: str) -> str:
    """Return a letter as it begins a word in a title."""
    capital = letter.title()
    return capital if len(capital) == 1 else letter


def is_upper(letter: str) -> bool:
    """Tell a capital."""
    return unicodedata.category(letter) == "Lu"


def is_lower(letter: str) -> bool:
    """Tell a small letter."""
    return unicodedata.category(letter) == "Ll"


def is_title(letter: str) -> bool:
    """Tell a letter of two, the first of which is a capital."""
    return unicodedata.category(letter) == "Lt"


def all_upper(text: str) -> str:
    """Return a text in capitals."""
    return text.upper() if text.isascii() else "".join(map(upper, text))


def all_lower(text: str) -> str:
    """Return a text in small letters."""
    return text.lower() if text.isascii() else "".join(map(lower, text))
