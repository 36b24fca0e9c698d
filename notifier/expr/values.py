"""The values of the language: JSON's, and those that JSON does not have.

JSON's are Python's None, bool, int, float, str, list and dict, of exactly these types. In the controller every number
of the data is a float64, so an `int` counts as one whose value is whole: it prints and computes as such. Go's own
integers, written in an expression or counted by it, are `Int`. Everything else an expression can hold is a Table or
Opaque. No Python attribute of any value is ever looked up by name.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from notifier.expr.fault import Fault


class Type(enum.StrEnum):
    """What a value is. FOREIGN is one that no expression can use.

    Only a checker says ANY, of what it cannot know, and INTS, STRINGS, TABLE and GROUPS: it knows what is in them.
    """

    NIL = "nil"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    ARRAY = "array"
    INTS = "array of integers"
    STRINGS = "array of strings"
    MAP = "map"
    TABLE = "map with keys of any type"
    GROUPS = "map of arrays"
    TIME = "time"
    DURATION = "duration"
    ENUM = "enum"
    ZONE = "zone"
    FUNCTION = "function"
    FOREIGN = "foreign value"
    ANY = "any"


class Int(int):
    """Go's `int`, 64 bits wide."""

    __slots__ = ()


class Byte(Int):
    """Go's `uint8`: a string's item."""

    __slots__ = ()


class Table(dict[Any, Any]):
    """Go's `map[any]any`; `missing` is what it says of a key it has not."""

    __slots__ = ("missing",)

    def __init__(self, items: Mapping[Any, Any], missing: Any = None) -> None:
        super().__init__(items)
        self.missing = missing


class Opaque:
    """A value that JSON does not have."""

    __slots__ = ()
    type: ClassVar[Type]


@dataclass(frozen=True, slots=True)
class Function(Opaque):
    """Something to call with values of the types `parameters`, which returns a `value`; a method is a bound one."""

    type: ClassVar[Type] = Type.FUNCTION
    name: str
    parameters: tuple[Type, ...]
    body: Callable[..., Any]
    value: Type = Type.ANY


_TYPES: dict[type, Type] = {
    type(None): Type.NIL,
    bool: Type.BOOL,
    int: Type.INT,
    float: Type.FLOAT,
    str: Type.STRING,
    list: Type.ARRAY,
    dict: Type.MAP,
    Int: Type.INT,
    Byte: Type.INT,
    Table: Type.MAP,
}
_NUMBERS = frozenset({int, float, Int, Byte})
_INTEGERS = frozenset({Int, Byte})
_EXACT = 2**53
_LARGEST = 2**63


def type_of(value: object) -> Type:
    """Return the type of `value`, never ANY."""
    return value.type if isinstance(value, Opaque) else _TYPES.get(type(value), Type.FOREIGN)


def is_number(value: object) -> bool:
    """Tell whether `value` is an int or a float; a bool is neither."""
    return type(value) in _NUMBERS


def is_integer(value: object) -> bool:
    """Tell whether `value` is one of Go's integers."""
    return type(value) in _INTEGERS


def wrapped(number: int) -> Int:
    """Return `number` as it is after Go's 64 bits overflowed."""
    return Int(number if -_LARGEST <= number < _LARGEST else (number + _LARGEST) % (2 * _LARGEST) - _LARGEST)


def computed(operate: Callable[..., Any], *operands: float) -> int | float:
    """Return what `operate` makes of numbers: of integers one that wraps around, of others what floats give."""
    result: int | float = operate(*operands)
    if type(result) is float:
        return result
    if all(map(is_integer, operands)):
        return wrapped(int(result))
    return result if -_EXACT <= result <= _EXACT else float(operate(*map(float, operands)))


def whole(value: Any, purpose: str) -> int:
    """Return a number that was written without a fraction as an int; raises Fault for anything else."""
    if is_number(value) and type(value) is not float:
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
    given = tuple(map(type_of, arguments))
    if given != function.parameters:
        raise Fault(mismatch(function, given))
    result = function.body(*arguments)
    return wrapped(result) if type(result) is int else result


def mismatch(function: Function, given: Sequence[Type]) -> str:
    """Return what to say where a function is called with values of other types than it wants."""
    return f"{function.name} wants ({', '.join(function.parameters)}), got ({', '.join(given)})"


def in_order(table: Mapping[Any, Any]) -> list[Any]:
    """Return a map's keys sorted: nil, false, true, numbers, strings, others as they came."""
    return sorted(table, key=_rank)


def _rank(key: Any) -> tuple[int, Any]:
    kinds = (type(None), bool, int | float, str)
    rank = next((index for index, kind in enumerate(kinds) if isinstance(key, kind)), len(kinds))
    return rank, key if 0 < rank < len(kinds) else 0
