"""The functions that ask every element of an array: `any(array, {.type == 'Available'})` and its like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import compress
from typing import Any

from notifier.expr.arithmetic import add
from notifier.expr.closures import Run
from notifier.expr.comparison import ORDERINGS
from notifier.expr.fault import Fault
from notifier.expr.frame import Frame
from notifier.expr.values import Byte, Int, Table, Type, encode, type_of

Combine = Callable[[Frame, list[Any], Iterator[Any]], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A predicate: `combine` makes its `value` of the elements and, one by one, of what the body says of each.

    The body is a `test` if it must say true or false; `bare` predicates can do without and take the elements
    themselves; `extra` ones take one more argument, which `combine` finds as the frame's `acc`; `backwards` ones
    begin with the last element; `pointers` are what the body may use beside `#`.
    """

    value: Type
    combine: Combine
    test: bool = True
    bare: bool = False
    extra: bool = False
    backwards: bool = False
    pointers: tuple[str, ...] = ()


def elements(name: str, value: Any) -> list[Any]:
    """Return what a predicate runs over: an array's items, a string's bytes; an empty map has none."""
    if type(value) is list:
        return value
    if type(value) is str:
        return list(map(Byte, encode(value)))
    if type(value) is dict and not value:
        return []
    raise Fault(f"{name} wants an array, got {type_of(value)}")


def first(numbered: list[tuple[int, Any]]) -> Any:
    """Take the first element away: what a `reduce` without a start value starts with."""
    if not numbered:
        raise Fault("reduce of an empty array wants a start value")
    return numbered.pop(0)[1]


def results(frame: Frame, shape: Shape, numbered: list[tuple[int, Any]], body: Run) -> Iterator[Any]:
    """Yield what `body` says of each element; raises Fault if a test says neither true nor false."""
    for frame.index, frame.item in reversed(numbered) if shape.backwards else numbered:
        result = body(frame)
        if shape.test and type(result) is not bool:
            raise Fault(f"the predicate must say true or false, got {type_of(result)}")
        yield result


def _find(frame: Frame, _items: list[Any], tests: Iterator[bool]) -> Any:
    return frame.item if any(tests) else None


def _find_index(frame: Frame, _items: list[Any], tests: Iterator[bool]) -> Int | None:
    return Int(frame.index) if any(tests) else None


def _sum(frame: Frame, _items: list[Any], numbers: Iterator[Any]) -> Any:
    total: Any = Int(0)
    for number in numbers:
        total = add(frame.meter, number, total)
    return total


def _reduce(frame: Frame, _items: list[Any], values: Iterator[Any]) -> Any:
    for value in values:
        frame.acc = value
    return frame.acc


def _sort(frame: Frame, items: list[Any], keys: Iterator[Any]) -> list[Any]:
    if frame.acc not in ("asc", "desc"):
        raise Fault("sortBy wants the order 'asc' or 'desc'")
    less = ORDERINGS["<"]
    order = cmp_to_key(lambda a, b: less(b, a) - less(a, b))
    ranks = list(map(order, keys))
    numbers = sorted(range(len(items)), key=ranks.__getitem__, reverse=frame.acc == "desc")
    return [items[number] for number in numbers]


def _group(frame: Frame, items: list[Any], keys: Iterator[Any]) -> Table:
    groups: dict[Any, list[Any]] = {}
    for item, key in zip(items, keys, strict=True):
        if isinstance(key, list | dict):
            raise Fault(f"groupBy cannot group by {type_of(key)}")
        groups.setdefault(key, []).append(item)
    frame.meter.handle(items)
    return Table(groups, missing=[])


PREDICATES = {
    "any": Shape(Type.BOOL, lambda _frame, _items, tests: any(tests)),
    "all": Shape(Type.BOOL, lambda _frame, _items, tests: all(tests)),
    "none": Shape(Type.BOOL, lambda _frame, _items, tests: not any(tests)),
    "one": Shape(Type.BOOL, lambda _frame, _items, tests: sum(tests) == 1),
    "count": Shape(Type.INT, lambda _frame, _items, tests: Int(sum(tests)), bare=True),
    "filter": Shape(Type.ARRAY, lambda _frame, items, tests: list(compress(items, tests))),
    "find": Shape(Type.ANY, _find),
    "findIndex": Shape(Type.INT, _find_index),
    "findLast": Shape(Type.ANY, _find, backwards=True),
    "findLastIndex": Shape(Type.INT, _find_index, backwards=True),
    "map": Shape(Type.ARRAY, lambda _frame, _items, values: list(values), test=False, pointers=("index",)),
    "sum": Shape(Type.ANY, _sum, test=False, bare=True),
    "groupBy": Shape(Type.GROUPS, _group, test=False),
    "sortBy": Shape(Type.ARRAY, _sort, test=False, extra=True),
    "reduce": Shape(Type.ANY, _reduce, test=False, extra=True, pointers=("index", "acc")),
}
