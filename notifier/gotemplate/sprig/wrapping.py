"""Texts made to fit a width, counted in UTF-8 bytes."""

from __future__ import annotations

from notifier.gotemplate.budget import fit
from notifier.gotemplate.sprig.declared import declared
from notifier.gotemplate.values import decode, encode

_MARK = b"..."
_NARROWEST = 4
_NARROWEST_BETWEEN = 7


def _abbrev(width: int, text: str) -> str:
    return text if width < _NARROWEST else decode(_abbreviated(encode(text), 0, width))


def _abbrev_both(left: int, right: int, text: str) -> str:
    if right < _NARROWEST or (left > 0 and right < _NARROWEST_BETWEEN):
        return text
    return decode(_abbreviated(encode(text), left, right))


def _abbreviated(raw: bytes, start: int, width: int) -> bytes:
    """Return a text from about `start` on, `width` bytes of it with the marks for what is left out."""
    if len(raw) <= width:
        return raw
    room = width - len(_MARK)
    start = min(start, len(raw) - room)
    if start <= _NARROWEST:
        return raw[:room] + _MARK
    if start + room < len(raw):
        return _MARK + _abbreviated(raw[start:], 0, room)
    return _MARK + raw[-room:]


def _wrap(width: int, text: str, separator: str = "\n", *, cut: bool = False) -> str:
    """Break lines at spaces so that none is longer than `width`; longer words stay unless they are to be cut."""
    raw, glue, width = encode(text), encode(separator or "\n"), max(1, width)
    lines, offset, size = [], 0, 0
    while len(raw) - offset > width:
        if raw[offset : offset + 1] == b" ":
            offset += 1
            continue
        end, following = _line(raw, offset, width, cut=cut)
        lines.append(raw[offset:end])
        size += end - offset + len(glue)
        fit(size)
        if end == len(raw):
            return decode(glue.join(lines))
        offset = following
    return decode(glue.join((*lines, raw[offset:])))


def _line(raw: bytes, offset: int, width: int, *, cut: bool) -> tuple[int, int]:
    """Return where the line from `offset` ends and where the next one begins."""
    space = raw.rfind(b" ", offset, offset + width + 1)
    if space < 0 and cut:
        return offset + width, offset + width
    if space < 0:
        space = raw.find(b" ", offset + width)
    return (space, space + 1) if space >= 0 else (len(raw), len(raw))


WRAPPING = declared(
    ("abbrev", "int string", _abbrev),
    ("abbrevboth", "int int string", _abbrev_both),
    ("wrap", "int string", _wrap),
    ("wrapWith", "int string string", lambda width, separator, text: _wrap(width, text, separator, cut=True)),
)
