"""Reading what somebody wrote as JSON: a value of the type that is wanted, or `Broken`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]
"""A JSON object."""


class Broken(ValueError):
    """A part of a message that its receiver would not take."""


def text(fields: Fields, key: str, default: str | None = None) -> str:
    """A text, or a number as one. Raises Broken, also where there is none and no default."""
    value = fields.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, str | int | float):
        return str(value)
    raise Broken(key)


def inner(of: Fields, key: str) -> Fields:
    """An object. Raises Broken, also where there is none."""
    return mapping(of.get(key), key)


def mapping(value: Any, what: str) -> Fields:
    """The value, if it is an object. Raises Broken."""
    if isinstance(value, Mapping):
        return value
    raise Broken(what)


def listed(of: Fields, key: str) -> Iterator[Any]:
    """The items of a list, also of one that is written as JSON in a text. Raises Broken."""
    value = of.get(key) or []
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise Broken(key) from error
    if not isinstance(value, list | tuple):
        raise Broken(key)
    yield from value


def kind(value: Any) -> str:
    """What a part says it is."""
    named = value.get("type") if isinstance(value, Mapping) else None
    return named if isinstance(named, str) else ""
