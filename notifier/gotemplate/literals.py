"""Numbers and characters as they are written in a template."""

from __future__ import annotations

import re

from notifier.gotemplate.fault import Fault
from notifier.gotemplate.nodes import Number, Span
from notifier.gotemplate.quoting import unquoted
from notifier.gotemplate.values import Int

LONGEST = 400
"""How many characters a number may have."""

_INTEGER = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO]?(?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?[0-9])*|0)", re.ASCII
)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:_?[0-9a-fA-F])+\.?[0-9a-fA-F]*[pP][+-]?[0-9]+|[+-]?0[xX]\.[0-9a-fA-F]+[pP][+-]?[0-9]+"
)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_UNSIGNED = (1 << 64) - 1


def number(text: str, span: Span) -> Number:
    """Return the node of a number; raises Fault if it is none that Go knows."""
    if len(text) > LONGEST:
        raise Fault("the number is too long")
    if text.endswith("i") and not text.lower().startswith("0x"):
        raise Fault(f"complex numbers are not supported: {text}")
    if _INTEGER.fullmatch(text):
        value = _integer(text)
        if _LEAST <= value <= _MOST:
            return Number(span, text, Int(value), value, float(value))
        if 0 <= value <= _UNSIGNED and text[0] not in "+-":
            return Number(span, text, None, None, float(value))
    real = _real(text)
    if not any(letter in text for letter in ".eEpP"):
        raise Fault(f'integer overflow: "{text}"')
    whole = int(real) if real.is_integer() and _LEAST <= real <= _MOST else None
    return Number(span, text, real, whole, real)


def character(text: str, span: Span) -> Number:
    """Return the node of a character; raises Fault if it is none, or several."""
    meant = unquoted(text)
    if len(meant) != 1:
        raise Fault(f"malformed character constant: {text}")
    return Number(span, text, Int(ord(meant)), ord(meant), float(ord(meant)))


def _integer(text: str) -> int:
    digits = text.replace("_", "").lower()
    unsigned = digits.lstrip("+-")
    octal = unsigned.startswith("0") and unsigned.isdigit() and len(unsigned) > 1
    return int(digits, 8 if octal else 0)


def _real(text: str) -> float:
    try:
        if _DECIMAL.fullmatch(text):
            value = float(text)
        elif _HEXADECIMAL.fullmatch(text):
            value = float.fromhex(text.replace("_", ""))
        else:
            raise Fault(f'illegal number syntax: "{text}"')
    except OverflowError:
        value = float("inf")
    if value in (float("inf"), float("-inf")):
        raise Fault(f'illegal number syntax: "{text}"')
    return value
