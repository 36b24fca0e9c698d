"""The values of the language: JSON's, and those that JSON does not have.

JSON's are Python's None, bool, int, float, str, list and dict, of exactly these types; everything else an expression
can hold is Opaque. No Python attribute of any value is ever looked up by name.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from notifier.expr.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable


class Type(enum.StrEnum):
    """What a value is. FOREIGN is one that no expression can use; a checker says ANY of what it cannot know."""

    NIL = "nil"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    ARRAY = "array"
    MAP = "map"
    TIME = "time"
    DURATION = "duration"
    ENUM = "enum"
    FUNCTION = "function"
    FOREIGN = "foreign value"
    ANY = "any"


class Opaque:
    """A value that JSON does not have."""

    __slots__ = ()
    type: ClassVar[Type]


@dataclass(frozen=True, slots=True)
class Function(Opaque):
    """Something to call with values of the types `parameters`; a method is one with a value bound to it."""

    type: ClassVar[Type] = Type.FUNCTION
    name: str
    parameters: tuple[Type, ...]
    body: Callable[..., Any]


_JSON = {
    type(None): Type.NIL,
    bool: Type.BOOL,
    int: Type.INT,
    float: Type.FLOAT,
    str: Type.STRING,
    list: Type.ARRAY,
    dict: Type.MAP,
}
_LARGEST = 2**63


def type_of(value: object) -> Type:
    """Return the type of `value`, never ANY."""
    return value.type if isinstance(value, Opaque) else _JSON.get(type(value), Type.FOREIGN)


def is_number(value: object) -> bool:
    """Tell whether `value` is an int or a float; a bool is neither."""
    return type(value) is int or type(value) is float


def bounded(number: float) -> int | float:
    """Return `number`, as a float where it leaves Go's integers; raises OverflowError where it leaves floats too."""
    return number if -_LARGEST <= number < _LARGEST else float(number)


def whole(value: Any, purpose: str) -> int:
    """Return a number without a fraction as an int; raises Fault for anything else."""
    if is_number(value) and (type(value) is int or value.is_integer()):
        return int(value)
    raise Fault(f"{purpose} wants a whole number, got {value if type(value) is float else type_of(value)}")


def truncated(value: Any, purpose: str) -> int:
    """Return a number without its fraction; raises Fault for anything else."""
    if is_number(value) and -_LARGEST <= value < _LARGEST:
        return int(value)
    raise Fault(f"{purpose} wants a number that fits an integer, got {type_of(value)}")


def encode(text: str) -> bytes:
    """Return the UTF-8 of `text`; what JSON allows and UTF-8 does not, half a surrogate pair, stays as it is."""
    return text.encode(errors="surrogatepass")


def call(function: object, *arguments: object) -> Any:
    """Call what an expression holds; raises Fault if that is no function or wants other arguments."""
    if not isinstance(function, Function):
        raise Fault(f"cannot call {type_of(function)}: it is no function")
    if tuple(map(type_of, arguments)) != function.parameters:
        wanted, given = ", ".join(function.parameters), ", ".join(map(type_of, arguments))
        raise Fault(f"{function.name} wants ({wanted}), got ({given})")
    return function.body(*arguments)
