"""Regular expressions of RE2, found and replaced as Go's `regexp` does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

from notifier.gotemplate.budget import Meter, fit, fit_items
from notifier.gotemplate.fault import Fault
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import Strings, decode, encode

_MOST_MEMORY = 1 << 18
"""Bytes that a compiled pattern may take."""
_STEP = 1024
"""How many bytes are gone through in a step: each search may go to the end of the text."""
_REFUSED = 1000
"""Steps that it takes to refuse a pattern; one that is taken, one for each so many instructions."""
_INSTRUCTIONS = 20
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_REFERENCE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")
_NUMBER = re.compile(r"0|[1-9][0-9]*")


class _BadPatternError(Fault):
    """A pattern that RE2 refuses."""


def _compiled(meter: Meter, pattern: str) -> Any:
    """Return a pattern ready to search with, paid for by its size; raises Fault for what is none."""
    compiled = _kept(pattern)
    if isinstance(compiled, str):
        meter.pay(_REFUSED)
        raise _BadPatternError(f"error parsing regexp: {compiled}")
    meter.pay(1 + compiled.programsize // _INSTRUCTIONS)
    return compiled


@lru_cache(maxsize=256)
def _kept(pattern: str) -> Any:
    """Return a compiled pattern, or why it is none."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(encode(pattern), options)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _matches(meter: Meter, pattern: str, raw: bytes) -> Iterator[Any]:
    """Yield the matches one after another, none of which is empty where the one before ends."""
    compiled = _compiled(meter, pattern)
    place, end = 0, -1
    while place <= len(raw):
        meter.pay(1 + (len(raw) - place) // _STEP)
        match = compiled.search(raw, place)
        if match is None:
            return
        if match.end() > match.start() or match.start() != end:
            yield match
        place = match.end() if match.end() > place else place + _width(raw[place : place + 1])
        end = match.end()


def _width(lead: bytes) -> int:
    """Return how many bytes the character has that begins with this one."""
    bounds = (b"\xc0", b"\xe0", b"\xf0")
    return 1 + sum(lead >= bound for bound in bounds)


def _found(meter: Meter, pattern: str, text: str) -> str:
    match = _compiled(meter, pattern).search(encode(text))
    return "" if match is None else decode(match[0])


def _holds(meter: Meter, pattern: str, text: str) -> bool:
    return _compiled(meter, pattern).search(encode(text)) is not None


def _holds_or_not(meter: Meter, pattern: str, text: str) -> bool:
    try:
        return _holds(meter, pattern, text)
    except _BadPatternError:
        return False


def _found_all(meter: Meter, pattern: str, text: str, most: int) -> Strings:
    matches = _matches(meter, pattern, encode(text))
    return _limited(decode(match[0]) for match in islice(matches, most if most >= 0 else None))


def _limited(texts: Iterator[str]) -> Strings:
    found = Strings()
    for text in texts:
        found.append(text)
        fit_items(len(found))
    return found


def _parts(meter: Meter, pattern: str, text: str, most: int) -> Iterator[str]:
    raw = encode(text)
    start = stop = count = 0
    for match in _matches(meter, pattern, raw):
        if count == most - 1:
            break
        stop = match.start()
        if match.end() > 0:
            yield decode(raw[start:stop])
            count += 1
        start = match.end()
    if stop != len(raw):
        yield decode(raw[start:])


def _split(meter: Meter, pattern: str, text: str, most: int) -> Strings:
    """Split at the matches into at most `most` parts; negative is all of them."""
    _compiled(meter, pattern)
    if most == 0:
        return Strings()
    return _limited(_parts(meter, pattern, text, most)) if text or not pattern else Strings([""])


def _replaced(meter: Meter, pattern: str, text: str, replacement: Callable[[Any], bytes]) -> str:
    raw = encode(text)
    done: list[bytes] = []
    start, size = 0, len(raw)
    for match in _matches(meter, pattern, raw):
        new = replacement(match)
        size += len(new)
        fit(size)
        done += (raw[start : match.start()], new)
        start = match.end()
    return decode(b"".join((*done, raw[start:])))


def _replaced_with(meter: Meter, pattern: str, text: str, template: str) -> str:
    if "$" not in template:
        return _replaced_literally(meter, pattern, text, template)
    return _replaced(
        meter, pattern, text, lambda match: encode(_REFERENCE.sub(lambda found: _group(match, found), template))
    )


def _replaced_literally(meter: Meter, pattern: str, text: str, replacement: str) -> str:
    raw = encode(replacement)
    return _replaced(meter, pattern, text, lambda _: raw)


def _group(match: Any, reference: re.Match[str]) -> str:
    """Return what `$1`, `${1}` or `${name}` stands for; nothing if there is no such group."""
    name = reference[1] or reference[2]
    if name is None:
        return "$"
    try:
        return decode(match.group(int(name) if _NUMBER.fullmatch(name) else encode(name)) or b"")
    except (IndexError, OverflowError, ValueError):
        return ""


REGEXES = declared(
    ("regexMatch", "meter string string", _holds_or_not),
    ("mustRegexMatch", "meter string string", _holds),
    ("regexFind mustRegexFind", "meter string string", _found),
    ("regexFindAll mustRegexFindAll", "meter string string int", _found_all),
    ("regexReplaceAll mustRegexReplaceAll", "meter string string string", _replaced_with),
    ("regexReplaceAllLiteral mustRegexReplaceAllLiteral", "meter string string string", _replaced_literally),
    ("regexSplit mustRegexSplit", "meter string string int", _split),
    ("regexQuoteMeta", "string", lambda text: _SPECIAL.sub(r"\\\g<0>", text)),
)
