"""The pages of docs/, and the blocks in them that are fenced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCED = re.compile(
    r"(?:^<!-- (?P<remark>.*?) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A fenced block, the comment on the line before it, and where it is."""

    page: str
    line: int
    language: str
    text: str
    remark: str

    def __str__(self) -> str:
        """`page:line`."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    content = page.read_text(encoding="utf-8")
    for found in _FENCED.finditer(content):
        line = content.count("\n", 0, found.start("text"))
        yield Block(page.relative_to(ROOT).as_posix(), line, found["language"], found["text"], found["remark"] or "")
