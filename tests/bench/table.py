"""What a run of measurements comes to: one table, and the machine it holds for."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, what was wanted, what was reached; what the peer does with the same work, if it was asked."""

    what: str
    target: str
    reached: str
    peer: str = ""
    ratio: str = ""


Measured = Callable[[Row], None]
_HEAD = Row("Measured", "Target", "Reached", "Peer", "Ratio")


def table(rows: list[Row]) -> list[str]:
    """The lines of the table, in Markdown."""
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = [_HEAD, tuple("-" * width for width in widths), *rows]
    return [f"| {' | '.join(cell.ljust(w) for cell, w in zip(line, widths, strict=True))} |" for line in lines]


def machine() -> str:
    """Cores, processor, Python, and how busy the machine was: others' work costs us time."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    load, *_ = os.getloadavg()
    return (
        f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, Python {platform.python_version()}, "
        f"load {load:.1f} at the end; each the best of several rounds; all that takes part shares the cores."
    )
