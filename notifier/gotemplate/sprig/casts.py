"""What values count as where a number, a text or a list is wanted: sprig takes anything and makes the best of it."""

from __future__ import annotations

import math
import re
from typing import Any

from notifier.expr import floats
from notifier.expr.timevalues import Duration, Enum, Time
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.printing import shown
from notifier.gotemplate.values import NOTHING, Strings, is_float, is_integer, kind_name, wrapped

_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)
_ZERO_FRACTION = re.compile(r"\.0+\.*\Z")
_LITERAL = re.compile(
    r"[+-]?(?:0[xX](?P<hex>(?:_?[0-9a-fA-F])+)|0[bB](?P<bin>(?:_?[01])+)|0[oO]?(?P<oct>(?:_?[0-7])+)"
    r"|(?P<dec>0|[1-9](?:_?[0-9])*))"
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_WHOLE = re.compile(r"[+-]?[0-9]+")


def as_int(value: Any) -> int:
    """Return what counts as a value's int64: 0 for a text that is no number, and for all that has none."""
    if isinstance(value, bool):
        return int(value)
    if is_integer(value):
        return wrapped(int(value))
    if is_float(value):
        return truncated(double(value))
    if isinstance(value, str):
        return _literal(_ZERO_FRACTION.sub("", value))
    return value.number if isinstance(value, Enum) else 0


def as_float(value: Any) -> float:
    """Return what counts as a value's float64: 0 for a text that is no number, and for all that has none."""
    if isinstance(value, str):
        number = floats.read(value)
        return 0.0 if number is None else number
    if isinstance(value, bool | int | float):
        return double(value)
    return float(value.number) if isinstance(value, Enum) else 0.0


def double(number: float) -> float:
    """Return a number as a float64, infinite if it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def truncated(number: float) -> int:
    """Return a float without its fraction as an int64; what does not fit is the smallest."""
    return int(number) if _SMALLEST <= number < -_SMALLEST else _SMALLEST


def whole(text: str, base: int = 10) -> int:
    """Read an integer of plain digits, 0 if the text is none."""
    try:
        return int(text, base) if _WHOLE.fullmatch(text) else 0
    except ValueError:
        return 0


def clamped(number: int) -> int:
    """Return the int64 nearest to a number."""
    return max(_SMALLEST, min(_LARGEST, number))


def as_text(value: Any) -> str:
    """Return a value as `toString` gives it."""
    return value if isinstance(value, str) else shown(value)


def as_texts(value: Any) -> Strings:
    """Return what `toStrings` gives: the items but nil; one text for what is no list, none for nil."""
    if isinstance(value, Strings):
        return value
    if isinstance(value, list):
        return Strings(as_text(item) for item in value if item is not None)
    return Strings() if value is None else Strings([as_text(value)])


def as_list(value: Any, purpose: str) -> list[Any]:
    """Return a value that is a list; raises Fault for anything else."""
    if isinstance(value, list):
        return value
    raise Fault(f"{purpose} {'nil' if value is None else kind_name(value)}")


def is_empty(value: Any) -> bool:
    """Tell what `default` replaces: nil, false, 0, and what is empty; never a time."""
    if isinstance(value, Duration):
        return not value.nanoseconds
    if isinstance(value, Enum):
        return not value.number
    return value is NOTHING or (not value and not isinstance(value, Time))


def _literal(text: str) -> int:
    match = _LITERAL.fullmatch(text)
    if match is None or match.lastgroup is None:
        return 0
    try:
        size = int(match[match.lastgroup].replace("_", ""), _BASES[match.lastgroup])
    except ValueError:  # more digits than Python reads
        return 0
    number = -size if text.startswith("-") else size
    return number if number == clamped(number) else 0
