"""Semantic versions, more or less: `v1.2` is one too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from notifier.gotemplate.fault import Fault
from notifier.gotemplate.values import Function, Int, Uint64, type_name

_PRE = r"(?:-(?P<pre>[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?"
_METADATA = r"(?:\+(?P<metadata>[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*))?"
_VERSION = re.compile(rf"v?(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+))?(?:\.(?P<patch>[0-9]+))?{_PRE}{_METADATA}")
_LARGEST = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version; `original` is how it was written."""

    go_type: ClassVar[str] = "*semver.Version"
    major: int
    minor: int
    patch: int
    pre: str = ""
    metadata: str = ""
    original: str = ""

    def __str__(self) -> str:
        pre = f"-{self.pre}" if self.pre else ""
        metadata = f"+{self.metadata}" if self.metadata else ""
        return f"{self.major}.{self.minor}.{self.patch}{pre}{metadata}"

    def compare(self, other: Version) -> int:
        """Return 1 if this is the later one, -1 if the other is, 0 if they differ in metadata at most."""
        mine, others = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        if mine != others:
            return 1 if mine > others else -1
        return compare_pre(self.pre, other.pre)

    def method(self, name: str) -> Function | None:
        """Return a method as templates call it, bound to this version; None if there is none of that name."""
        found = _METHODS.get(name)
        return Function(name, found[0], partial(found[1], self)) if found else None


def compare_pre(mine: str, other: str) -> int:
    """Compare two prereleases; none at all is later than any."""
    if mine == other:
        return 0
    if not mine or not other:
        return -1 if mine else 1
    return 1 if _pre_order(mine) > _pre_order(other) else -1


def _pre_order(pre: str) -> list[tuple[int, int, str]]:
    """What prereleases are in order of: numbers before words."""
    return [(0, int(part), "") if _is_number(part) else (1, 0, part) for part in pre.split(".")]


def _is_number(part: str) -> bool:
    return part.isdecimal() and int(part) <= _LARGEST


def parse_version(text: str) -> Version:
    """Read a version; raises Fault for anything else."""
    match = _VERSION.fullmatch(text)
    if match is None:
        raise Fault("Invalid Semantic Version")
    major, minor, patch = (_segment(match[name]) for name in ("major", "minor", "patch"))
    pre, metadata = match["pre"] or "", match["metadata"] or ""
    if any(part.isdecimal() and part != "0" and part.startswith("0") for part in pre.split(".")):
        raise Fault("Version segment starts with 0")
    return Version(major, minor, patch, pre, metadata, text)


def _segment(digits: str | None) -> int:
    number = int((digits or "0")[: len(str(_LARGEST)) + 1])
    if number > _LARGEST:
        raise Fault("Error parsing version segment: value out of range")
    return number


def _compared(version: Version, other: Any) -> int:
    if isinstance(other, Version):
        return version.compare(other)
    raise Fault(f"wrong type for value; expected {Version.go_type}; got {type_name(other)}")


def _next_patch(version: Version) -> Version:
    return Version(version.major, version.minor, version.patch + (not version.pre))


_METHODS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "Major": ("", lambda version: Uint64(version.major)),
    "Minor": ("", lambda version: Uint64(version.minor)),
    "Patch": ("", lambda version: Uint64(version.patch)),
    "Prerelease": ("", lambda version: version.pre),
    "Metadata": ("", lambda version: version.metadata),
    "Original": ("", lambda version: version.original),
    "String": ("", str),
    "IncMajor": ("", lambda version: Version(version.major + 1, 0, 0)),
    "IncMinor": ("", lambda version: Version(version.major, version.minor + 1, 0)),
    "IncPatch": ("", _next_patch),
    "Compare": ("any", lambda version, other: Int(_compared(version, other))),
    "Equal": ("any", lambda version, other: _compared(version, other) == 0),
    "GreaterThan": ("any", lambda version, other: _compared(version, other) > 0),
    "GreaterThanEqual": ("any", lambda version, other: _compared(version, other) >= 0),
    "LessThan": ("any", lambda version, other: _compared(version, other) < 0),
    "LessThanEqual": ("any", lambda version, other: _compared(version, other) <= 0),
}
