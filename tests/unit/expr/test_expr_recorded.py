"""What the Go library answered, asked again of ours. `recorded.json` says how it was asked."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from notifier import expr
from notifier.errors import ExpressionError

_RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text())
_INFINITIES = {math.inf: "+Inf", -math.inf: "-Inf"}


def _answer(source: str) -> list[Any]:
    try:
        expression = expr.compile(source)
    except ExpressionError:
        return ["load error"]
    try:
        value = expression.evaluate(_RECORDED["env"], _RECORDED["now"])
    except ExpressionError:
        return ["evaluation error"]
    return ["value", _printable(value)]


def _printable(value: Any) -> Any:
    """JSON has no NaN and no infinities."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else _INFINITIES.get(value, value)
    return value


def _strictly(value: Any) -> Any:
    """Python takes True for 1; JSON and we do not."""
    if isinstance(value, list):
        return [_strictly(item) for item in value]
    return ("bool", value) if isinstance(value, bool) else value


@pytest.mark.parametrize("case", _RECORDED["cases"], ids=lambda case: case[0])
def test_an_expression_means_what_it_means_to_the_controller(case: list[Any]) -> None:
    source, *expected = case
    assert _strictly(_answer(source)) == _strictly(expected)
