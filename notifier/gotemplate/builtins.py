"""The functions of the language itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifier.gotemplate.comparison import equal, greater, greater_or_equal, less, less_or_equal, unequal
from notifier.gotemplate.escapes import html, js, urlquery
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.formatting import formatted
from notifier.gotemplate.printing import printed, printed_line
from notifier.gotemplate.values import (
    NOTHING,
    Byte,
    Function,
    Int,
    StringMap,
    decode,
    encode,
    indexable,
    is_map,
    truth,
    type_name,
)

_SLICE_BOUNDS = 3


def index(item: Any, *keys: Any) -> Any:
    """Return item[key][key]…; raises Fault where there is nothing to index or a place is out of range."""
    if item is None or item is NOTHING:
        raise Fault("index of untyped nil")
    for key in keys:
        item = _indexed(item, key)
    return item


def _indexed(item: Any, key: Any) -> Any:
    if item is None:
        raise Fault("index of nil pointer")
    if is_map(item):
        if not isinstance(key, str):
            raise Fault(f"value has type {type_name(key)}; should be string" if key is not None else "value is nil")
        return item.get(key, "" if isinstance(item, StringMap) else None)
    if isinstance(item, str):
        octets = encode(item)
        return Byte(octets[_place(key, len(octets) - 1)])
    if isinstance(item, list):
        return item[_place(key, len(item) - 1)]
    raise Fault(f"can't index item of type {type_name(item)}")


def _place(key: Any, last: int) -> int:
    if key is None:
        raise Fault("cannot index slice/array with nil")
    place = indexable(key, "index")
    if not 0 <= place <= last:
        raise Fault(f"index out of range: {place}")
    return place


def cut(item: Any, *bounds: Any) -> Any:
    """Return item[from:to]; raises Fault where there is nothing to slice or a bound is out of range."""
    if len(bounds) > _SLICE_BOUNDS:
        raise Fault(f"too many slice indexes: {len(bounds)}")
    if isinstance(item, str):
        if len(bounds) == _SLICE_BOUNDS:
            raise Fault("cannot 3-index slice a string")
        octets = encode(item)
        return decode(octets[slice(*_bounds(bounds, len(octets)))])
    if isinstance(item, list):
        return type(item)(item[slice(*_bounds(bounds, len(item)))])
    raise Fault(f"can't slice item of type {type_name(item)}")


def _bounds(bounds: Sequence[Any], size: int) -> tuple[int, int]:
    places = [_place(bound, size) for bound in bounds]
    first, last, *_ = [*places, *(0, size)[len(places) :]]
    if places != sorted(places) or first > last:
        raise Fault(f"invalid slice index: {first} > {last}")
    return first, last


def length(item: Any) -> Int:
    """Return how many bytes or items there are; raises Fault for what has no length."""
    if isinstance(item, str):
        return Int(len(encode(item)))
    if isinstance(item, list) or is_map(item):
        return Int(len(item))
    raise Fault(f"len of type {type_name(item)}" if item is not None else "len of nil pointer")


def _special(*_: Any) -> Any:
    """Stand for what the compiler does itself: `and` and `or` stop early, `call` knows what it calls when it does."""
    raise Fault("cannot be called by call")


BUILTINS: dict[str, Function] = {
    name: Function(name, parameters, body)
    for name, parameters, body in (
        ("and", "any ...any", _special),
        ("or", "any ...any", _special),
        ("call", "any ...any", _special),
        ("not", "any", lambda value: not truth(value)),
        ("len", "any", length),
        ("index", "any ...any", index),
        ("slice", "any ...any", cut),
        ("print", "...any", lambda *values: printed(values)),
        ("println", "...any", lambda *values: printed_line(values)),
        ("printf", "string ...any", lambda pattern, *values: formatted(pattern, values)),
        ("html", "...any", html),
        ("js", "...any", js),
        ("urlquery", "...any", urlquery),
        ("eq", "any ...any", equal),
        ("ne", "any any", unequal),
        ("lt", "any any", less),
        ("le", "any any", less_or_equal),
        ("gt", "any any", greater),
        ("ge", "any any", greater_or_equal),
    )
}
