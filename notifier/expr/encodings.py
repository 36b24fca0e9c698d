"""JSON and Base64, as Go reads and writes them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from notifier.expr.fault import Fault
from notifier.expr.floats import in_json
from notifier.expr.frame import Meter
from notifier.expr.signature import ANYTHING, Builtin
from notifier.expr.timevalues import Duration, Enum, Time, Zone
from notifier.expr.values import Table, Type, encode, is_integer, type_of

_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_EXACT = 2**53
"""Up to here a float tells each integer from the next."""


def _to_json(meter: Meter, value: Any) -> str:
    return _json(meter, value, "\n")


def _json(meter: Meter, value: Any, margin: str) -> str:
    """Write a value; `margin` is what a new line begins with."""
    meter.spend(1)
    if type(value) is list:
        items = (_json(meter, item, margin + "  ") for item in value)
        return _enclosed("[", items, "]", margin)
    if type(value) is dict:
        pairs = (f"{_text(meter, key)}: {_json(meter, value[key], margin + '  ')}" for key in sorted(value))
        return _enclosed("{", pairs, "}", margin)
    return _text(meter, value) if type(value) is str else _scalar(value)


def _enclosed(opening: str, items: Iterable[str], closing: str, margin: str) -> str:
    inner = f",{margin}  ".join(items)
    return f"{opening}{margin}  {inner}{margin}{closing}" if inner else opening + closing


def _text(meter: Meter, text: str) -> str:
    meter.handle(text)
    return json.dumps(encode(text).decode(errors="replace"), ensure_ascii=False).translate(_ESCAPED)


def _scalar(value: Any) -> str:
    if value is None or type(value) is bool or is_integer(value):
        return json.dumps(value)
    if type(value) in (int, float):
        return _number(float(value))
    if isinstance(value, Time):
        return f'"{value.in_json()}"'
    if isinstance(value, Duration | Enum):
        return str(value.nanoseconds if isinstance(value, Duration) else value.number)
    if isinstance(value, Zone):
        return "{}"
    raise Fault(f"toJSON cannot write {'a map with keys of any type' if type(value) is Table else type_of(value)}")


def _number(number: float) -> str:
    if not math.isfinite(number):
        raise Fault("toJSON cannot write a number that is not finite")
    return in_json(number)


def _from_json(meter: Meter, text: str) -> Any:
    meter.handle(text)
    try:
        return json.loads(text, parse_float=_finite, parse_int=_whole, parse_constant=_refuse)
    except ValueError:
        raise Fault("fromJSON wants a text that is JSON") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _whole(digits: str) -> int | float:
    number = _finite(digits)
    return int(digits) if abs(number) <= _EXACT else number


def _from_base64(meter: Meter, text: str) -> str:
    meter.handle(text)
    try:
        return base64.b64decode(text.translate({10: None, 13: None}), validate=True).decode(errors="replace")
    except ValueError:
        raise Fault("fromBase64 wants a text that is Base64") from None


def _to_base64(meter: Meter, text: str) -> str:
    meter.handle(text)
    return base64.b64encode(encode(text)).decode()


ENCODING_FUNCTIONS = {
    "toJSON": Builtin(Type.STRING, _to_json, (ANYTHING,)),
    "fromJSON": Builtin(Type.ANY, _from_json),
    "toBase64": Builtin(Type.STRING, _to_base64),
    "fromBase64": Builtin(Type.STRING, _from_base64),
}
