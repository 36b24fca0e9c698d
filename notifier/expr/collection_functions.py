"""The language's functions of arrays and maps; maps are gone through in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cmp_to_key
from itertools import chain
from typing import Any

from notifier.expr.access import fetch
from notifier.expr.comparison import ORDERINGS
from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.signature import ANYTHING, ARRAY, ARRAY_IF_WRITTEN, MAP, STRING, Accepted, Builtin
from notifier.expr.values import Table, Type, in_order, whole

_PAIR = 2
_COUNT = Accepted(frozenset({Type.INT, Type.DURATION, Type.ENUM}), frozenset({Type.INT, Type.FLOAT}))


def element(array: Type) -> Type:
    """Return the type of an array's or map's items."""
    return {Type.INTS: Type.INT, Type.STRINGS: Type.STRING, Type.GROUPS: Type.ARRAY}.get(array, Type.ANY)


def _element(written: Sequence[Type]) -> Type:
    return element(written[0])


def _get(meter: Meter, base: Any, key: Any) -> Any:
    try:
        return fetch(meter, base, key)
    except Fault:
        meter.spend(0)  # an exhausted budget is no missing item
        return None


def _take(meter: Meter, items: list[Any], count: Any) -> list[Any]:
    end = whole(count, "take")
    if end < 0:
        raise Fault("cannot take less than nothing")
    meter.handle(items)
    return items[:end]


def _concat(meter: Meter, *arrays: list[Any]) -> list[Any]:
    for array in arrays:
        meter.handle(array)
    return list(chain(*arrays))


def _sort(meter: Meter, items: Any, order: str = "asc") -> list[Any]:
    if order not in ("asc", "desc"):
        raise Fault("sort wants the order 'asc' or 'desc'")
    if type(items) is not list:
        return []
    meter.spend(len(items))
    less = ORDERINGS["<"]
    return sorted(items, key=cmp_to_key(lambda a, b: less(b, a) - less(a, b)), reverse=order == "desc")


def _keys(meter: Meter, table: dict[Any, Any]) -> list[Any]:
    meter.spend(len(table))
    return in_order(table)


def _from_pairs(meter: Meter, pairs: list[Any]) -> Table:
    meter.spend(len(pairs))
    return Table(dict(_pairs(pairs)))


def _pairs(pairs: list[Any]) -> Iterator[tuple[Any, Any]]:
    for pair in pairs:
        if type(pair) is not list or len(pair) != _PAIR:
            raise Fault("fromPairs wants arrays of a key and a value")
        if isinstance(pair[0], list | dict):
            raise Fault("fromPairs cannot take an array or a map for a key")
        yield pair[0], pair[1]


COLLECTION_FUNCTIONS = {
    "first": Builtin(_element, lambda meter, items: _get(meter, items, 0), (ARRAY_IF_WRITTEN,)),
    "last": Builtin(_element, lambda meter, items: _get(meter, items, -1), (ARRAY_IF_WRITTEN,)),
    "get": Builtin(_element, _get, (ANYTHING, ANYTHING), required=2),
    "take": Builtin(lambda written: written[0], _take, (ARRAY, _COUNT), required=2),
    "keys": Builtin(Type.ARRAY, _keys, (MAP,)),
    "values": Builtin(Type.ARRAY, lambda meter, table: [table[key] for key in _keys(meter, table)], (MAP,)),
    "toPairs": Builtin(Type.ARRAY, lambda meter, table: [[key, table[key]] for key in _keys(meter, table)], (MAP,)),
    "fromPairs": Builtin(Type.TABLE, _from_pairs, (ARRAY,)),
    "reverse": Builtin(Type.ARRAY, lambda meter, items: _concat(meter, items)[::-1], (ARRAY,)),
    "concat": Builtin(Type.ARRAY, _concat, (ARRAY,), variadic=True),
    "sort": Builtin(Type.ARRAY, _sort, (Accepted(ARRAY.written | {Type.NIL}, frozenset(Type)), STRING)),
}
