"""The language's functions of an integer's 64 bits."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.signature import Accepted, Builtin
from notifier.expr.values import Int, Type, whole, wrapped

_WIDTH = 64
_INTEGER = Accepted(frozenset({Type.INT, Type.DURATION, Type.NIL}), frozenset({Type.INT, Type.FLOAT}))


def _of_two(operate: Callable[[int, int], int]) -> Builtin:
    def apply(_: Meter, left: Any, right: Any) -> Int:
        return wrapped(operate(whole(left, "a function of bits"), whole(right, "a function of bits")))

    return Builtin(Type.INT, apply, (_INTEGER, _INTEGER), required=2)


def _shifting(shift: Callable[[int, int], int]) -> Builtin:
    def by(number: int, places: int) -> int:
        if places < 0:
            raise Fault("cannot shift by less than nothing")
        return shift(number, min(places, _WIDTH))

    return _of_two(by)


BIT_FUNCTIONS = {
    "bitand": _of_two(operator.and_),
    "bitor": _of_two(operator.or_),
    "bitxor": _of_two(operator.xor),
    "bitnand": _of_two(lambda left, right: left & ~right),
    "bitnot": Builtin(Type.INT, lambda _, number: ~whole(number, "bitnot"), (_INTEGER,)),
    "bitshl": _shifting(lambda number, places: number << places),
    "bitshr": _shifting(lambda number, places: number >> places),
    "bitushr": _shifting(lambda number, places: number % (1 << _WIDTH) >> places),
}
