"""Printf's patterns: text with verbs, their flags, widths, precisions and argument numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from notifier.gotemplate.budget import fit, fit_width
from notifier.gotemplate.values import NOTHING, is_integer, type_name
from notifier.gotemplate.verbs import Flags, written

_NUMBER = re.compile(r"[0-9]+")
_LARGEST = 1_000_000
"""The largest width, precision and argument number that Go reads."""
_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}


def formatted(pattern: str, values: Sequence[Any]) -> str:
    """Return the values by the pattern, as Go's Sprintf; raises Fault where the text or a width becomes too large."""
    return _Formatting(pattern, values).text()


class _Formatting:
    def __init__(self, pattern: str, values: Sequence[Any]) -> None:
        self._pattern, self._values = pattern, values
        self._at = self._argument = 0
        self._reordered = False
        self._good = self._indexed = True

    def text(self) -> str:
        pieces: list[str] = []
        size = 0
        while (found := self._pattern.find("%", self._at)) >= 0:
            pieces.append(self._pattern[self._at : found])
            self._at = found + 1
            pieces.append(self._one())
            size += len(pieces[-2]) + len(pieces[-1])
            fit(size)
        pieces.append(self._pattern[self._at :])
        return "".join(pieces) + self._extra()

    def _one(self) -> str:
        self._good, self._indexed = True, False
        flags, problems = Flags(), ""
        while (flag := self._next()) in _FLAGS:
            setattr(flags, _FLAGS[flag], True)
            self._at += 1
        self._number()
        problems += self._width(flags)
        if self._next() == "." and self._at + 1 < len(self._pattern):
            problems += self._precision(flags)
        if not self._indexed:
            self._number()
        fit_width(max(flags.width or 0, flags.precision or 0))
        return problems + self._verb(flags)

    def _verb(self, flags: Flags) -> str:
        verb = self._next()
        self._at += 1
        if not verb:
            return "%!(NOVERB)"
        if verb == "%":
            return "%"
        if not self._good:
            return f"%!{verb}(BADINDEX)"
        if self._argument >= len(self._values):
            return f"%!{verb}(MISSING)"
        value = self._values[self._argument]
        self._argument += 1
        return written(value, verb, flags.for_values() if verb in "vw" else flags)

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _width(self, flags: Flags) -> str:
        if self._next() == "*":
            flags.width = self._star()
            if flags.width is not None and flags.width < 0:
                flags.width, flags.minus, flags.zero = -flags.width, True, False
            return "" if flags.width is not None else "%!(BADWIDTH)"
        flags.width = self._digits()
        if self._indexed and flags.width is not None:
            self._good = False
        return ""

    def _precision(self, flags: Flags) -> str:
        self._at += 1
        if self._indexed:
            self._good = False
        self._number()
        if self._next() == "*":
            flags.precision = self._star()
            if flags.precision is None or flags.precision < 0:
                flags.precision = None
                return "%!(BADPREC)"
            return ""
        flags.precision = self._digits() or 0
        return ""

    def _star(self) -> int | None:
        self._at += 1
        self._indexed = False
        if self._argument >= len(self._values):
            return None
        value = self._values[self._argument]
        self._argument += 1
        return int(value) if _is_whole(value) and abs(value) <= _LARGEST else None

    def _digits(self) -> int | None:
        match = _NUMBER.match(self._pattern, self._at)
        if match is None:
            return None
        if int(match[0][:-1][:8] or 0) > _LARGEST:
            self._at = len(self._pattern)
            return None
        self._at = match.end()
        return int(match[0][-8:])

    def _number(self) -> None:
        """Read the number of the argument to take next, `[2]`, if there is one."""
        self._indexed = False
        if self._next() != "[":
            return
        self._reordered = True
        end = self._pattern.find("]", self._at)
        digits = self._pattern[self._at + 1 : end] if end >= 0 else ""
        if _NUMBER.fullmatch(digits) and 0 < int(digits[:8]) <= len(self._values):
            self._argument, self._indexed = int(digits) - 1, True
        else:
            self._good, self._indexed = False, bool(_NUMBER.fullmatch(digits))
        self._at = end + 1 if end >= 0 else self._at + 1

    def _extra(self) -> str:
        rest = self._values[self._argument :]
        if self._reordered or not rest:
            return ""
        said = ["<nil>" if value in (None, NOTHING) else f"{type_name(value)}={written(value, 'v')}" for value in rest]
        return f"%!(EXTRA {', '.join(said)})"


def _is_whole(value: Any) -> bool:
    return is_integer(value) or type(value) is int
