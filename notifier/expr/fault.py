"""What goes wrong inside: an offset into the source rather than a line, until the edge makes it an ExpressionError."""

from __future__ import annotations

from notifier.errors import ExpressionError


class Fault(Exception):
    """A text that is no expression, or an operation that its operands do not allow; `at` is None while unknown."""

    def __init__(self, message: str, at: int | None = None) -> None:
        self.message, self.at = message, at
        super().__init__(message)

    def locate(self, at: int) -> None:
        """Say where, unless something deeper has said it."""
        if self.at is None:
            self.at = at


def reported(failure: Fault | RecursionError, source: str) -> ExpressionError:
    """Return what to tell the author of `source`."""
    if isinstance(failure, RecursionError):
        return ExpressionError("nested too deeply", 1, 1)
    offset = failure.at or 0
    line, column = source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)
    return ExpressionError(failure.message, line, column)
