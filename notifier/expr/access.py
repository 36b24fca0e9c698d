"""`.`, `[]` and `[a:b]`. Strings are counted, indexed and cut by their UTF-8 bytes, as Go does."""

from __future__ import annotations

from typing import Any

from notifier.expr.comparison import hashed
from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.methods import method
from notifier.expr.values import Byte, Opaque, Table, encode, truncated, type_of


def fetch(meter: Meter, base: Any, key: Any, label: str = "an item") -> Any:
    """Return a map's value or nil, an array's item, a string's byte, a method.

    Raises Fault for anything else, calling the member `label`: a key that is computed may be a secret.
    """
    if type(base) is dict and (key is None or type(key) is str):
        return base.get(key or "")
    if type(base) is Table:
        return hashed(key, base).get(key, base.missing)
    if isinstance(base, Opaque) and (found := method(base, key)):
        return found
    if type(base) is list:
        return base[_position(truncated(key, "an index"), len(base))]
    if type(base) is str:
        meter.handle(base)
        text = encode(base)
        return Byte(text[_position(truncated(key, "an index"), len(text))])
    raise Fault(f"cannot fetch {label} from {type_of(base)}")


def _position(index: int, length: int) -> int:
    position = index + length if index < 0 else index
    if not 0 <= position < length:
        raise Fault(f"index {index} is out of range, the length is {length}")
    return position


def cut(meter: Meter, base: Any, first: Any, last: Any) -> Any:
    """Return the items or bytes from `first` up to `last`, both clamped to what there is."""
    items = encode(base) if type(base) is str else base
    if not isinstance(items, list | bytes):
        raise Fault(f"cannot slice {type_of(base)}")
    meter.handle(items)
    piece = items[_clamped(first, len(items)) : _clamped(last, len(items))]
    return piece.decode(errors="replace") if isinstance(piece, bytes) else piece


def _clamped(bound: Any, length: int) -> int:
    index = truncated(bound, "a slice")
    return max(0, min(index + length if index < 0 else index, length))
