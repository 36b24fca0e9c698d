"""What a range goes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifier.gotemplate.access import adopted
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.values import NOTHING, Int, is_integer, is_map, type_name


def items(value: Any, variables: int) -> Iterator[tuple[Any, Any]]:
    """Return keys and items as a range with so many variables sees them; raises Fault for what has none.

    A map's come in the order of its keys; a number counts, also a whole one of the data.
    """
    if isinstance(value, list):
        return ((Int(index), item) for index, item in enumerate(value))
    if is_map(value):
        return iter([(key, adopted(value[key])) for key in sorted(value)])
    if value is NOTHING or value is None:
        return iter(())
    if is_integer(value) or type(value) is int:
        if variables > 1:
            raise Fault(f"can't use {value} to iterate over more than one variable")
        kind = Int if type(value) is int else type(value)
        return ((NOTHING, kind(number)) for number in range(value))
    raise Fault(f"range can't iterate over a value of type {type_name(value)}")
