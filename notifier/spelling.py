"""The right name for a misspelt one. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import Any

_LONGEST = 64
_MOST = 1000
"""Comparing takes quadratic time, and names may be data."""
_ON = "on-"
"""What nearly all triggers begin with: sharing it makes no two names alike."""


def nearest(word: str, known: Iterable[Any]) -> str:
    """The known name most like a word, "" if none is; what is no text among the known is passed over."""
    names = (name for name in known if isinstance(name, str) and len(name) <= _LONGEST)
    bare = {name.removeprefix(_ON): name for name in islice(names, _MOST)}
    found = difflib.get_close_matches(word[:_LONGEST].removeprefix(_ON), bare, n=1)
    return bare[found[0]] if found else ""


def hint(word: str, known: Iterable[Any]) -> str:
    """`; did you mean 'x'?` to put behind an error, "" where no name is near."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def quoted(word: str, known: Iterable[Any]) -> str:
    """`'word' (did you mean 'x'?)` to put into an error, without the hint where no name is near."""
    near = nearest(word, known)
    return f"{word!r} (did you mean {near!r}?)" if near else repr(word)
