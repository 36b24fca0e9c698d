"""As much of PromQL as our alerts and dashboards speak: which metrics and labels a query is about."""

from __future__ import annotations

import re
from typing import NamedTuple

_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}(?:\[[^\]]*\])?")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"')
_BY = re.compile(r"\bby \(([^)]*)\)")
_WORD = re.compile(r"[a-zA-Z_]\w*")
_RATES = re.compile(r"\b(?:rate|increase)\(([a-zA-Z_:][\w:]*)")
FUNCTIONS = {"absent", "histogram_quantile", "increase", "max", "or", "rate", "sum", "vector"}


class Query(NamedTuple):
    """Labels that are matched by metric, labels that are grouped by, metrics of which a rate is taken, other words."""

    matched: dict[str, set[str]]
    grouped: set[str]
    rates: set[str]
    words: set[str]


def read(text: str) -> Query:
    """Take a query apart; every metric in it must have a selector in braces."""
    rest = _BY.sub("", _SELECTOR.sub("", text))
    return Query(
        matched={name: set(_MATCHER.findall(matchers)) for name, matchers in _SELECTOR.findall(text)},
        grouped={label.strip() for labels in _BY.findall(text) for label in labels.split(",")},
        rates=set(_RATES.findall(text)),
        words=set(_WORD.findall(rest)),
    )
