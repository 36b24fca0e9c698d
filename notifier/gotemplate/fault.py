"""What goes wrong inside: without a place until the edge makes it a TemplateError."""

from __future__ import annotations

from typing import NamedTuple

from notifier.errors import TemplateError

LONGEST_ACTION = 60
"""How many characters of an action an error quotes."""


class Place(NamedTuple):
    """Where something stands in a template; both count from 1."""

    line: int
    column: int


class Fault(Exception):
    """A text that is no template, or an operation that its operands do not allow; `place` is None while unknown."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.message, self.place = message, place
        super().__init__(message)


def place_of(source: str, offset: int) -> Place:
    """Return the line and column of an offset into a template."""
    return Place(source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset))


def reported(fault: Fault, source: str, span: tuple[int, int] | None = None) -> TemplateError:
    """Return what to tell the author of a template: what, in which action if that is known, in which line."""
    action = " ".join(source[slice(*span)].split()) if span else ""
    if len(action) > LONGEST_ACTION:
        action = action[: LONGEST_ACTION - 1] + "\u2026"
    place = fault.place or (place_of(source, span[0]) if span else None)
    return TemplateError(f"{fault.message} in {action}" if action else fault.message, place.line if place else 0)
