"""Filters, methods and operators that make much out of little: each knows the size of its result beforehand.

All raise LimitError instead of making a value that is too large.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from jinja2 import Undefined
from markupsafe import Markup, escape

from notifier.jinja.budget import MAX_WIDTH, NODE, LimitError, fit, fit_number, fit_width, weight_of
from notifier.jinja.values import text, tojson

PRINTF = re.compile(r"(?:[^%]|%%|%[-+ #0]*\d{0,3}(?:\.\d{0,3})?[acdeEfFgGioruxXs])*")
MAX_DIGITS = 15
MAX_RANGE = 10_000


def default(value: Any, other: Any = "", falsy: bool = False) -> Any:
    """Return `other` for what is missing or null, with `falsy` for whatever is false or empty too."""
    return other if value is None or isinstance(value, Undefined) or (falsy and not value) else value


def replace(value: Any, old: Any, new: Any, count: int = -1) -> str:
    """Return a text with every `old` (or the first `count`) replaced."""
    whole, old, new = text(value), text(old), text(new)
    fit(len(whole) + whole.count(old) * len(new))
    return whole.replace(old, new, count)


def join(items: Iterable[Any], separator: Any = "") -> str:
    """Return the items' texts in one, with a separator in between; HTML among them escapes the others."""
    texts, between = [text(item) for item in items], text(separator)
    fit(sum(map(len, texts)) + len(between) * len(texts))
    if any(isinstance(part, Markup) for part in texts):
        between = escape(between)
    return between.join(texts)


def padding(method: str) -> Callable[..., Any]:
    """Return `center` or the like with a bounded width."""

    def padded(value: Any, width: int = 80, fill: str = " ") -> Any:
        fit_width(width)
        return getattr(text(value), method)(width, fill)

    return padded


def stripping(method: str) -> Callable[..., Any]:
    """Return `strip` or the like with a bounded set of characters, as each is looked for at every place."""

    def stripped(value: Any, characters: str | None = None) -> Any:
        fit_width(len(characters or ""))
        return getattr(text(value), method)(characters)

    return stripped


def splitting(method: str) -> Callable[..., Any]:
    """Return `split` or the like for texts of which every character may become a piece."""

    def split(value: str, *arguments: Any) -> Any:
        fit_pieces(value)
        return getattr(value, method)(*arguments)

    return split


def listed(items: Iterable[Any]) -> list[Any]:
    """Return a list of the items, characters if it is a text."""
    fit_pieces(items)
    return list(items)


def fit_pieces(value: Any) -> None:
    """Raise LimitError if a text is too long to be taken apart."""
    if isinstance(value, str):
        fit(NODE * len(value))


def indent(value: Any, width: int = 4, first: bool = False) -> str:
    """Return a text with each line but the first indented; with `first` that one too."""
    whole = text(value)
    fit_width(width)
    fit(len(whole) + (whole.count("\n") + 1) * width)
    prefix = " " * width
    return (prefix if first else "") + whole.replace("\n", "\n" + prefix)


def batch(items: list[Any], size: int, fill: Any = None) -> list[list[Any]]:
    """Return the items in lists of `size`; with `fill` the last one is filled up."""
    fit_width(size)
    fit_pieces(items)
    batches = [list(items[start : start + size]) for start in range(0, len(items), size)]
    if batches and fill is not None:
        batches[-1] += [fill] * (size - len(batches[-1]))
    return batches


def printf(pattern: Any, *values: Any) -> str:
    """Return the values in a printf pattern: `%s`, `%d`, `%.2f` and the like."""
    whole = text(pattern)
    if not PRINTF.fullmatch(whole):
        raise LimitError("a format may have neither names nor widths of more than three digits")
    shown = tuple(value if is_number(value) else text(value) for value in values)
    fit(len(whole) + whole.count("%") * MAX_WIDTH + sum(len(value) for value in shown if isinstance(value, str)))
    return whole % shown


def is_number(value: Any) -> bool:
    """Tell numbers, of which true and false are none here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def rounded(value: Any, digits: int = 0) -> float:
    """Return a number rounded to that many decimals: an integer where there are none."""
    if abs(digits) > MAX_DIGITS:
        raise LimitError(f"a number cannot be rounded to {digits} digits")
    result = round(float(value), digits)
    return result if digits > 0 else int(result)


def urlencode(value: Any) -> str:
    """Return a text as a part of a URL: percent-encoded but for slashes."""
    encoded = text(value).encode()
    fit(3 * len(encoded))
    return quote(encoded)


def power(base: Any, exponent: Any) -> Any:
    """`base ** exponent`, refused before it is computed if the result would be too long."""
    if isinstance(base, int) and isinstance(exponent, int):
        fit_number(base.bit_length() * exponent)
    return base**exponent


def product(left: Any, right: Any) -> Any:
    """`left * right`, refused before it is computed if it repeats too much."""
    for repeated, times in ((left, right), (right, left)):
        if isinstance(repeated, str | list | tuple) and isinstance(times, int):
            fit((len(repeated) if isinstance(repeated, str) else weight_of(repeated)) * times)
    return left * right


def modulo(left: Any, right: Any) -> Any:
    """`left % right`, of numbers or of a printf pattern and what is to be printed."""
    if isinstance(left, str):
        return printf(left, *right) if isinstance(right, tuple) else printf(left, right)
    return left % right


def numbers(*bounds: int) -> range:
    """`range`, of at most `MAX_RANGE` numbers."""
    counted = range(*bounds)
    if counted and (counted[-1] - counted[0]) // counted.step >= MAX_RANGE:
        raise LimitError(f"a range is too long: more than {MAX_RANGE:,} numbers")
    return counted


FILTERS: dict[str, Callable[..., Any]] = {
    "batch": batch,
    "center": padding("center"),
    "format": printf,
    "indent": indent,
    "join": join,
    "list": listed,
    "replace": replace,
    "round": rounded,
    "string": text,
    "tojson": tojson,
    "trim": stripping("strip"),
    "urlencode": urlencode,
}

METHODS: dict[str, Callable[..., Any]] = {
    "center": padding("center"),
    "join": lambda separator, items: join(items, separator),
    "ljust": padding("ljust"),
    "lstrip": stripping("lstrip"),
    "replace": replace,
    "rjust": padding("rjust"),
    "rstrip": stripping("rstrip"),
    "split": splitting("split"),
    "splitlines": splitting("splitlines"),
    "strip": stripping("strip"),
}
"""Those of texts."""

OPERATORS: dict[str, Callable[..., Any]] = {"%": modulo, "*": product, "**": power}
