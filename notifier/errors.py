"""The errors that cross module boundaries.

    NotifierError
    ├── ConfigError            an entry of the configuration cannot work; the line in it
    ├── ExpressionError        a condition does not compile or cannot be evaluated; line and column
    ├── TemplateError          a template does not compile or cannot be rendered; line where known
    ├── DeliveryError          a receiver did not take a message
    │   ├── Temporary          trying again may help; may say when
    │   └── Permanent          trying again cannot help until somebody changes something
    └── StoreError             the outbox cannot be opened or holds what this version cannot read

No message of these errors ever holds a secret: who raises them redacts first.
"""

from __future__ import annotations


class NotifierError(Exception):
    """The root of the family."""


class ConfigError(NotifierError):
    """An entry of the configuration cannot work; `line` counts from 1 within the entry, 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.message, self.line = message, line
        super().__init__(message)


class ExpressionError(NotifierError):
    """A condition does not compile or cannot be evaluated; `line` and `column` count from 1, 0 is unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        self.message, self.line, self.column = message, line, column
        place = f" (line {line}, column {column})" if line else ""
        super().__init__(message + place)


class TemplateError(NotifierError):
    """A template does not compile or cannot be rendered; `line` counts from 1 within the leaf, 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.message, self.line = message, line
        super().__init__(message + (f" (line {line})" if line else ""))


class DeliveryError(NotifierError):
    """A receiver did not take a message; `status` is its own word for why (an HTTP status, a provider's code).

    `taken` are those of several recipients that it took the message for all the same.
    """

    def __init__(self, message: str, *, status: str = "", taken: tuple[str, ...] = ()) -> None:
        self.status, self.taken = status, taken
        super().__init__(message)


class Temporary(DeliveryError):
    """Trying again may help; `retry_after` is the receiver's wish in seconds, None if it has none."""

    def __init__(
        self, message: str, *, status: str = "", taken: tuple[str, ...] = (), retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, status=status, taken=taken)


class Permanent(DeliveryError):
    """Trying again cannot help until somebody changes something."""


class StoreError(NotifierError):
    """The outbox cannot be opened or holds what this version cannot read."""
