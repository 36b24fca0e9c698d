"""`contains`, `startsWith`, `endsWith` and `matches`: false where either side is nil."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import re2

from notifier.expr.fault import Fault
from notifier.expr.frame import Meter
from notifier.expr.values import encode, type_of

Test = Callable[[Meter, Any, Any], bool]


_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")
"""What Go's RE2 does not have: half a character."""


def _texts(name: str, holds: Callable[[str, str], bool]) -> Test:
    def test(meter: Meter, left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if type(left) is str and type(right) is str:
            meter.handle(left)
            return holds(left, right)
        raise Fault(f"{name} wants strings, got {type_of(left)} and {type_of(right)}")

    return test


def matching(pattern: str) -> Test:
    """Return `matches` for a pattern that the expression itself holds; raises Fault if RE2 refuses it."""
    try:
        compiled = _compile(pattern)
    except re2.error as error:
        raise Fault(f"bad pattern: {_reason(error)}") from None
    return _texts("matches", lambda text, _: _found(compiled, text))


def _reason(error: Exception) -> str:
    reason = error.args[0]
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _compile(pattern: str) -> Any:
    if _BYTE.search(pattern):
        raise re2.error("invalid escape sequence: \\C")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    return re2.compile(encode(pattern), options)


def _found(compiled: Any, text: str) -> bool:
    return compiled.search(encode(text)) is not None


def _matches(meter: Meter, left: Any, right: Any) -> bool:
    meter.spend(_COMPILATION)
    return _MATCHES(meter, left, right)


def _holds_match(text: str, pattern: str) -> bool:
    """Compile a pattern that came with the data; it may be a secret, so an error does not quote it."""
    try:
        return _found(_compile(pattern), text)
    except re2.error:
        raise Fault("bad pattern") from None


_COMPILATION = 2_000
_MATCHES = _texts("matches", _holds_match)

TEXT_TESTS = {
    "contains": _texts("contains", operator.contains),
    "startsWith": _texts("startsWith", str.startswith),
    "endsWith": _texts("endsWith", str.endswith),
    "matches": _matches,
}
