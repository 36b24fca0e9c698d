"""Lengths of time as people write them in configuration."""

import re

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)"
_WHOLE = re.compile(rf"(?:{_PART})+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def seconds(value: object, unit: float = 1.0) -> float:
    """Seconds in `value`: a Go duration ("1m30s", "500ms") or a plain number of `unit` seconds each.

    Raises ValueError for anything else.
    """
    text = "" if isinstance(value, bool) else str(value).strip()
    if _NUMBER.fullmatch(text):
        return float(text) * unit
    if _WHOLE.fullmatch(text):
        return sum(float(number) * _UNITS[name] for number, name in re.findall(_PART, text))
    raise ValueError('a duration is a number or a text like "5s" or "1m30s"')


def seconds_from_nanoseconds(value: object) -> float:
    """As `seconds`, but plain numbers are nanoseconds, as where Argo decodes a Go duration."""
    return seconds(value, unit=1e-9)
