"""The values of templates: JSON's, and those of Go's types that JSON does not have.

What JSON gives is Python's None, bool, int, float, str, list and dict. In the controller every number of it is a
float64, so an `int` counts as one: it prints, compares and is named as such. Where a float64 would be refused and the
meaning is plain (`eq .replicas 3`, `index .list .i`) it serves as an integer. Go's own integers are the classes here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from notifier.expr.timevalues import Duration, Enum, Time
from notifier.expr.values import Opaque
from notifier.expr.zones import Zone
from notifier.gotemplate.fault import Fault

_WORD = 1 << 64
_SIGN = 1 << 63


class Int(int):
    """Go's `int`: a number written in a template, an index, a length."""

    __slots__ = ()


class Int64(int):
    """Go's `int64`: what sprig's arithmetic gives."""

    __slots__ = ()


class Uint64(int):
    """Go's `uint64`: the parts of a version."""

    __slots__ = ()


class Byte(int):
    """Go's `uint8`: a string's item."""

    __slots__ = ()


class Strings(list[str]):
    """Go's `[]string`."""

    __slots__ = ()


class Ints(list[Int]):
    """Go's `[]int`."""

    __slots__ = ()


class Chunks(list[list[Any]]):
    """Go's `[][]interface {}`."""

    __slots__ = ()


class StringMap(dict[str, str]):
    """Go's `map[string]string`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Function:
    """Something to call, as Go declares it: a function of the language, one from the data, a method bound to its value.

    `parameters` are type names with spaces between (any, string, int, int64, float64, bool, list, dict), the last
    one may begin with `...`; `body` is given values of these types, and nil as None. `clock` and `meter` before them
    ask for what no template gives: the rendering's `now`, in seconds since the epoch, and its Meter.
    """

    name: str
    parameters: str
    body: Callable[..., Any]


@runtime_checkable
class WithMethods(Protocol):
    """A value of a type that only functions of the language make: what Go calls it, and its methods by name."""

    go_type: ClassVar[str]

    def method(self, name: str) -> Function | None:
        """Return the method bound to the value, None if there is none of that name."""


class Nothing:
    """What is not there, and no value at all: fields of it are not there either, it prints as `<no value>`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NOTHING = Nothing()

INTEGERS = (Int, Int64, Uint64, Byte)
_NAMES: dict[type, str] = {
    bool: "bool",
    int: "float64",
    float: "float64",
    str: "string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    Int: "int",
    Int64: "int64",
    Uint64: "uint64",
    Byte: "uint8",
    Strings: "[]string",
    Ints: "[]int",
    Chunks: "[][]interface {}",
    StringMap: "map[string]string",
    Time: "time.Time",
    Duration: "time.Duration",
    Function: "func",
    Zone: "*time.Location",
}
_KINDS: dict[type, str] = {
    **_NAMES,
    **dict.fromkeys((list, Strings, Ints, Chunks), "slice"),
    **dict.fromkeys((dict, StringMap), "map"),
    Time: "struct",
    Duration: "int64",
    Enum: "int",
    Zone: "ptr",
}


def type_name(value: Any) -> str:
    """Return Go's name for the type of a value, as `%T` prints it."""
    if value is None or value is NOTHING:
        return "<nil>"
    if isinstance(value, Enum):
        return "time.Weekday" if value.name.endswith("day") else "time.Month"
    usual = "map[string][]uint8" if isinstance(value, Mapping) else "func"
    return _NAMES.get(type(value)) or str(getattr(value, "go_type", usual))


def kind_name(value: Any) -> str:
    """Return Go's name for the kind of a value, as sprig's `kindOf` gives it."""
    if value is None or value is NOTHING:
        return "invalid"
    if isinstance(value, Mapping):
        return "map"
    return _KINDS.get(type(value), "ptr" if hasattr(value, "go_type") else "func")


def truth(value: Any) -> bool:
    """Tell whether a value counts as true: anything but false, 0, nil, and what is empty."""
    if isinstance(value, Opaque):
        return bool(value.nanoseconds if isinstance(value, Duration) else getattr(value, "number", True))
    return bool(value)


def is_float(value: Any) -> bool:
    """Tell a float64: a number of the data, or one with a fraction."""
    return type(value) is float or type(value) is int


def is_integer(value: Any) -> bool:
    """Tell one of Go's integers."""
    return isinstance(value, INTEGERS)


def is_map(value: Any) -> bool:
    """Tell a map."""
    return isinstance(value, Mapping)


def wrapped(number: int) -> int:
    """Return a number as it is after Go's 64 bits overflowed."""
    return number if -_SIGN <= number < _SIGN else (number + _SIGN) % _WORD - _SIGN


def int64(number: int) -> Int64:
    """Return a number as Go's int64, wrapped around if it is too large."""
    return Int64(wrapped(number))


def indexable(value: Any, purpose: str) -> int:
    """Return a whole number, of Go's or of the data; raises Fault for anything else."""
    if is_integer(value) or type(value) is int:
        return int(value)
    raise Fault(f"{purpose} wants an integer, not {type_name(value)}")


def encode(text: str) -> bytes:
    """Return the UTF-8 of a text; half a surrogate pair, which JSON allows, stays what it is."""
    return text.encode(errors="surrogatepass")


def decode(text: bytes) -> str:
    """Return the text of UTF-8; what is none reads as replacement characters."""
    return text.decode(errors="replace")
