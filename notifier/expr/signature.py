"""How the language's own functions say what they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.values import Int, Type, type_of

ARRAYS = frozenset({Type.ARRAY, Type.INTS, Type.STRINGS})
MAPS = frozenset({Type.MAP, Type.TABLE, Type.GROUPS})


class Accepted(NamedTuple):
    """The types that a parameter takes: of what is `written` in an expression, and of what is `given` at last."""

    written: frozenset[Type]
    given: frozenset[Type]


def _same(*types: Type) -> Accepted:
    return Accepted(frozenset(types), frozenset(types))


ANYTHING = _same(*Type)
ARRAY = Accepted(ARRAYS, frozenset({Type.ARRAY}))
ARRAY_IF_WRITTEN = Accepted(ARRAYS, frozenset(Type))
MAP = Accepted(MAPS, frozenset({Type.MAP}))
SIZED = Accepted(ARRAYS | MAPS | {Type.STRING}, frozenset({Type.ARRAY, Type.MAP, Type.STRING}))
NUMBER = Accepted(frozenset({Type.INT, Type.FLOAT, Type.DURATION, Type.ENUM}), frozenset({Type.INT, Type.FLOAT}))
COUNT = Accepted(frozenset({Type.INT, Type.DURATION, Type.NIL}), frozenset({Type.INT, Type.FLOAT}))
STRING = Accepted(frozenset({Type.STRING, Type.NIL}), frozenset({Type.STRING}))


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the meter and values.

    `parameters` are the types that each accepts, of which the first `required` must be given and the last may be
    given again and again if `variadic`; `value` is the type it returns, or tells it by those of the arguments. What is
    written after an argument of a `settled` type is not looked at before it is given.
    """

    value: Type | Callable[[Sequence[Type]], Type]
    body: Callable[..., Any]
    parameters: tuple[Accepted, ...] = (STRING,)
    required: int = 1
    variadic: bool = False
    settled: frozenset[Type] = frozenset()

    def accepts(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return self.required <= count and (self.variadic or count <= len(self.parameters))

    def returns(self, written: Sequence[Type]) -> Type:
        """Return the type of its value for arguments of some types."""
        return self.value if isinstance(self.value, Type) else self.value(written)

    def misfit(self, written: Sequence[Type]) -> tuple[int, str] | None:
        """Return which of the types of what is written is not accepted, and what is instead; None if all are."""
        for index, kind in enumerate(written):
            accepted = self._parameter(index).written
            if kind not in accepted and kind != Type.ANY:
                return index, _complaint(index, accepted, kind)
            if kind in self.settled:
                return None
        return None

    def _parameter(self, index: int) -> Accepted:
        return self.parameters[min(index, len(self.parameters) - 1)]

    def __call__(self, meter: Meter, *values: Any) -> Any:
        """Return its value; raises Fault for values that it does not accept."""
        for index, value in enumerate(values):
            accepted = self._parameter(index).given
            if type_of(value) not in accepted:
                raise Fault(_complaint(index, accepted, type_of(value)))
        result = self.body(meter, *values)
        return Int(result) if self.value is Type.INT else result


def _complaint(index: int, accepted: frozenset[Type], kind: Type) -> str:
    wanted = " or ".join(sorted(accepted - {Type.NIL, Type.INTS, Type.STRINGS, Type.TABLE, Type.GROUPS}))
    return f"argument {index + 1} must be {wanted}, got {kind}"
