"""How the language's own functions say what they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notifier.expr.fault import Fault
from notifier.expr.values import Type, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from notifier.expr.frame import Meter

Accepted = frozenset[Type]

ANYTHING: Accepted = frozenset(Type)
ARRAY: Accepted = frozenset({Type.ARRAY})
MAP: Accepted = frozenset({Type.MAP})
NUMBER: Accepted = frozenset({Type.INT, Type.FLOAT})
STRING: Accepted = frozenset({Type.STRING})


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the meter and values.

    `parameters` are the types that each accepts, of which the first `required` must be given and the last may be
    given again and again if `variadic`; `value` is the type it returns.
    """

    value: Type
    body: Callable[..., Any]
    parameters: tuple[Accepted, ...] = (STRING,)
    required: int = 1
    variadic: bool = False

    def accepts(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return self.required <= count and (self.variadic or count <= len(self.parameters))

    def misfit(self, given: list[Type]) -> tuple[int, str] | None:
        """Return which of the `given` types is not accepted and what is instead; None if all are."""
        for index, kind in enumerate(given):
            accepted = self.parameters[min(index, len(self.parameters) - 1)]
            if kind not in accepted and kind != Type.ANY:
                return index, f"argument {index + 1} must be {' or '.join(sorted(accepted))}, got {kind}"
        return None

    def __call__(self, meter: Meter, *values: Any) -> Any:
        """Return its value; raises Fault for values that it does not accept."""
        if found := self.misfit([type_of(value) for value in values]):
            raise Fault(found[1])
        return self.body(meter, *values)
