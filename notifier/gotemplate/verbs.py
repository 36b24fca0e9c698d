"""One value by one verb of Printf: `%v`, `%5.2f`, `%-10s`, `%#v`, `%!d(string=x)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from notifier.expr.timevalues import Duration, Enum, Time
from notifier.gotemplate.floats import decimal
from notifier.gotemplate.quoting import can_backquote, quoted
from notifier.gotemplate.values import (
    NOTHING,
    Byte,
    Uint64,
    encode,
    is_integer,
    is_map,
    type_name,
)

_LARGEST = 0x10FFFF
_SHORTEST = 6
"""Digits that `%#g` fills up to."""
_BASES = {"v": 10, "d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_DIGITS = {10: "d", 2: "b", 8: "o", 16: "x"}
_CODE_POINT = 4
"""How many digits `%U` writes at least."""


@dataclass(slots=True)
class Flags:
    """What stands between the percent sign and the verb; `go` is `%#v`: as Go's source would write it."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go: bool = False
    width: int | None = None
    precision: int | None = None

    def for_values(self) -> Flags:
        """Return the flags as `%v` understands them."""
        return replace(self, go=self.sharp, sharp=False, plus=False)


PLAIN = Flags()


def written(value: Any, verb: str, flags: Flags = PLAIN) -> str:
    """Return a value as the verb writes it, or what Go writes where the verb does not go with it."""
    if value is None or value is NOTHING:
        return _padded("<nil>", flags) if verb in "vT" else f"%!{verb}(<nil>)"
    if verb == "T":
        return _text(type_name(value), "s", flags)
    return _value(value, verb, flags)


def _value(value: Any, verb: str, flags: Flags) -> str:
    if verb == "w":
        return _misfit(value, verb, flags)
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value, verb, flags)
    if is_integer(value):
        return _integer(value, verb, flags)
    if is_map(value):
        return _map(value, verb, flags)
    return _list(value, verb, flags) if isinstance(value, list) else _named(value, verb, flags)


def _misfit(value: Any, verb: str, flags: Flags) -> str:
    return f"%!{verb}({type_name(value)}={_value(value, 'v', flags)})"


def _padded(text: str, flags: Flags) -> str:
    if not flags.width:
        return text
    if flags.minus:
        return text.ljust(flags.width)
    return text.rjust(flags.width, "0" if flags.zero else " ")


def _spaced(text: str, flags: Flags) -> str:
    """Pad with spaces, whatever the flags say of zeros."""
    width = flags.width or 0
    return text.ljust(width) if flags.minus else text.rjust(width)


def _bool(value: bool, verb: str, flags: Flags) -> str:
    return _padded("true" if value else "false", flags) if verb in "vt" else _misfit(value, verb, flags)


def _text(value: str, verb: str, flags: Flags) -> str:
    if verb in "sv" and not flags.go:
        return _padded(value if flags.precision is None else value[: flags.precision], flags)
    if verb in "qv":
        return _quoted(value if flags.precision is None else value[: flags.precision], flags)
    if verb in "xX":
        return _bytes(encode(value), verb, flags)
    return _misfit(value, verb, flags)


def _quoted(text: str, flags: Flags) -> str:
    if flags.sharp and can_backquote(text):
        return _padded(f"`{text}`", flags)
    return _padded(quoted(text, ascii_only=flags.plus), flags)


def _bytes(text: bytes, verb: str, flags: Flags) -> str:
    octets = [f"{octet:02{verb}}" for octet in text[: flags.precision]]
    prefix = f"0{verb}" if flags.sharp and octets else ""
    between = f" {prefix}" if flags.space else ""
    return _padded(prefix + between.join(octets), flags)


def _number(value: float, verb: str, flags: Flags) -> str:
    """A number of the data: a float64, but whole where only a whole number makes sense."""
    if type(value) is int and verb in "doOcqU":
        return _integer(value, verb, flags)
    try:
        return _float(float(value), verb, flags)
    except OverflowError:
        return _float(float("inf" if value > 0 else "-inf"), verb, flags)


def _float(value: float, verb: str, flags: Flags) -> str:
    if verb not in "vbgGxXfFeE":
        return _misfit(value, verb, flags)
    usual = 6 if verb in "fFeE" else None
    precision = usual if flags.precision is None else flags.precision
    verb = {"v": "g", "F": "f"}.get(verb, verb)
    text = decimal(value, verb, precision)
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
    sign = " " if sign == "+" and flags.space and not flags.plus else sign
    if digits in ("Inf", "NaN"):
        return _infinite(sign, digits, flags)
    digits = _pointed(digits, verb, precision) if flags.sharp and verb != "b" else digits
    sign = sign if flags.plus or sign != "+" else ""
    if sign and flags.zero and not flags.minus and flags.width:
        return sign + digits.rjust(flags.width - 1, "0")
    return _padded(sign + digits, flags)


def _infinite(sign: str, digits: str, flags: Flags) -> str:
    bare = digits == "NaN" and not flags.space and not flags.plus
    return _spaced(digits if bare else sign + digits, flags)


def _pointed(digits: str, verb: str, precision: int | None) -> str:
    """Add the point and the zeros that the flag # asks for."""
    body, mark, exponent = digits, "", ""
    for letter in "pP" if verb in "xX" else "pPeE":
        if letter in body:
            body, mark, exponent = body.partition(letter)
    wanted = (_SHORTEST if precision is None else precision) if verb in "gGx" else 0
    present = len(body.replace(".", "").lstrip("0"))
    present += body == "0"
    point = "" if "." in body else "."
    return body + point + "0" * (wanted - present) + mark + exponent


def _integer(value: int, verb: str, flags: Flags) -> str:
    if verb in "cq":
        character = chr(value) if 0 <= value <= _LARGEST else "\ufffd"
        return _padded(character if verb == "c" else quoted(character, "'", ascii_only=flags.plus), flags)
    if verb == "U":
        return _code_point(value, flags)
    if verb not in _BASES:
        return _misfit(value, verb, flags)
    unsigned = isinstance(value, Uint64 | Byte)
    if verb == "v" and flags.go and unsigned:
        verb, flags = "x", replace(flags, sharp=True)
    if flags.precision == 0 and value == 0:
        return " " * (flags.width or 0)
    return _spaced(_sign(value, flags) + _digits(value, verb, flags), flags)


def _sign(value: int, flags: Flags) -> str:
    return "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""


def _digits(value: int, verb: str, flags: Flags) -> str:
    base = _BASES[verb]
    digits = format(abs(value), _DIGITS[base])
    if flags.precision is not None:
        digits = digits.zfill(flags.precision)
    elif flags.zero and not flags.minus and flags.width:
        digits = digits.zfill(flags.width - len(_sign(value, flags)))
    if flags.sharp:
        digits = {2: "0b", 16: "0x", 8: "" if digits[0] == "0" else "0"}.get(base, "") + digits
    digits = "0o" + digits if verb == "O" else digits
    return digits.upper() if verb == "X" else digits


def _code_point(value: int, flags: Flags) -> str:
    digits = f"{value % (1 << 64):X}".zfill(max(flags.precision or 0, _CODE_POINT))
    printable = flags.sharp and 0 <= value <= _LARGEST and chr(value).isprintable()
    return _spaced(f"U+{digits} '{chr(value)}'" if printable else f"U+{digits}", flags)


def _nested(value: Any, verb: str, flags: Flags) -> str:
    if value is None:
        return "interface {}(nil)" if flags.go else "<nil>"
    return _value(value, verb, flags)


def _list(value: list[Any], verb: str, flags: Flags) -> str:
    items = [_nested(item, verb, flags) for item in value]
    return f"{type_name(value)}{{{', '.join(items)}}}" if flags.go else f"[{' '.join(items)}]"


def _map(value: Any, verb: str, flags: Flags) -> str:
    items = [f"{_value(key, verb, flags)}:{_nested(value[key], verb, flags)}" for key in sorted(value)]
    return f"{type_name(value)}{{{', '.join(items)}}}" if flags.go else f"map[{' '.join(items)}]"


def _named(value: Any, verb: str, flags: Flags) -> str:
    """A value with methods, of which `String` gives its text."""
    if verb in "vsxXq" and type_name(value) != "func":
        return _text(str(value), "s" if verb == "v" else verb, replace(flags, go=False))
    number = getattr(value, "nanoseconds" if isinstance(value, Duration) else "number", None)
    if isinstance(value, Duration | Enum) and number is not None:
        return _integer(number, verb, flags)
    return _padded("0x0", flags) if verb == "v" else f"%!{verb}({type_name(value)}={value})"


_WRITERS: dict[type, Callable[[Any, str, Flags], str]] = {
    str: _text,
    int: _number,
    float: _number,
    bool: _bool,
    dict: _map,
    list: _list,
    Time: _named,
}
