"""Strings and characters between quotes, as Go's strconv writes and reads them."""

from __future__ import annotations

import re

from notifier.gotemplate.fault import Fault

_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_MEANT = {written[1]: meant for meant, written in _NAMED.items()}
_ESCAPE = re.compile(
    r"""\\(?: (?P<named>[abfnrtv\\'"]) | (?P<octal>[0-7]{3}) | x(?P<byte>[0-9a-fA-F]{2})
      | u(?P<short>[0-9a-fA-F]{4}) | U(?P<long>[0-9a-fA-F]{8}) | (?P<wrong>.?) )""",
    re.VERBOSE | re.DOTALL,
)
_LAST = 0x10FFFF
_BYTE = 0xFF
_ASCII = 0x7F


def quoted(text: str, mark: str = '"', *, ascii_only: bool = False) -> str:
    """Return a text between marks, with escapes for what is not printable (or not ASCII)."""
    if mark == '"' and _PLAIN.fullmatch(text):
        return f'"{text}"'
    return mark + "".join([_escaped(character, mark, ascii_only) for character in text]) + mark


def _escaped(character: str, mark: str, ascii_only: bool) -> str:
    code = ord(character)
    if character == mark:
        return f"\\{character}"
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable() and (code <= _ASCII or not ascii_only):
        return character
    if code < ord(" ") or code == _ASCII:
        return f"\\x{code:02x}"
    if is_surrogate(code):
        return "\\ufffd" if ascii_only else "\ufffd"
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def is_surrogate(code: int) -> bool:
    """Tell half a surrogate pair, which is no character."""
    return 0xD800 <= code < 0xE000  # noqa: PLR2004 - Unicode's


def can_backquote(text: str) -> bool:
    """Tell whether a text can stand between backquotes."""
    return not any((character < " " and character != "\t") or character in "`\x7f\ufeff" for character in text)


def unquoted(literal: str) -> str:
    """Return what a string or character literal means; raises Fault if it is none of Go's."""
    mark, body = literal[0], literal[1:-1]
    if mark == "`":
        return body.replace("\r", "")
    pieces: list[str | bytes] = []
    end = 0
    for match in _ESCAPE.finditer(body):
        pieces += (body[end : match.start()], _meant(match, mark))
        end = match.end()
    pieces.append(body[end:])
    return b"".join([piece if isinstance(piece, bytes) else _bytes(piece) for piece in pieces]).decode(errors="replace")


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _meant(match: re.Match[str], mark: str) -> str | bytes:
    if named := match["named"]:
        if named in "'\"" and named != mark:
            raise Fault(f"unknown escape {match[0]}")
        return _MEANT.get(named, named)
    if digits := match["octal"] or match["byte"]:
        code = int(digits, 8 if match["octal"] else 16)
        if code <= _BYTE:
            return bytes([code])
    elif digits := match["short"] or match["long"]:
        code = int(digits, 16)
        if code <= _LAST and not is_surrogate(code):
            return chr(code)
    raise Fault(f"unknown escape {match[0]}")
