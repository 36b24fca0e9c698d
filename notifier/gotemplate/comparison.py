"""eq, ne, lt, le, gt and ge. A whole number of the data compares with Go's integers, as with other numbers of it."""

from __future__ import annotations

from typing import Any

from notifier.expr.timevalues import Duration, Time
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.values import NOTHING, is_float, is_integer, type_name

_UNORDERED = "invalid type for comparison"


def equal(first: Any, *others: Any) -> bool:
    """Tell whether the first equals one of the others; raises Fault where types do not go together."""
    if not others:
        raise Fault("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def unequal(first: Any, second: Any) -> bool:
    """Tell whether two values differ; raises Fault as equal."""
    return not _equal(first, second)


def less(first: Any, second: Any) -> bool:
    """Tell whether the first is less; raises Fault where types do not go together or have no order."""
    kinds = _ordered_kind(first), _ordered_kind(second)
    if not _alike(first, second, *kinds):
        raise _incompatible(first, second)
    if "bool" in kinds:
        raise Fault(_UNORDERED)
    return bool(_plain(first) < _plain(second))


def less_or_equal(first: Any, second: Any) -> bool:
    """Tell whether the first is less or equal; raises Fault as less."""
    return less(first, second) or _equal(first, second)


def greater(first: Any, second: Any) -> bool:
    """Tell whether the first is neither less nor equal; raises Fault as less."""
    return not less_or_equal(first, second)


def greater_or_equal(first: Any, second: Any) -> bool:
    """Tell whether the first is not less; raises Fault as less."""
    return not less(first, second)


def _equal(first: Any, second: Any) -> bool:
    if _is_nil(first) or _is_nil(second):
        return _is_nil(first) and _is_nil(second)
    kinds = _kind(first), _kind(second)
    if not _alike(first, second, *kinds):
        raise _incompatible(first, second)
    if not kinds[0] and not isinstance(first, Time):
        raise Fault(f"non-comparable type {type_name(first)}")
    return bool(_plain(first) == _plain(second))


def _is_nil(value: Any) -> bool:
    return value is None or value is NOTHING


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "bool"
    if is_float(value):
        return "float"
    return "int" if is_integer(value) or hasattr(value, "number") or isinstance(value, Duration) else ""


def _ordered_kind(value: Any) -> str:
    kind = _kind(value)
    if not kind:
        raise Fault(_UNORDERED)
    return kind


def _alike(first: Any, second: Any, kind: str, other: str) -> bool:
    if kind == other:
        return bool(kind) or type(first) is type(second)
    return {kind, other} == {"int", "float"} and type(first if kind == "float" else second) is int


def _plain(value: Any) -> Any:
    if isinstance(value, Duration):
        return value.nanoseconds
    return value if isinstance(value, Time) else getattr(value, "number", value)


def _incompatible(first: Any, second: Any) -> Fault:
    return Fault(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
