"""The language's functions of strings. Positions count UTF-8 bytes, as in Go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.signature import ARRAYS, COUNT, STRING, Accepted, Builtin
from notifier.expr.values import Type, encode, truncated, type_of

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go takes for blanks."""
_TOO_LONG = 1_000_000
_TEXTS = Accepted(ARRAYS - {Type.INTS} | {Type.NIL}, frozenset({Type.ARRAY}))


def _text(body: Callable[..., Any], *more: Accepted, value: Type = Type.STRING, required: int = 1) -> Builtin:
    def metered(meter: Meter, text: str, *values: Any) -> Any:
        meter.handle(text)
        return body(text, *values)

    return Builtin(value, metered, (STRING, *more), required)


def _upper(text: str) -> str:
    """Change each character alone, as Go does: `ß` stays."""
    return "".join(new if len(new := old.upper()) == 1 else old for old in text)


def _lower(text: str) -> str:
    return "".join(old.lower()[0] for old in text)


def _split(meter: Meter, text: str, separator: str, most: Any = -1) -> list[str]:
    meter.handle(text)
    limit = truncated(most, "split")
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    head = len(text) if limit < 0 else min(limit - 1, len(text))
    return [*text[:head], *([text[head:]] if text[head:] else [])]


def _split_after(meter: Meter, text: str, separator: str, most: Any = -1) -> list[str]:
    parts = _split(meter, text, separator, most)
    return [*(part + separator for part in parts[:-1]), *parts[-1:]]


def _replace(meter: Meter, text: str, old: str, new: str, most: Any = -1) -> str:
    places = text.count(old)
    meter.handle(text)
    meter.handle(new, times=places)
    return text.replace(old, new, truncated(most, "replace"))


def _repeat(meter: Meter, text: str, times: Any) -> str:
    count = truncated(times, "repeat")
    if count < 0:
        raise Fault("cannot repeat less than nothing")
    if count * len(encode(text)) >= _TOO_LONG:
        raise Fault(f"repeat makes no text of {_TOO_LONG} bytes or more")
    meter.handle(text, times=count)
    return text * count


def _join(meter: Meter, items: list[Any], glue: str = "") -> str:
    for item in items:
        if type(item) is not str:
            raise Fault(f"join wants strings, got {type_of(item)}")
        meter.handle(item)
    meter.handle(glue, times=len(items))
    return glue.join(items)


TEXT_FUNCTIONS = {
    "trim": _text(lambda text, cut=_SPACES: text.strip(cut) if cut else text, STRING),
    "trimPrefix": _text(lambda text, prefix=" ": text.removeprefix(prefix), STRING),
    "trimSuffix": _text(lambda text, suffix=" ": text.removesuffix(suffix), STRING),
    "upper": _text(_upper),
    "lower": _text(_lower),
    "split": Builtin(Type.STRINGS, _split, (STRING, STRING, COUNT), required=2),
    "splitAfter": Builtin(Type.STRINGS, _split_after, (STRING, STRING, COUNT), required=2),
    "replace": Builtin(Type.STRING, _replace, (STRING, STRING, STRING, COUNT), required=3),
    "repeat": Builtin(Type.STRING, _repeat, (STRING, COUNT), required=2),
    "join": Builtin(Type.STRING, _join, (_TEXTS, STRING)),
    "indexOf": _text(lambda text, part: encode(text).find(encode(part)), STRING, value=Type.INT, required=2),
    "lastIndexOf": _text(lambda text, part: encode(text).rfind(encode(part)), STRING, value=Type.INT, required=2),
    "hasPrefix": _text(str.startswith, STRING, value=Type.BOOL, required=2),
    "hasSuffix": _text(str.endswith, STRING, value=Type.BOOL, required=2),
}
