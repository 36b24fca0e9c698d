"""The compatibility table's rows about the grammar: each is one that a test relies on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.rows import rows

_HERE = Path(__file__).parent
_PLACES = ("test_[ac]*.py", "corpora/*.yaml", "../unit/config/test_*.py")
_TESTS = "\n".join(file.read_text(encoding="utf-8") for place in _PLACES for file in _HERE.glob(place))


@pytest.mark.parametrize("name", rows("grammar"))
def test_a_row_is_of_something_tested(name: str) -> None:
    assert name in _TESTS
