"""What works here and would not in Argo's own engine, or would mean something else there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from notifier.config import entries
from notifier.errors import ConfigError
from notifier.model import Problem
from notifier.services.durations import seconds_from_nanoseconds
from notifier.validation import places

_DURATIONS = {"retrywaitmin": "retryWaitMin", "retrywaitmax": "retryWaitMax", "idleconntimeout": "idleConnTimeout"}
_SECOND = 1_000_000_000
_SHORTEST = _SECOND // 1000
"""Nanoseconds below which nobody means nanoseconds."""


def problems(texts: Mapping[str, str], written_in: str) -> Iterator[Problem]:
    """Durations of services that Argo, which wants a whole number of nanoseconds, refuses or takes for far less."""
    for key, text in texts.items():
        for name, value in _options(text).items() if key.startswith("service.") else ():
            if (right := _DURATIONS.get(name.lower())) and (why := _misread(value)):
                yield Problem(written_in, key, f"`{right}`: {why}", places.of(text, (name,)))


def _options(text: str) -> dict[str, Any]:
    try:
        return entries.mapping(text)
    except ConfigError:
        return {}


def _misread(value: Any) -> str:
    if isinstance(value, str):
        return _refused(value)
    if isinstance(value, int) and 0 < value < _SHORTEST:
        return f"{value} are nanoseconds, here as in Argo; {value} seconds are {value * _SECOND}"
    return ""


def _refused(text: str) -> str:
    """Why Argo refuses a text; "" where it is no duration for us either, which is said elsewhere."""
    try:
        nanoseconds = round(seconds_from_nanoseconds(text) * _SECOND)
    except ValueError:
        return ""
    return f"Argo refuses the whole ConfigMap for a text here: in nanoseconds, which both read, it is {nanoseconds}"
