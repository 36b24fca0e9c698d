"""The filters of our own: how times, durations, hashes and images read in a message."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notifier.errors import ConfigError
from notifier.jinja.budget import NODE, fit, fit_width
from notifier.jinja.values import text

UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
HASH_LENGTH = 10
DIRECTIVES = re.compile(r"(?:[^%]|%-?[aAbBdeHIjmMpSyYzZ%])*")
ELLIPSIS = "…"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
_CUT_ENTITY = re.compile(r"&(?:a|am|amp|l|lt|g|gt)?$")
"""The beginning of `&amp;`, `&lt;` or `&gt;`, which receivers with markup get for `&`, `<` and `>`."""


def zone_named(name: str) -> tzinfo:
    """Return the time zone of that name; raises ConfigError if there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f'time zone "{name}" is not known') from None


def clock_filters(zone: tzinfo) -> dict[str, Callable[..., str]]:
    """Return `time` and `datetime`: RFC 3339 texts (or times) as they read in a zone."""

    def time(value: Any, format: str = "%H:%M:%S %Z") -> str:  # noqa: A002 - `time(format="%H:%M")` reads best
        return _shown(value, format, zone)

    def date_and_time(value: Any, format: str = "%Y-%m-%d %H:%M:%S %Z") -> str:  # noqa: A002 - as above
        return _shown(value, format, zone)

    return {"time": time, "datetime": date_and_time}


def _shown(value: Any, pattern: str, zone: tzinfo) -> str:
    fit_width(len(pattern))
    if not DIRECTIVES.fullmatch(pattern):
        raise ValueError(f'"{pattern}" is not a time format')
    return _instant(value).astimezone(zone).strftime(pattern)


def _instant(value: Any) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(text(value))
    if instant.tzinfo is None:
        raise ValueError(f'"{value}" is a time without a zone')
    return instant


def duration(seconds: Any) -> str:
    """`4m 10s`: seconds in the two largest units that fit, rounded to whole seconds."""
    rest = round(abs(float(seconds)))
    sign = "-" if float(seconds) < 0 and rest else ""
    counts = []
    for unit, size in UNITS:
        count, rest = divmod(rest, size)
        counts.append((count, unit))
    first = next((at for at, (count, _) in enumerate(counts) if count), len(UNITS) - 1)
    largest = [f"{count}{unit}" for count, unit in counts[first : first + 2] if count]
    return sign + (" ".join(largest) or "0s")


def short(value: Any) -> str:
    """Return the first characters of a hash, without the name of its algorithm."""
    return text(value).rpartition(":")[2][:HASH_LENGTH]


def image_tag(image: Any) -> str:
    """Return an image's tag; where it has none the start of its digest, or `latest` as a container runtime would."""
    name, _, digest = text(image).partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if colon:
        return tag
    algorithm, _, value = digest.partition(":")
    return f"{algorithm}:{value[:HASH_LENGTH]}" if digest else "latest"


def plural(count: Any, one: str, many: str | None = None) -> str:
    """`3 pods`: a count and its noun; `many` is the plural where it is not just an s."""
    noun = one if count == 1 else one + "s" if many is None else many
    return f"{text(count)} {noun}"


def oneline(value: Any) -> str:
    """Return a text on one line: every run of white space and control characters becomes one space."""
    return " ".join(_CONTROL.sub(" ", text(value)).split())


def tidy(value: Any) -> str:
    """Return a text's lines without the white space around them, and without the empty ones."""
    whole = text(value)
    fit(NODE * len(whole))
    return "\n".join(line for each in whole.splitlines() if (line := each.strip()))


def truncate(value: Any, length: int = 255) -> str:
    """Return at most `length` characters of a text, cut between words where one is near, ending in `…` if cut."""
    whole = text(value)
    if len(whole) <= length:
        return whole
    kept = _CUT_ENTITY.sub("", whole[: max(length - 1, 0)])
    words = kept if whole[len(kept)].isspace() else kept.rpartition(" ")[0]
    return (words if len(words) > length * 2 // 3 else kept).rstrip() + ELLIPSIS


FORMATS: dict[str, Callable[..., str]] = {
    "duration": duration,
    "image_tag": image_tag,
    "oneline": oneline,
    "plural": plural,
    "short": short,
    "tidy": tidy,
    "truncate": truncate,
}
