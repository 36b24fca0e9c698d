"""One table at the end of a run."""

from __future__ import annotations

import pytest

from tests.bench.table import Measured, Row, machine, table

_ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def measured(pytestconfig: pytest.Config) -> Measured:
    """Takes the table's rows."""
    return pytestconfig.stash.setdefault(_ROWS, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if rows := config.stash.get(_ROWS, []):
        for line in ("", *table(rows), "", machine(), ""):
            terminalreporter.write_line(line)
