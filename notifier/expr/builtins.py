"""The language's own functions, all but those that take a predicate."""

from __future__ import annotations

from functools import cmp_to_key
from itertools import chain
from typing import TYPE_CHECKING, Any

from notifier.expr.access import fetch
from notifier.expr.comparison import ORDERINGS
from notifier.expr.fault import Fault
from notifier.expr.number_functions import NUMBER_FUNCTIONS
from notifier.expr.printing import printed
from notifier.expr.signature import ANYTHING, ARRAY, MAP, NUMBER, STRING, Builtin
from notifier.expr.text_functions import TEXT_FUNCTIONS
from notifier.expr.timevalues import parse_duration
from notifier.expr.values import Type, encode, truncated, type_of

if TYPE_CHECKING:
    from notifier.expr.frame import Meter

UNSUPPORTED = frozenset(
    {
        *("groupBy", "toJSON", "fromJSON", "toBase64", "fromBase64", "splitAfter", "toPairs", "fromPairs"),
        *("date", "timezone", "bitand", "bitor", "bitxor", "bitnand", "bitnot", "bitshl", "bitshr", "bitushr"),
    }
)
"""What expr 1.16.9 has and this package has not."""

_TYPE_NAMES = {Type.TIME: "time.Time", Type.DURATION: "time.Duration", Type.FUNCTION: "func"}


def _type(_: Meter, value: Any) -> str:
    kind = type_of(value)
    return _TYPE_NAMES.get(kind, kind.value)


def _length(meter: Meter, value: Any) -> int:
    meter.handle(value)
    return len(encode(value) if type(value) is str else value)


def _get(meter: Meter, base: Any, key: Any) -> Any:
    try:
        return fetch(meter, base, key)
    except Fault:
        meter.spend(0)  # an exhausted budget is no missing item
        return None


def _take(meter: Meter, items: list[Any], count: Any) -> list[Any]:
    end = truncated(count, "take")
    if end < 0:
        raise Fault("cannot take less than nothing")
    meter.handle(items)
    return items[:end]


def _concat(meter: Meter, *arrays: list[Any]) -> list[Any]:
    for array in arrays:
        meter.handle(array)
    return list(chain(*arrays))


def _sort(meter: Meter, items: list[Any], order: str = "asc") -> list[Any]:
    if order not in ("asc", "desc"):
        raise Fault("sort wants the order 'asc' or 'desc'")
    meter.spend(len(items))
    less = ORDERINGS["<"]
    return sorted(items, key=cmp_to_key(lambda a, b: less(b, a) - less(a, b)), reverse=order == "desc")


BUILTINS = {
    "len": Builtin(Type.INT, _length, (ARRAY | MAP | STRING,)),
    "type": Builtin(Type.STRING, _type, (ANYTHING,)),
    "string": Builtin(Type.STRING, printed, (ANYTHING,)),
    "first": Builtin(Type.ANY, lambda meter, items: _get(meter, items, 0), (ANYTHING,)),
    "last": Builtin(Type.ANY, lambda meter, items: _get(meter, items, -1), (ANYTHING,)),
    "get": Builtin(Type.ANY, _get, (ANYTHING, ANYTHING), required=2),
    "take": Builtin(Type.ARRAY, _take, (ARRAY, NUMBER), required=2),
    "keys": Builtin(Type.ARRAY, lambda meter, table: _concat(meter, list(table)), (MAP,)),
    "values": Builtin(Type.ARRAY, lambda meter, table: _concat(meter, list(table.values())), (MAP,)),
    "reverse": Builtin(Type.ARRAY, lambda meter, items: _concat(meter, items)[::-1], (ARRAY,)),
    "concat": Builtin(Type.ARRAY, _concat, (ARRAY,), variadic=True),
    "sort": Builtin(Type.ARRAY, _sort, (ARRAY, STRING)),
    "now": Builtin(Type.TIME, lambda _: None, (), required=0),
    "duration": Builtin(Type.DURATION, lambda _, text: parse_duration(text)),
    **NUMBER_FUNCTIONS,
    **TEXT_FUNCTIONS,
}
