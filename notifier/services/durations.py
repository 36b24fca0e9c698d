"""Lengths of time as people write them in configuration."""

import re

from notifier import times

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def seconds(value: object, unit: float = 1.0) -> float:
    """Seconds in `value`: a Go duration ("1m30s", "500ms") or a plain number of `unit` seconds each.

    Raises ValueError for anything else.
    """
    text = "" if isinstance(value, bool) else str(value).strip()
    found = float(text) * unit if _NUMBER.fullmatch(text) else times.duration(text)
    if found is None:
        raise ValueError('a duration is a number or a text like "5s" or "1m30s"')
    return found


def seconds_from_nanoseconds(value: object) -> float:
    """As `seconds`, but plain numbers are nanoseconds, as where Argo decodes a Go duration."""
    return seconds(value, unit=1e-9)
