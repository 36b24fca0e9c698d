"""Deep equality as Go's `reflect.DeepEqual` has it: values of different types are never equal."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from notifier.gotemplate.sprig.casts import double
from notifier.gotemplate.sprig.nesting import fit_depth
from notifier.gotemplate.values import NOTHING, Function, is_float, is_map, type_name


def identity(value: Any, depth: int = 1) -> Hashable:
    """Return a key that equal values share; raises Fault if the value is too deep to be compared."""
    if isinstance(value, list):
        fit_depth(depth)
        return type_name(value), tuple(identity(item, depth + 1) for item in value)
    if is_map(value):
        fit_depth(depth)
        return type_name(value), frozenset((key, identity(item, depth + 1)) for key, item in value.items())
    if value is None or value is NOTHING:
        return None
    if isinstance(value, Function) or value != value:  # noqa: PLR0124 - not a number, which equals nothing
        return object()
    return type_name(value), double(value) if is_float(value) else value


def deep_equal(value: Any, other: Any) -> bool:
    """Tell whether two values are of the same type and equal in all that is in them."""
    return identity(value) == identity(other)
