"""What a value is, whether it is empty, and what to take instead."""

from __future__ import annotations

from typing import Any

from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.casts import is_empty
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.sprig.equality import deep_equal
from notifier.gotemplate.values import kind_name, type_name


def _default(fallback: Any, *given: Any) -> Any:
    return given[0] if given and not is_empty(given[0]) else fallback


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if not is_empty(value)), None)


def _fail(message: str) -> str:
    raise Fault(message)


KINDS = declared(
    ("default", "any ...any", _default),
    ("empty", "any", is_empty),
    ("coalesce", "...any", _coalesce),
    ("all", "...any", lambda *values: not any(map(is_empty, values))),
    ("any", "...any", lambda *values: not all(map(is_empty, values))),
    ("ternary", "any any bool", lambda value, other, condition: value if condition else other),
    ("fail", "string", _fail),
    ("typeOf", "any", type_name),
    ("typeIs", "string any", lambda name, value: type_name(value) == name),
    ("typeIsLike", "string any", lambda name, value: type_name(value) in (name, f"*{name}")),
    ("kindOf", "any", kind_name),
    ("kindIs", "string any", lambda name, value: kind_name(value) == name),
    ("deepEqual", "any any", deep_equal),
)
