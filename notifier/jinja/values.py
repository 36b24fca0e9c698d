"""What templates handle, and how it reads: JSON's spelling rather than Python's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import ChainableUndefined, Undefined

from notifier import spelling

ATOMS = frozenset({str, int, float, bool, type(None)})
NUMBERS = (int, float)
LISTS = (list, tuple, range)
MAPPINGS = (dict, Mapping)
"""What nearly every mapping is comes first; to ask an abstract class takes long."""


def nearest(name: str, known: Iterable[Any]) -> str:
    """Return "; did you mean x?" for the known name most like this one, "" if none is."""
    found = spelling.nearest(name, known)
    return f"; did you mean {found}?" if found else ""


class Missing(ChainableUndefined):
    """What is not there: false and empty, good for `is defined` and `default`, an error where it would be used.

    A chain stops at its first missing link, so the message names that link with its full path: its name is a tuple, a
    variable and the keys from there, put into words no sooner than somebody reads them, as keys may be long.
    """

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name: Any = self._undefined_name
        start, *keys = name if isinstance(name, tuple) else (name,)
        whole = f"{start}" + "".join(f".{key}" if isinstance(key, str) else f"[{key!r}]" for key in keys)
        there = self._undefined_obj if isinstance(self._undefined_obj, Mapping) else ()
        return f"{whole} is not there{nearest(str(keys[-1] if keys else start), there)}"

    __str__ = Undefined._fail_with_undefined_error  # noqa: SLF001 - how Jinja's own subclasses become strict


def text(value: Any) -> str:
    """Return how a value reads: null as nothing, true and false as in JSON, containers as compact JSON.

    Raises jinja2.UndefinedError for what is missing, TypeError for what has no text (a macro, a function).
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, NUMBERS):
        return repr(value)
    if isinstance(value, LISTS + MAPPINGS):
        return tojson(value)
    return _own_text(value)


def tojson(value: Any) -> str:
    """Return compact JSON, in the order given and without HTML escapes; raises ValueError for NaN and infinity."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Return a copy in JSON's types: what is missing is an error, what has a text of its own (a time) that text."""
    if type(value) in ATOMS:
        return value
    if isinstance(value, MAPPINGS):
        return {key: item if type(item) in ATOMS else plain(item) for key, item in value.items()}
    if isinstance(value, LISTS):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return value if isinstance(value, NUMBERS) else _own_text(value)


def _own_text(value: Any) -> str:
    if not any("__str__" in vars(kind) for kind in type(value).__mro__[:-1]):
        raise TypeError(f"{type(value).__name__.lower()} cannot be printed")
    return str(value)
