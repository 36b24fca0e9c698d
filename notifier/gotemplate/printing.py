"""Values as text, as Go's fmt prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifier.gotemplate.verbs import written


def shown(value: Any) -> str:
    """Return a value as `%v` prints it: `<nil>`, `1e+06`, `[1 2]`, `map[a:1]`."""
    return value if type(value) is str else written(value, "v")


def printed(values: Sequence[Any]) -> str:
    """Return values as Sprint does: with a space between two that are no strings."""
    pieces: list[str] = []
    after_text = True
    for value in values:
        is_text = isinstance(value, str)
        pieces.append(shown(value) if is_text or after_text else f" {shown(value)}")
        after_text = is_text
    return "".join(pieces)


def printed_line(values: Sequence[Any]) -> str:
    """Return values as Sprintln does: with a space between any two, and a line's end."""
    return " ".join(map(shown, values)) + "\n"
