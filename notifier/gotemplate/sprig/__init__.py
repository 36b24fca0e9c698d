"""The functions of sprig v3.3 that templates may call, with Go's semantics and a bound on what each may make.

A module for each theme declares its functions by name, with Go's parameter types and a body of Python:

    texts cases wrapping · numbers · lists dicts · kinds · dates · jsontexts encodings · regexes · paths urls versions

`casts`, `equality`, `characters` and `nesting` are what they share.
"""

from __future__ import annotations

from notifier.gotemplate.sprig.cases import CASES
from notifier.gotemplate.sprig.constraints import VERSIONS
from notifier.gotemplate.sprig.dates import DATES
from notifier.gotemplate.sprig.dicts import DICTS
from notifier.gotemplate.sprig.encodings import ENCODINGS
from notifier.gotemplate.sprig.jsontexts import JSON_TEXTS
from notifier.gotemplate.sprig.kinds import KINDS
from notifier.gotemplate.sprig.left_out import LEFT_OUT
from notifier.gotemplate.sprig.lists import LISTS
from notifier.gotemplate.sprig.numbers import NUMBERS
from notifier.gotemplate.sprig.paths import PATHS
from notifier.gotemplate.sprig.regexes import REGEXES
from notifier.gotemplate.sprig.texts import TEXTS
from notifier.gotemplate.sprig.urls import URLS
from notifier.gotemplate.sprig.wrapping import WRAPPING
from notifier.gotemplate.values import Function

__all__ = ["FUNCTIONS", "LEFT_OUT", "MUTATING"]

FUNCTIONS: dict[str, Function] = {
    **(TEXTS | CASES | WRAPPING | NUMBERS | LISTS | DICTS | KINDS),
    **(DATES | JSON_TEXTS | ENCODINGS | REGEXES | PATHS | URLS | VERSIONS),
}
"""By name."""

MUTATING = frozenset({"set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"})
"""What changes a dict in place, as in Go: a template that calls one of these is to be given a copy of the data."""
