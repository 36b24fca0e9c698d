"""What a rendering knows while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifier.gotemplate.budget import Meter
from notifier.gotemplate.values import NOTHING


class Frame:
    """One template's run: the rendering's meter, clock and output, and this template's own variables."""

    __slots__ = ("clock", "meter", "pieces", "variables")

    def __init__(self, meter: Meter, clock: Callable[[], float]) -> None:
        self.meter, self.clock = meter, clock
        self.pieces: list[str] = []
        self.variables: list[Any] = []

    def inner(self, slots: int, dot: Any) -> Frame:
        """Return a frame for a template run by this one: the same rendering, with variables of its own."""
        frame = Frame(self.meter, self.clock)
        frame.pieces = self.pieces
        frame.variables = [dot] + [NOTHING] * (slots - 1)
        return frame

    def write(self, text: str) -> None:
        """Add to the output; raises Fault where it becomes too long."""
        self.meter.count(text)
        self.pieces.append(text)


Evaluate = Callable[[Frame, Any], Any]
"""A pipeline or a part of one: gives its value for a frame and a dot."""
