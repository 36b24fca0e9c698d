"""Kubernetes label selectors as text: `a=b,c in (d,e),!f`. Pure.

Grammar: k8s.io/apimachinery `labels.Parse`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Matcher = Callable[[Mapping[str, str]], bool]

_LONGEST = 5_000
"""Characters; taking one apart takes quadratic time."""
_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")
_WORD = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_NAME = rf"(?P<name>(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?{_WORD})"
_SET = re.compile(rf"{_NAME}\s+(?P<op>in|notin)\s*\((?P<values>\s*(?:{_WORD}\s*)?(?:,\s*(?:{_WORD}\s*)?)*)\)", re.ASCII)
_EQUALITY = re.compile(rf"{_NAME}\s*(?P<op>==|=|!=)\s*(?P<values>(?:{_WORD})?)", re.ASCII)
_ORDER = re.compile(rf"{_NAME}\s*(?P<op>[<>])\s*(?P<bound>\d{{1,18}})", re.ASCII)
_NUMBER = re.compile(r"-?\d+", re.ASCII)
_EXISTENCE = re.compile(rf"(?P<op>!?)\s*{_NAME}", re.ASCII)


def parse(text: str) -> Matcher:
    """What decides whether labels are selected; an empty selector selects everything.

    Raises ValueError naming the part that is no requirement.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} characters")
    requirements = [_requirement(part) for part in _parts(text)]
    return lambda labels: all(matches(labels) for matches in requirements)


def unmet(text: str, labels: Mapping[str, str]) -> list[str]:
    """The parts of a selector that keep labels from being selected. Raises ValueError as `parse` does."""
    return [part for part in _parts(text) if not _requirement(part)(labels)]


def _parts(text: str) -> list[str]:
    return [stripped for part in _OUTSIDE_PARENTHESES.split(text) if (stripped := part.strip())]


def _requirement(part: str) -> Matcher:
    if found := _SET.fullmatch(part) or _EQUALITY.fullmatch(part):
        values = {value.strip() for value in found["values"].split(",")}
        return _membership(found["name"], values, negated=found["op"] in {"notin", "!="})
    if found := _ORDER.fullmatch(part):
        return _order(found["name"], int(found["bound"]), above=found["op"] == ">")
    if found := _EXISTENCE.fullmatch(part):
        return _existence(found["name"], wanted=not found["op"])
    raise ValueError(f"{part!r} is no label requirement")


def _membership(name: str, values: set[str], *, negated: bool) -> Matcher:
    return lambda labels: (labels.get(name) in values) != negated


def _order(name: str, bound: int, *, above: bool) -> Matcher:
    """A label that is no whole number is neither above nor below."""

    def matches(labels: Mapping[str, str]) -> bool:
        value = labels.get(name, "")
        return bool(_NUMBER.fullmatch(value)) and (int(value) > bound if above else int(value) < bound)

    return matches


def _existence(name: str, *, wanted: bool) -> Matcher:
    return lambda labels: (name in labels) == wanted
