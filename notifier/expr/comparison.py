"""`==`, `<` and their like, and `in`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.timevalues import Duration, Time
from notifier.expr.values import Table, is_number, type_of


def equal(meter: Meter, left: Any, right: Any) -> bool:
    """Compare as `==` does: ints with floats by value, arrays item by item, anything else strictly by type."""
    if is_number(left) and is_number(right):
        return bool(left == right)
    if type(left) is list and type(right) is list:
        return _all_equal(meter, left, right, equal)
    return _identical(meter, left, right)


def _identical(meter: Meter, left: Any, right: Any) -> bool:
    if _strict_type(left) is not _strict_type(right):
        return False
    if type(left) is list:
        return _all_equal(meter, left, right, _identical)
    if isinstance(left, dict):
        keys = list(left)
        return left.keys() == right.keys() and _all_equal(
            meter, [left[key] for key in keys], [right[key] for key in keys], _identical
        )
    return bool(left == right)


def _strict_type(value: Any) -> type:
    return float if type(value) is int else type(value)


def _all_equal(meter: Meter, left: list[Any], right: list[Any], same: Callable[[Meter, Any, Any], bool]) -> bool:
    meter.spend(len(left))
    return len(left) == len(right) and all(same(meter, a, b) for a, b in zip(left, right, strict=True))


def unequal(meter: Meter, left: Any, right: Any) -> bool:
    """Compare as `!=` does."""
    return not equal(meter, left, right)


def contained(meter: Meter, needle: Any, haystack: Any) -> bool:
    """Tell whether an array holds a value or a map a key; nil holds nothing."""
    if haystack is None:
        return False
    if type(haystack) is list:
        meter.spend(len(haystack))
        return any(equal(meter, item, needle) for item in haystack)
    if type(haystack) is dict and (needle is None or type(needle) is str):
        return (needle or "") in haystack
    if type(haystack) is Table:
        return needle in hashed(needle, haystack)
    raise Fault(f"in wants an array, or a string and a map, got {type_of(needle)} and {type_of(haystack)}")


def hashed(key: Any, table: Table) -> Table:
    """Return `table` if it can be asked for `key`; raises Fault for an array or a map."""
    if isinstance(key, list | dict):
        raise Fault(f"{type_of(key)} cannot be a key")
    return table


def contained_in(strings: frozenset[str]) -> Callable[[Any], bool]:
    """Return the test for `in` with an array of string literals: for strings alone, nil counting as the empty one."""

    def test(needle: Any) -> bool:
        if needle is None or type(needle) is str:
            return (needle or "") in strings
        raise Fault(f"in wants a string before an array of strings, got {type_of(needle)}")

    return test


def _ordering(symbol: str, test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        alike = type(left) is type(right) and type(left) in (str, Time, Duration)
        if alike or (is_number(left) and is_number(right)):
            return test(left, right)
        raise Fault(f"cannot compare {type_of(left)} {symbol} {type_of(right)}")

    return compare


ORDERINGS = {
    symbol: _ordering(symbol, test)
    for symbol, test in {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}.items()
}
