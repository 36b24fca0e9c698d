"""Jinja2 expressions in the making: the code, what it gives, and how tightly it binds. Pure."""

from __future__ import annotations

import enum
import json
import re
from typing import NamedTuple

from notifier.migration.shapes import FLAG, NUMBER, SURE, Shape, Sort

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_METHODS = frozenset({"items", "keys", "values", "get"})
"""What a mapping offers besides its keys: as keys they are written in brackets."""
_MARKS = ("{{", "}}", "{%", "%}", "{#", "#}", "\\", "\n", "\r")


class Kept(Exception):
    """Raised for what stays in Go's syntax: why."""


class Binding(enum.IntEnum):
    """How tightly an expression binds."""

    LOOSE = enum.auto()
    COMPARED = enum.auto()
    FILTERED = enum.auto()
    TIGHT = enum.auto()


class Term(NamedTuple):
    """An expression; `path` leads to it from the variables where it is a part of them, from `*` where of an item."""

    code: str
    shape: Shape
    binding: Binding = Binding.TIGHT
    path: tuple[str, ...] | None = None
    literal: bool = False

    @property
    def sort(self) -> Sort:
        """What it gives."""
        return self.shape.sort

    def operand(self, least: Binding = Binding.TIGHT) -> str:
        """The code as an operand of what wants it to bind at least so tightly."""
        return self.code if self.binding >= least else f"({self.code})"

    def filtered(self, by: str, shape: Shape) -> Term:
        """The expression through a filter."""
        return Term(f"{self.operand(Binding.FILTERED)} | {by}", shape, Binding.FILTERED)

    def part(self, name: str) -> Term:
        """A member of it. Raises Kept for what can have none."""
        if self.sort not in (Sort.MAPPING, Sort.UNKNOWN):
            raise Kept(f"`{self.code}` is {self.sort.value}: it has no `{name}`")
        if self.path is None and self.sort is Sort.UNKNOWN:
            raise Kept(f"what is in `{self.code}` is not known")
        path = None if self.path is None else (*self.path, name)
        return Term(f"{self.operand()}{_access(name)}", self.shape.part(name), path=path)

    def item(self, index: str) -> Term:
        """An item of it, which may not be there."""
        return Term(f"{self.operand()}[{index}]", self.shape.part("*")._replace(sure=False), path=("*",))

    def guarded(self, otherwise: str) -> Term:
        """The expression, with what stands for it where it is not there."""
        return self if self.shape.sure else self.filtered(f"default({otherwise})", self.shape._replace(sure=True))


def _access(name: str) -> str:
    return f".{name}" if _NAME.fullmatch(name) and name not in _METHODS else f"[{quoted(name)}]"


def quoted(text: str) -> str:
    """A text as Jinja2 writes it. Raises Kept for one that it would read differently."""
    if any(mark in text for mark in _MARKS):
        raise Kept(f"the text {text!r} cannot be written in Jinja2 as it is")
    return json.dumps(text, ensure_ascii=False)


def words(text: str) -> Term:
    """A text that is written in the template."""
    return Term(quoted(text), SURE, literal=True)


def number(value: float) -> Term:
    """A number that is written in the template."""
    binding = Binding.TIGHT if value >= 0 else Binding.LOOSE
    return Term(repr(value), NUMBER._replace(sure=True), binding, literal=True)


def flag(code: str, binding: Binding = Binding.COMPARED) -> Term:
    """What is true or false."""
    return Term(code, FLAG._replace(sure=True), binding)


def sum_of(code: str) -> Term:
    """What is calculated."""
    return Term(code, NUMBER._replace(sure=True), Binding.LOOSE)
