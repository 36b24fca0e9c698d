"""How a module of this package declares its functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifier.gotemplate.values import Function


def declared(*rows: tuple[str, str, Callable[..., Any]]) -> dict[str, Function]:
    """Return functions by name, of rows of names with spaces between, parameters (see Function) and body."""
    return {name: Function(name, parameters, body) for names, parameters, body in rows for name in names.split()}
