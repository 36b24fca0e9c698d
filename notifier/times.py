"""Times and durations as Kubernetes and Argo write them, to and from seconds. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def text(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(rfc3339: str | None) -> float | None:
    """Seconds since the epoch, None where the text is empty or no time; without a zone it is UTC."""
    try:
        time = datetime.fromisoformat(rfc3339) if rfc3339 else None
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() if time else None


def duration(go_duration: str) -> float | None:
    """Seconds in `90`, `30s`, `1h30m` (a bare number is seconds, as in a pause step), None where it is none."""
    if go_duration.isdecimal():
        return float(go_duration)
    parts = _DURATION.findall(go_duration)
    whole = "".join(number + unit for number, unit in parts) == go_duration
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts and whole else None
