"""JSON as Go's `encoding/json` reads and writes it: keys in order, `<`, `>` and `&` escaped unless raw."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from notifier.expr.floats import in_json
from notifier.expr.timevalues import Duration, Enum, Time
from notifier.gotemplate.budget import fit
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import double
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.sprig.nesting import fit_depth
from notifier.gotemplate.sprig.versions import Version
from notifier.gotemplate.values import NOTHING, is_integer, is_map, type_name

_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_LINES = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})
_INDENT = "  "


class _Writer:
    """Writes one value, and stops as soon as the text is too long."""

    def __init__(self, *, indented: bool) -> None:
        self._indented = indented
        self._parts: list[str] = []
        self._size = 0

    def written(self, value: Any) -> str:
        self._value(value, 1)
        return "".join(self._parts).translate(_LINES)

    def _put(self, text: str) -> None:
        self._size += len(text)
        fit(self._size)
        self._parts.append(text)

    def _value(self, value: Any, depth: int) -> None:
        if isinstance(value, str):
            self._put(encode_basestring(value))
        elif is_map(value):
            self._container("{}", [(encode_basestring(key), value[key]) for key in sorted(value)], depth)
        elif isinstance(value, list):
            self._container("[]", [("", item) for item in value], depth)
        else:
            self._put(_scalar(value))

    def _container(self, brackets: str, items: list[tuple[str, Any]], depth: int) -> None:
        fit_depth(depth)
        self._put(brackets[0])
        for number, (key, item) in enumerate(items):
            self._put("," if number else "")
            self._line(depth)
            if key:
                self._put(f"{key}: " if self._indented else f"{key}:")
            self._value(item, depth + 1)
        if items:
            self._line(depth - 1)
        self._put(brackets[1])

    def _line(self, depth: int) -> None:
        if self._indented:
            self._put("\n" + _INDENT * depth)


class _UnsupportedError(Fault):
    """A value that has no JSON."""


def _scalar(value: Any) -> str:
    """Write a value that holds no others; raises Fault for a function and what is no number."""
    if value is NOTHING or value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_integer(value):
        return str(int(value))
    if isinstance(value, int | float):
        return _number(double(value))
    if isinstance(value, Duration):
        return str(value.nanoseconds)
    if isinstance(value, Enum):
        return str(value.number)
    if isinstance(value, Time | Version):
        return encode_basestring(value.in_json() if isinstance(value, Time) else str(value))
    raise _UnsupportedError(f"json: unsupported type: {type_name(value)}")


def _number(number: float) -> str:
    if not math.isfinite(number):
        raise _UnsupportedError("json: unsupported value: no finite number")
    return in_json(number)


def _raw(value: Any) -> str:
    return _Writer(indented=False).written(value)


def _escaped(value: Any, *, indented: bool = False) -> str:
    return _Writer(indented=indented).written(value).translate(_HTML)


def _pretty(value: Any) -> str:
    return _escaped(value, indented=True)


def _or_nothing(body: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a function that gives an empty text for a value that has no JSON."""

    def written(value: Any) -> str:
        try:
            return body(value)
        except _UnsupportedError:
            return ""

    return written


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refused, parse_float=_finite, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        reason = (
            f"{error.msg}, character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else "it is too much"
        )
        raise Fault(f"invalid JSON: {reason}") from None


def _refused(word: str) -> None:
    raise ValueError(word)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _whole(digits: str) -> int:
    _finite(digits)
    return int(digits)


def _read_or_nothing(text: str) -> Any:
    try:
        return _read(text)
    except Fault:
        return None


JSON_TEXTS = declared(
    ("fromJson", "string", _read_or_nothing),
    ("mustFromJson", "string", _read),
    ("toJson", "any", _or_nothing(_escaped)),
    ("mustToJson", "any", _escaped),
    ("toPrettyJson", "any", _or_nothing(_pretty)),
    ("mustToPrettyJson", "any", _pretty),
    ("toRawJson mustToRawJson", "any", _raw),
)
