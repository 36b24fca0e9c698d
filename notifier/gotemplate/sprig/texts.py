"""Texts: to trim, to cut, to wrap, to join and to quote. Positions and lengths count UTF-8 bytes, as in Go."""

from __future__ import annotations

import re
from typing import Any

from notifier.gotemplate.budget import fit, fit_items, fit_width
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.formatting import formatted
from notifier.gotemplate.printing import shown
from notifier.gotemplate.sprig.casts import as_text, as_texts
from notifier.gotemplate.sprig.characters import SPACES
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import StringMap, Strings, decode, encode

_SPACE = re.compile(f"[{SPACES}]")


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise Fault("strings: negative Repeat count")
    fit(count * max(1, len(text)))
    return text * count


def _replace(old: str, new: str, text: str) -> str:
    fit(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _indent(width: int, text: str) -> str:
    fit_width(width)
    pad = _repeat(width, " ")
    return pad + _replace("\n", "\n" + pad, text)


def _trunc(count: int, text: str) -> str:
    """Keep the first `count` bytes, or the last where it is negative."""
    raw = encode(text)
    if count < 0:
        return decode(raw[count:])
    return decode(raw[:count])


def _substr(start: int, stop: int, text: str) -> str:
    raw = encode(text)
    if start < 0:
        start = 0
    elif stop < 0 or stop > len(raw):
        stop = len(raw)
    if not start <= stop <= len(raw):
        raise Fault(f"runtime error: slice bounds out of range [{start}:{stop}] with length {len(raw)}")
    return decode(raw[start:stop])


def _join(separator: str, value: Any) -> str:
    texts = as_texts(value)
    fit(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _split(separator: str, text: str, most: int = -1) -> Strings:
    """Split into at most `most` parts; negative is all of them. Without a separator into characters."""
    if most == 0:
        return Strings()
    places = text.count(separator)
    fit_items(places if most < 0 else min(places, most))
    if separator:
        return Strings(text.split(separator, most - 1 if most > 0 else -1))
    whole = len(text) if most < 0 else min(most - 1, len(text))
    return Strings([*text[:whole], *([text[whole:]] if text[whole:] else [])])


def _numbered(parts: Strings) -> StringMap:
    return StringMap((f"_{index}", part) for index, part in enumerate(parts))


def _quote(*values: Any) -> str:
    return " ".join(formatted("%q", [as_text(value)]) for value in values if value is not None)


def _single_quote(*values: Any) -> str:
    return " ".join(f"'{shown(value)}'" for value in values if value is not None)


TEXTS = declared(
    ("hello", "", lambda: "Hello!"),
    ("trim", "string", lambda text: text.strip(SPACES)),
    ("trimAll trimall", "string string", lambda cut, text: text.strip(cut)),
    ("trimPrefix", "string string", lambda prefix, text: text.removeprefix(prefix)),
    ("trimSuffix", "string string", lambda suffix, text: text.removesuffix(suffix)),
    ("nospace", "string", lambda text: _SPACE.sub("", text)),
    ("contains", "string string", lambda part, text: part in text),
    ("hasPrefix", "string string", lambda prefix, text: text.startswith(prefix)),
    ("hasSuffix", "string string", lambda suffix, text: text.endswith(suffix)),
    ("repeat", "int string", _repeat),
    ("replace", "string string string", _replace),
    ("indent", "int string", _indent),
    ("nindent", "int string", lambda width, text: "\n" + _indent(width, text)),
    ("trunc", "int string", _trunc),
    ("substr", "int int string", _substr),
    ("plural", "string string int", lambda one, many, count: one if count == 1 else many),
    ("join", "string any", _join),
    ("split", "string string", lambda separator, text: _numbered(_split(separator, text))),
    ("splitn", "string int string", lambda separator, most, text: _numbered(_split(separator, text, most))),
    ("splitList", "string string", _split),
    ("quote", "...any", _quote),
    ("squote", "...any", _single_quote),
    ("cat", "...any", lambda *values: " ".join(shown(value) for value in values if value is not None)),
    ("toString", "any", as_text),
    ("toStrings", "any", as_texts),
)
