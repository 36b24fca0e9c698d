"""What `semverCompare` asks of a version: `>=1.2 <3`, `~1.2.3`, `^1.2`, `1.x`, `1.2 - 1.5`, `1 || 2`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import re2

from notifier.gotemplate.budget import Meter, fit_width
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.sprig.versions import Version, compare_pre, parse_version

_OPERATOR = r"(?:=>|=<|>=|<=|!=|~>|=|>|<|~|\^|)"
_PART = r"[0-9|x|X|\*]+"
_PRE = r"-[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*"
_METADATA = r"\+[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*"
_VERSION = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:{_PRE})?(?:{_METADATA})?"
_ONE = re2.compile(rf"\s*({_OPERATOR})\s*v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?({_PRE})?(?:{_METADATA})?\s*")
_RANGE = re2.compile(rf"\s*({_VERSION})\s+-\s+({_VERSION})\s*")
_EACH = re2.compile(rf"{_OPERATOR}\s*{_VERSION}")
_ALL = re2.compile(rf"\s*{_OPERATOR}\s*{_VERSION}\s*(?:(?:\s+|,\s*){_OPERATOR}\s*{_VERSION}\s*)*")
_ANY = (None, "x", "X", "*")
_SEGMENTS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True)
class _Constraint:
    """One comparison with a version of which the first `known` of major, minor and patch were said."""

    operator: str
    version: Version
    known: int

    def holds(self, version: Version) -> bool:
        exactly_not = self.operator == "!=" and self.known == len(_SEGMENTS)
        if version.pre and not self.version.pre and not exactly_not:
            return False
        return _TESTS[self.operator](version, self)


def _segments(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def _same(version: Version, constraint: _Constraint, count: int) -> bool:
    return _segments(version)[:count] == _segments(constraint.version)[:count]


def _differs(version: Version, constraint: _Constraint) -> bool:
    if constraint.known in (0, len(_SEGMENTS)):
        return version.compare(constraint.version) != 0
    if not _same(version, constraint, constraint.known):
        return True
    return constraint.known > 1 and compare_pre(version.pre, constraint.version.pre) != 0


def _later(version: Version, constraint: _Constraint) -> bool:
    if constraint.known == len(_SEGMENTS) or constraint.known == 0:
        return version.compare(constraint.version) > 0
    return _segments(version)[: constraint.known] > _segments(constraint.version)[: constraint.known]


def _not_later(version: Version, constraint: _Constraint) -> bool:
    if constraint.known == len(_SEGMENTS):
        return version.compare(constraint.version) <= 0
    known = 1 if constraint.known == 1 else 2
    return _segments(version)[:known] <= _segments(constraint.version)[:known]


def _tilde(version: Version, constraint: _Constraint) -> bool:
    """From that version on, with the same major and, if it was said, minor version."""
    if version.compare(constraint.version) < 0:
        return False
    if _segments(constraint.version) == (0, 0, 0) and constraint.known in (0, len(_SEGMENTS)):
        return True
    return _same(version, constraint, 1 if constraint.known == 1 else 2)


def _equal(version: Version, constraint: _Constraint) -> bool:
    if constraint.known < len(_SEGMENTS):
        return _tilde(version, constraint)
    return version.compare(constraint.version) == 0


def _caret(version: Version, constraint: _Constraint) -> bool:
    """From that version on, with the same first part that is not 0."""
    if version.compare(constraint.version) < 0:
        return False
    major, minor, _ = _segments(constraint.version)
    if major > 0 or constraint.known == 1:
        return _same(version, constraint, 1)
    return _same(version, constraint, 2 if minor > 0 or constraint.known == 2 else 3)  # noqa: PLR2004 - segments


_TESTS: Mapping[str, Callable[[Version, _Constraint], bool]] = {
    **dict.fromkeys(("", "="), _equal),
    "!=": _differs,
    ">": _later,
    "<": lambda version, constraint: version.compare(constraint.version) < 0,
    **dict.fromkeys((">=", "=>"), lambda version, constraint: version.compare(constraint.version) >= 0),
    **dict.fromkeys(("<=", "=<"), _not_later),
    **dict.fromkeys(("~", "~>"), _tilde),
    "^": _caret,
}


def _parsed(text: str) -> _Constraint:
    match = _ONE.fullmatch(text)
    if match is None:
        raise Fault(f"improper constraint: {text}")
    operator, *parts, pre = match.groups()
    known = next((count for count, part in enumerate(parts) if part in _ANY), len(_SEGMENTS))
    said = [*parts[:known], *["0"] * (len(_SEGMENTS) - known)]
    try:
        return _Constraint(operator, parse_version(".".join(said) + (pre or "")), known)
    except Fault:
        raise Fault("constraint Parser Error") from None


def _alternative(text: str) -> list[_Constraint]:
    if _ALL.fullmatch(text) is None:
        raise Fault(f"improper constraint: {text}")
    return [_parsed(part) for part in _EACH.findall(text)]


@lru_cache(maxsize=256)
def _alternatives(constraint: str) -> list[list[_Constraint]]:
    between = _RANGE.sub(r">= \1, <= \2 ", constraint)
    return [_alternative(part) for part in between.split("||")]


def _compare(meter: Meter, constraint: str, version: str) -> bool:
    fit_width(len(constraint))
    meter.pay(len(constraint))
    alternatives, asked = _alternatives(constraint), parse_version(version)
    return any(all(one.holds(asked) for one in alternative) for alternative in alternatives)


VERSIONS = declared(
    ("semver", "string", parse_version),
    ("semverCompare", "meter string string", _compare),
)
