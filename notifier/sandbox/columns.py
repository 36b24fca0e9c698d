"""The columns that `kubectl get` shows: where a cell's value lies in an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from notifier.model import Object

    Cell = Callable[[Object], Any]


class Column(NamedTuple):
    """One column; a cell of type `date` is a time that is shown as an age."""

    name: str
    type: Literal["string", "integer", "date"]
    cell: Cell


def lookup(value: Any, dotted: str) -> Any:
    """Return what lies at a dotted path, None where there is nothing."""
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(name: str, dotted: str) -> Column:
    """Make a column of the text at a path."""
    return Column(name, "string", lambda obj: lookup(obj, dotted))


def number(name: str, dotted: str) -> Column:
    """Make a column of the number at a path."""
    return Column(name, "integer", lambda obj: lookup(obj, dotted))


def age(name: str, dotted: str) -> Column:
    """Make a column of the time that has passed since the RFC 3339 text at a path."""
    return Column(name, "date", lambda obj: lookup(obj, dotted))


def entries(name: str, dotted: str) -> Column:
    """Make a column of how many entries the mapping at a path has."""
    return Column(name, "integer", lambda obj: len(lookup(obj, dotted) or ()))


def fraction(name: str, part: str, whole: str) -> Column:
    """Make a column such as `2/3` of the numbers at two paths."""
    return Column(name, "string", lambda obj: f"{lookup(obj, part) or 0}/{lookup(obj, whole) or 0}")


def reference(name: str, dotted: str) -> Column:
    """Make a column such as `rollout/guestbook` of the object reference at a path."""
    return Column(name, "string", lambda obj: _reference(lookup(obj, dotted) or {}))


def _reference(target: Object) -> str:
    return f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"


NAME = text("Name", "metadata.name")
AGE = age("Age", "metadata.creationTimestamp")
